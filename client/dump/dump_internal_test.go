package dump

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readDump reads a file with this content and returns what was reported.
func readDump(content string) (d *Dump, reports []string, err error) {
	d = &Dump{Report: func(where string, reason error) {
		reports = append(reports, where+": "+reason.Error())
	}}
	err = d.Read(strings.NewReader(content), MaxSize)
	return d, reports, err
}

const anInvite = `{"type":"m.room.third_party_invite","state_key":"t","content":{"public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}}`

func TestReadFindsEventsInResponses(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		rooms         string // room IDs of the events found, each followed by a space
		read          int
	}{
		{"nothing", "", "", 0},
		{"white space", " \n\t ", "", 0},
		{"state", "[" + anInvite + "," + anInvite + "]", "  ", 2},
		{"after a byte order mark", "\uFEFF[" + anInvite + "]", " ", 1},
		{"JSON lines", anInvite + "\n\n" + anInvite + "\n", "  ", 2},
		{"an event with a room ID", strings.Replace(anInvite, "{", `{"room_id":"!r:hs",`, 1), "!r:hs ", 1},
		{"a member in other case", strings.Replace(anInvite, "{", `{"Room_ID":"!r:hs",`, 1), " ", 1},
		{"messages", `{"chunk":[` + anInvite + `],"end":"e","state":[` + anInvite + `]}`, "  ", 2},
		{"a room of a sync", `{"timeline":{"limited":true,"events":[` + anInvite + `]},"state":{"events":[` + anInvite + `]}}`, "  ", 2},
		{"a sync", `{"rooms":{"join":{"!a:hs":{"timeline":{"events":[` + anInvite + `]}}},"leave":{"!b:hs":{"state":{"events":[` + anInvite + `]}}}}}`, "!a:hs !b:hs ", 2},
		{"invited only", `{"rooms":{"invite":{"!a:hs":{"invite_state":{"events":[` + anInvite + `]}}}}}`, "!a:hs ", 1},
		{"a message event", `[{"type":"m.room.message","content":{"body":"hello"}}]`, "", 1},
		{"inside an event", strings.Replace(anInvite, "{", `{"chunk":[`+anInvite+`],"state":[`+anInvite+`],`, 1), " ", 1},
		{"inside an event in a list", "[" + strings.Replace(anInvite, "{", `{"chunk":[`+anInvite+`],`, 1) + "]", " ", 1},
		{"inside an unknown member", `{"presence":{"events":[` + anInvite + `]},"chunk":[]}`, " ", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, reports, err := readDump(tt.content)
			var found strings.Builder
			for _, e := range d.found {
				found.WriteString(string(e.room) + " ")
			}
			if rooms := found.String(); rooms != tt.rooms || d.Events != tt.read || err != nil || len(reports) > 0 {
				t.Errorf("found %q in %d, %v, %q; want %q in %d", rooms, d.Events, err, reports, tt.rooms, tt.read)
			}
		})
	}
}

func TestReadResponsesOfSynapse(t *testing.T) {
	for name, want := range map[string]int{"state_pending.json": 7, "messages_after_redeem.json": 11} {
		data, err := os.ReadFile(filepath.Join("../invite/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		d, reports, err := readDump(string(data))
		if len(d.found) != want || err != nil || reports != nil {
			t.Errorf("%s: found %d, %v, %q", name, len(d.found), err, reports)
		}
	}
}

// Signatures cover the bytes of the content, so an event that is a top-level value
// must not be re-encoded.
func TestReadKeepsSignedBytes(t *testing.T) {
	content := `{ "membership":"invite", "n":1e3,"n":2 , "third_party_invite":{"signed": {"mxid":"@g:hs","token":"\u0074" }}}`
	d, _, err := readDump(`{"type":"m.room.member","state_key":"@g:hs","content":` + content + `}`)
	if err != nil || len(d.found) != 1 || string(d.found[0].event.Content) != content {
		t.Errorf("%+v, %v", d.found, err)
	}
}

func TestReadKeepsEventsBeforeAnError(t *testing.T) {
	for name, tt := range map[string]struct {
		content, want string
		read          int
	}{
		"in a list":                     {"[" + anInvite + ",", "unexpected end of file", 1},
		"in an event":                   {"[" + anInvite + `,{"type":"m.ro`, "unexpected end of file", 1},
		"in a sync":                     {`{"rooms":{"join":{"!a:hs":{"timeline":{"events":[` + anInvite, "unexpected end of file", 1},
		"in a skipped member":           {`{"chunk":[` + anInvite + `],"rooms":{"knock":{"a":[`, "unexpected end of file", 1},
		"zeros":                         {anInvite + "\x00\x00", "invalid JSON near byte ", 1},
		"in an event with other events": {strings.Replace(anInvite, "{", `{"chunk":[`+anInvite+`],`, 1) + strings.Replace(anInvite, "}}", `},"chunk":[`+anInvite+`],"state":[`, 1), "unexpected end of file", 1},
		"deeply nested rooms":           {strings.Repeat(`{"rooms":{"join":{"!a":`, 1_000_000), "unexpected end of file", 0},
		"deeply nested lists":           {"[" + anInvite + "," + strings.Repeat("[", 100_000), "unexpected end of file", 1},
		"the wrong bracket":             {"[" + anInvite + "}", "invalid JSON near byte ", 1},
		"letters":                       {"Dear Ada", "invalid JSON near byte ", 0},
	} {
		d, _, err := readDump(tt.content)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || d.Events != tt.read {
			t.Errorf("%s: read %d, %v", name, d.Events, err)
		}
	}
}
