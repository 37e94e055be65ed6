package sandbox

import (
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// people adds the users of the demo.
func (d *demo) people() {
	for _, p := range [][2]string{
		{DemoUser, "Ada Lovelace"},
		{"grace", "Grace Hopper"},
		{"ken", "Ken Thompson"},
		{"rob", "Rob Pike"},
		{"lin", "Lin Clark"},
		{"mallory", "Mallory"},
		{"barbara", "Barbara Liskov"},
		{"dennis", "Dennis Ritchie"},
		{"brian", "Brian Kernighan"},
		{"alan", "Alan Turing"},
		{"tony", "Tony Hoare"},
		{"radia", "Radia Perlman"},
		{"vint", "Vint Cerf"},
		{"jon", "Jon Postel"},
		{"whit", "Whitfield Diffie"},
		{"margaret", "Margaret Hamilton"},
		{"andy", "Andrew Tanenbaum"},
		{"doug", "Doug McIlroy"},
		{"jean", "Jean Sammet"},
		{"adele", "Adele Goldberg"},
		{"hedy", "Hedy Lamarr"},
	} {
		d.AddUser(p[0], DemoPassword, p[1])
	}
	d.at(210*day, func() error { return d.Bind("grace@navy.example", d.user("grace")) })
	d.at(209*day, func() error { return d.Bind("rob@bell.example", d.user("rob")) })
}

// makeRooms makes six rooms with different power levels.
func (d *demo) makeRooms() {
	d.room(200*day, "compilers", "ada", RoomOptions{
		Name: "Compilers", Topic: "Parsing is the easy part", Preset: "private_chat", RoomVersion: "10",
	}, "grace", "ken", "lin", "mallory")
	d.room(190*day, "ops", "ken", RoomOptions{
		Name: "Operations", Topic: "It was DNS", Preset: "private_chat", RoomVersion: "11",
		PowerLevels: map[string]any{"invite": 50, "users": map[string]any{d.user("ken"): 100, d.user("ada"): 50, d.user("brian"): 50}},
	}, "ada", "rob", "brian")
	d.room(180*day, "kernel", "lin", RoomOptions{
		Name: "Kernel", Preset: "private_chat", RoomVersion: "9",
	}, "ada", "ken", "andy")
	d.room(170*day, "plan9", "rob", RoomOptions{
		Name: "Plan 9", Topic: "Everything is a file", Preset: "public_chat", RoomVersion: "12",
		PowerLevels: map[string]any{"users": map[string]any{d.user("ada"): 50, d.user("ken"): 50}},
	}, "ada", "ken")
	d.room(160*day, "board", "grace", RoomOptions{
		Name: "Board", Topic: "Only the chair invites", Preset: "trusted_private_chat", RoomVersion: "11",
		PowerLevels: map[string]any{"invite": 75, "users": map[string]any{d.user("grace"): 100}},
	}, "ada", "ken")
	d.room(150*day, "reading", "ada", RoomOptions{
		Name: "Reading group", Topic: "This month: Notes on the Analytical Engine, note G", Preset: "public_chat",
		RoomVersion: "10", PowerLevels: map[string]any{"users": map[string]any{d.user("ada"): 100, d.user("lin"): 50}},
	}, "grace", "lin")
}

func (d *demo) room(ago time.Duration, alias, creator string, o RoomOptions, members ...string) {
	o.Alias = alias
	for _, m := range members {
		o.Members = append(o.Members, d.user(m))
	}
	d.at(ago, func() error {
		d.rooms[alias] = d.CreateRoom(d.user(creator), o)
		return nil
	})
}

// compilers is ada's room, in which every member may invite.
func (d *demo) compilers() {
	const r = "compilers"
	d.invite(110*day, r, "ada", "barbara@mit.example").bound(109*day, "barbara").joins(108*day, "barbara")
	d.invite(95*day, r, "ada", "dmr@bell.example").clicked(94*day, "dennis")
	d.invite(88*day, r, "grace", "car@elliott.example").clicked(80*day, "tony").leaves(31*day, "tony")
	d.invite(64*day, r, "ada", "edsger@eindhoven.example")
	d.invite(30*day, r, "ada", "niklaus@zurich.example").revoked(28*day, "ada")
	d.invite(12*day, r, "ada", "frances@yorktown.example")
	d.invite(9*day, r, "ada", "alan@bletchley.example").bound(8*day, "alan")
	d.invite(6*day, r, "ken", "john@stanford.example")
	d.invite(5*day, r, "ada", "peter@aarhus.example").replaced(4*day, "mallory")
	d.invite(4*day, r, "ada", "kathleen@birkbeck.example")
	d.invite(3*day, r, "ada", "kathleen@birkbeck.example")
	d.invite(3*hour, r, "grace", "robin@edinburgh.example")
	// An invite of an identity server that does not shorten the address.
	d.garbage(20*day, r, "lin", "leaky", `{"display_name":"jean.bartik@eniac.example",
		"public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c",
		"key_validity_url":"https://id.elsewhere.example/_matrix/identity/v2/pubkey/isvalid",
		"public_keys":[{"public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c",
		"key_validity_url":"https://id.elsewhere.example/_matrix/identity/v2/pubkey/isvalid"}]}`)
	d.garbage(29*day, r, "mallory", "hostile", `{"display_name":`+string(signedjson.Encode(hostileName()))+`,
		"public_key":"UIWqmD96kTF/LESctfwvn1YhWhr/Ab+t6lfa1MS9D7c",
		"key_validity_url":"https://evil.example/isvalid?\u001b]52;c;cm0gLXJmIH4=\u0007","public_keys":[]}`)
	d.says(40*day, r, "grace", "The linker is the only program that reads everything you wrote.")
	d.says(26*day, r, "ken", "And the only one that may have been taught to add to it.")
	d.says(5*hour, r, "ada", "Invitations for Thursday are on their way.")
}

// hostileName is a display name with escape sequences for colours, the window title and the clipboard, bidirectional and
// zero-width characters, and too much text.
func hostileName() string {
	return "\x1b[2J\x1b[31mroot\x1b[0m\x1b]0;owned\x07\x1b]52;c;ZWNobyBvd25lZA==\x07" +
		"\u202egpj.exe\u202c\u200b\u2066admin\u2069\r\nada@\U000e0041" + strings.Repeat("z\u0301\u0323", 400) +
		strings.Repeat("…very long", 300)
}

// ops is a room in which only moderators may invite, with malformed invites.
func (d *demo) ops() {
	const r = "ops"
	d.invite(120*day, r, "ken", "radia@littleton.example").clicked(119*day, "radia")
	d.invite(100*day, r, "brian", "bob@metcalfe.example")
	d.at(90*day, func() error { return d.Leave(d.rooms[r], d.user("brian")) })
	d.invite(75*day, r, "ada", "vint@arpa.example").bound(74*day, "vint").leaves(73*day, "vint")
	d.invite(70*day, r, "ken", "jon@isi.example").clicked(69*day, "jon").banned(35*day, "ken", "jon")
	d.invite(50*day, r, "ada", "whit@sun.example").bound(49*day, "whit").banned(48*day, "ken", "whit")
	d.invite(22*day, r, "ada", "steve@cupertino.example").revoked(21*day, "ken")
	d.invite(2*day, r, "ada", "linus@helsinki.example")
	d.invite(1*day, r, "ken", "sophie@acorn.example")
	d.garbage(45*day, r, "ken", "numberkey", `{"display_name":"pau...@moc...","public_key":42,
		"key_validity_url":"`+d.IdentityServerURL()+`/_matrix/identity/v2/pubkey/isvalid","public_keys":[{"public_key":7}]}`)
	d.garbage(44*day, r, "ken", "shortkey", `{"display_name":"evi...@nem...","public_key":"c2hvcnQ",
		"key_validity_url":"`+d.IdentityServerURL()+`/_matrix/identity/v2/pubkey/isvalid",
		"public_keys":[{"public_key":"c2hvcnQ"}]}`)
	d.says(35*day, r, "ken", "It was DNS.")
	d.says(34*day, r, "ada", "It is always DNS.")
}

// kernel is lin's room, in which one user accepted two invites at once.
func (d *demo) kernel() {
	const r = "kernel"
	d.invite(130*day, r, "lin", "margaret@apollo.example")
	d.invite(129*day, r, "ken", "margaret@apollo.example").bound(128*day, "margaret").joins(127*day, "margaret")
	d.invite(85*day, r, "lin", "doug@pipes.example").clicked(84*day, "doug").kicked(60*day, "lin", "doug")
	d.invite(40*day, r, "ada", "bill@berkeley.example").redacted(39*day, "ada")
	d.invite(15*day, r, "ada", "ast@amsterdam.example")
	d.invite(7*day, r, "lin", "hans@namesys.example")
	d.invite(26*hour, r, "ada", "al@a.b")
	d.garbage(33*day, r, "andy", "plainhttp", `{"display_name":"eri...@tho...",
		"public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI",
		"key_validity_url":"http://169.254.169.254/latest/meta-data/","public_keys":[
		{"public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI","key_validity_url":"http://localhost:6379/"}]}`)
	d.garbage(32*day, r, "andy", "nokeys", `{"display_name":"tux@lwn.example","public_keys":null}`)
	d.says(59*day, r, "lin", "Please do not rebase the shared branch.")
}

// plan9 is a public room of the newest version, in which creators are above all power levels.
func (d *demo) plan9() {
	const r = "plan9"
	d.invite(105*day, r, "rob", "hedy@radio.example").bound(104*day, "hedy").joins(103*day, "hedy")
	d.invite(55*day, r, "ken", "sape@twente.example")
	d.invite(21*day, r, "rob", "presotto@summit.example").revoked(20*day, "rob")
	d.invite(11*day, r, "ada", "renee@murray.example")
	// A key without a validity URL does not expire.
	d.garbage(16*day, r, "ada", "perpetual", `{"display_name":"gla...@nor...",
		"public_keys":[{"public_key":"UIWqmD96kTF_LESctfwvn1YhWhr_Ab-t6lfa1MS9D7c"}]}`)
	d.says(18*day, r, "rob", "/dev/draw or it did not happen.")
}

// board is a room in which ada may not invite.
func (d *demo) board() {
	const r = "board"
	d.invite(98*day, r, "grace", "jean@cobol.example").clicked(97*day, "jean")
	d.invite(10*day, r, "grace", "howard@harvard.example")
	d.invite(35*hour, r, "grace", "adele@parc.example").bound(30*hour, "adele")
}

func (d *demo) reading() {
	const r = "reading"
	d.invite(66*day, r, "ada", "charles@analytical.example")
	d.invite(65*day, r, "ada", "mary@somerville.example").revoked(14*day, "ada")
	d.invite(13*day, r, "lin", "luigi@menabrea.example")
	d.invite(90*time.Minute, r, "ada", "augustus@demorgan.example")
	d.says(2*hour, r, "ada", "Note G, table 25: who checks my Bernoulli numbers?")
}
