package link_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/linkkey"
)

// whole returns a link with every part.
func whole(t *testing.T) link.Link {
	t.Helper()
	l := link.Link{
		RoomID: room, Via: []string{"example.org", "two.example:8448", "[2001:db8::1]:8448"}, Sender: "@ada:example.org", Token: token,
		Email: "grace+x@navy.example", RoomName: "Compilers & Co", RoomType: "m.space", RoomAvatar: "mxc://example.org/x", InviterName: "Ada +1",
	}
	if err := l.SetPrivateKey(key); err != nil {
		t.Fatal(err)
	}
	return l
}

func sameLink(t *testing.T, name string, got, want link.Link) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(link.Link{}, "Key"), cmpopts.IgnoreUnexported(link.Link{})); d != "" {
		t.Errorf("%s: (-want +got)\n%s", name, d)
	}
	if got.Key.Public() != want.Key.Public() || got.PrivateKey() != want.PrivateKey() {
		t.Errorf("%s: another key", name)
	}
}

func TestFormattedLinkParsesToTheSameParts(t *testing.T) {
	signing := whole(t)
	signing.SignURL, signing.IdentityServer = sign, "https://id.example.org"
	for name, l := range map[string]link.Link{"own key": whole(t), "with a server that signs": signing} {
		for _, base := range []string{link.DefaultBase, "https://app.element.io/", "https://chat.example:8443/web", "https://invite.example.org"} {
			text := l.Format(base)
			got, err := link.Parse(text)
			if err != nil {
				t.Fatalf("%s: %v\n%s", base, err, text)
			}
			sameLink(t, name+" "+base, got, l)
			// Also in the middle of a mail, and if the mail program encoded it.
			for _, form := range []string{"Hi,\nopen <" + text + "> please", url.QueryEscape(text), strings.ReplaceAll(text, "&", "&amp;"), strings.ReplaceAll(text, "=", "=3D")} {
				got, err := link.Parse(form)
				if err != nil {
					t.Errorf("%s: %v\n%s", base, err, form)
				}
				sameLink(t, form, got, l)
			}
		}
	}
}

// The web server of the page gets neither the token nor the key nor the room.
func TestSecretsAreInTheFragment(t *testing.T) {
	l := whole(t)
	sent, fragment, _ := strings.Cut(l.Format("https://invite.example.org/"), "#")
	if sent != "https://invite.example.org/" || !strings.Contains(fragment, key) || !strings.Contains(fragment, token) {
		t.Errorf("%s is sent", sent)
	}
	if s := fmt.Sprintf("%v %+v %#v", l, l, l); strings.Contains(s, key) {
		t.Error("the key is printed")
	}
}

// A value cannot add or change another part of the link.
func TestHostileValuesStayInTheirPart(t *testing.T) {
	for _, hostile := range []string{
		"x&sender=@mallory:evil.example", "x#/room/!evil:evil.example?token=a", "&token=evil&private_key=" + key, "a=b&c=d", "%26token%3Devil", "100%", "a+b c",
		"x\r\nhttps://evil.example/#/room/!evil:evil.example", "<script>", "\x1b]52;c;AAAA\a", "\u202eevil", "&amp;via=evil.example", "=3D=\r\n",
	} {
		l := whole(t)
		l.RoomName, l.InviterName, l.Email = hostile, hostile, hostile
		text := l.Format(link.DefaultBase)
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\`, r) }) {
			t.Errorf("%q", text)
		}
		got, err := link.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", hostile, err)
			continue
		}
		sameLink(t, hostile, got, l)
	}
}

func TestParseIgnoresSendersThatAreNotMatrixIDs(t *testing.T) {
	for _, sender := range []string{"", "ada", "@ada", "@ada:", "@ada:exa mple", "@ada:evil/path", "@ada:u%40evil", "@a\x1b:example.org", "@" + strings.Repeat("a", 300) + ":example.org"} {
		text := "https://matrix.to/#/" + room + "?sender=" + esc(sender) + "&token=" + token + "&private_key=" + key
		if l, err := link.Parse(text); err != nil || l.Sender != "" || l.ByOwnKey() {
			t.Errorf("%q: %v, %q", sender, err, l.Sender)
		}
	}
}

func TestIsBase(t *testing.T) {
	for base, want := range map[string]bool{
		link.DefaultBase: true, "https://app.element.io": true, "https://chat.example:8443/web/": true,
		"": false, "http://chat.example": false, "chat.example": false, "mxinvite://other": false, "https://": false, "https://u:p@chat.example": false,
		"https://chat.example/?a=b": false, "https://chat.example/#x": false, "https://chat.example/a b": false, "javascript:alert(1)": false,
	} {
		if link.IsBase(base) != want {
			t.Errorf("%q", base)
		}
	}
}

// A link of a links server is the same link in mxinvite and in Element Web: the signurl
// is complete, and mxinvite reads the sender besides.
func TestLinkOfALinksServer(t *testing.T) {
	const server = "https://invite.example.org"
	capsule := linkkey.New().Seal(token, linkkey.Capsule{Terms: linkkey.Terms{Uses: 1}, RoomID: room, Sender: "@ada:example.org"})
	l := whole(t)
	l.SetCapsule(server+"/", capsule)
	for _, base := range []string{server, "https://app.element.io", link.DefaultBase} {
		text := l.FormatAt(base)
		got, err := link.Parse("Hi,\nopen " + text + "\n")
		if err != nil {
			t.Fatal(err)
		}
		sameLink(t, base, got, l)
		if !got.ByLinksServer() || got.ByOwnKey() || got.IdentityServer != server || !got.Key.IsZero() || got.PrivateKey() != capsule {
			t.Errorf("%v", got)
		}
		_, query, _ := strings.Cut(text, "?")
		params, err := url.ParseQuery(query)
		if want := server + "/_matrix/identity/v2/sign-ed25519?token=" + token + "&private_key=" + capsule; err != nil || params.Get("signurl") != want {
			t.Errorf("%v\n%s\n%s", err, params.Get("signurl"), want)
		}
		if s := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(s, capsule) {
			t.Error("the encrypted key is printed")
		}
	}
	if !strings.HasPrefix(l.Format("https://page.example"), server+"/#/room/") {
		t.Error(l.Format("https://page.example"))
	}
	// Without a server that can open it, an encrypted key is no key.
	alone := "mxinvite://accept/#/room/" + esc(room) + "?token=" + token + "&private_key=" + capsule
	if _, err := link.Parse(alone); !errors.Is(err, link.ErrKey) {
		t.Error(err)
	}
}
