package link_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/link"
)

const (
	room  = "!AbCd:example.org"
	token = "kPzQxWbABCDEFabcdef"
	// key is a private key that differs in the two alphabets of base64; public is
	// its public key.
	key    = "Q8Aw7dc_yqwi0f1Kglj7fWcxMohUYpx40lIOxC82f6Q"
	public = "UIWqmD96kTF_LESctfwvn1YhWhr_Ab-t6lfa1MS9D7c"

	sign   = "https://id.example.org/_matrix/identity/api/v1/sign-ed25519"
	signed = sign + "?token=" + token + "&private_key=" + key
)

// mailed is a link as written by Sydent's template.
var mailed = "https://app.element.io/#/room/" + esc(room) + "?email=" + esc("grace+x@navy.example") + "&signurl=" + esc(signed) +
	"&room_name=" + esc("Compilers & Co") + "&room_avatar_url=mxc%3A//example.org/x&inviter_name=" + esc("Ada +1") +
	"&guest_access_token=syt&guest_user_id=%40guest%3Aexample.org&room_type=m.space"

func esc(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// want fails the test if text does not parse to the link's invite.
func want(t *testing.T, name, text string) link.Link {
	t.Helper()
	l, err := link.Parse(text)
	if err != nil || l.RoomID != room || l.Token != token || l.Key.Public() != public || l.SignURL != sign || l.PrivateKey() != key {
		t.Errorf("%s: %v, %v\n%+v", name, err, text, l)
	}
	return l
}

func TestParseFields(t *testing.T) {
	l := want(t, "unchanged", mailed)
	for _, f := range [][2]string{
		{l.Email, "grace+x@navy.example"},
		{l.RoomName, "Compilers & Co"},
		{l.InviterName, "Ada +1"},
		{l.RoomAvatar, "mxc://example.org/x"},
		{l.RoomType, "m.space"},
		{l.GuestUserID, "@guest:example.org"},
		{l.GuestAccessToken, "syt"},
		{l.IdentityServer, "https://id.example.org"},
	} {
		if f[0] != f[1] {
			t.Errorf("%q is not %q", f[0], f[1])
		}
	}
}

// Each form still parses to the same invite.
func TestParseForms(t *testing.T) {
	query := strings.SplitN(mailed, "?", 2)[1]
	soft := func(s, brk string) string {
		var out strings.Builder
		for i, r := range strings.ReplaceAll(s, "=", "=3D") {
			if i%60 == 59 {
				out.WriteString("=" + brk)
			}
			out.WriteRune(r)
		}
		return out.String()
	}
	hard := func(s, brk string) string {
		var out strings.Builder
		for i, r := range s {
			if i%72 == 71 {
				out.WriteString(brk)
			}
			out.WriteRune(r)
		}
		return out.String()
	}
	for name, text := range map[string]string{
		"bracketed":                       "<" + mailed + ">",
		"quoted":                          `"` + mailed + `"`,
		"in parentheses":                  "(" + mailed + ")",
		"markdown":                        "[Join](" + mailed + ")",
		"a tag":                           `<p>Hi</p><a href="` + strings.ReplaceAll(mailed, "&", "&amp;") + `">join</a>`,
		"escaped twice for HTML":          strings.ReplaceAll(mailed, "&", "&amp;amp;"),
		"numbered ampersands":             strings.ReplaceAll(mailed, "&", "&#38;"),
		"quoted-printable":                soft(mailed, "\r\n"),
		"quoted-printable, LF":            soft(mailed, "\n"),
		"quoted-printable, in a field":    soft(mailed, " "),
		"quoted-printable, unbroken":      strings.ReplaceAll(mailed, "=", "=3D"),
		"soft breaks only":                strings.Replace(hard(mailed, "=\r\n"), "", "", 1),
		"a soft break in the token":       strings.Replace(mailed, token[3:], "=\r\n"+token[3:], 1),
		"a soft break in the host":        strings.Replace(mailed, "id.example.org", "id.= example.org", 1),
		"broken over lines":               hard(mailed, "\n"),
		"broken and indented":             hard(mailed, "\r\n    "),
		"broken by spaces":                hard(mailed, " "),
		"broken in brackets":              "<" + hard(mailed, "\r\n ") + ">",
		"inside the mail":                 "Hi,\n\nAda (@ada:example.org) has invited you, see https://element.io/ for more.\n\n" + mailed + "\n\nYours,\nhttps://example.org/#about\n",
		"inside a sentence":               "Ada (#ops) says: follow " + mailed + " at once",
		"percent-encoded":                 esc(mailed),
		"percent-encoded twice":           esc(esc(mailed)),
		"lower-case percent":              strings.ToLower(strings.ReplaceAll(esc("https://app.element.io/#/room/"), "%20", "+")) + esc(room) + "?" + query,
		"fragment escaped":                strings.Replace(mailed, "#", "%23", 1),
		"signurl encoded twice":           strings.Replace(mailed, esc(signed), esc(esc(signed)), 1),
		"ampersand encoded twice":         strings.Replace(mailed, esc(signed), strings.Replace(esc(signed), "%26", "%2526", 1), 1),
		"signurl not encoded":             strings.Replace(mailed, esc(signed), signed, 1),
		"room as browsers encode it":      strings.Replace(mailed, esc(room), "!AbCd%3Aexample.org", 1),
		"room not encoded":                strings.Replace(mailed, esc(room), room, 1),
		"room encoded twice":              strings.Replace(mailed, esc(room), esc(esc(room)), 1),
		"behind a redirection":            "https://eur01.safelinks.example/?url=" + esc(mailed) + "&data=05%7C02&reserved=0",
		"behind two redirections":         "https://click.example/?u=" + esc("https://safelinks.example/?url="+esc(mailed)+"&data=x"),
		"another client":                  strings.Replace(mailed, "https://app.element.io/", "https://chat.example/web/index.html", 1),
		"another client, on a port":       strings.Replace(mailed, "https://app.element.io/", "http://localhost:8080/", 1),
		"an app":                          strings.Replace(mailed, "https://app.element.io/", "element://vector/webapp/", 1),
		"matrix.to":                       "https://matrix.to/#/" + room + "?via=example.org&via=two.example&" + query,
		"without a fragment":              "https://chat.example/room/" + esc(room) + "?" + query,
		"without a scheme":                strings.TrimPrefix(mailed, "https://"),
		"the room as a parameter":         "https://chat.example/?room_id=" + esc(room) + "&signurl=" + esc(signed),
		"token and key beside each other": strings.Replace(mailed, esc(signed), esc(sign)+"&token="+token+"&private_key="+key, 1),
		"upper-case scheme":               strings.Replace(mailed, "https", "HTTPS", 1),
		"white space around":              "\n\t " + mailed + " \n",
	} {
		want(t, name, text)
	}
}

func TestParseVia(t *testing.T) {
	l, err := link.Parse("https://matrix.to/#/" + room + "?via=example.org&via=two.example%3A8448&via=a%20b&signurl=" + esc(signed))
	if err != nil || strings.Join(l.Via, " ") != "example.org two.example:8448" {
		t.Errorf("%v, %v", l.Via, err)
	}
}

// A text that is only a sign URL has everything except the room, which the user
// must enter.
func TestParseSignURLOnly(t *testing.T) {
	for _, text := range []string{signed, esc(signed), "<" + signed + ">", strings.Replace(signed, "&", "%26", 1), "See " + signed} {
		l, err := link.Parse(text)
		if err != nil || l.RoomID != "" || l.Token != token || l.SignURL != sign || l.Key.Public() != public {
			t.Errorf("%s: %v, %+v", text, err, l)
		}
	}
	l, err := link.Parse(strings.Replace(signed, "https://id.example.org", "http://[::1]:8090/sub", 1))
	if err != nil || l.IdentityServer != "http://[::1]:8090/sub" {
		t.Errorf("%q, %v", l.IdentityServer, err)
	}
}

// A link without sign URL has a token and a key but no identity server.
func TestLinkWithoutSignURL(t *testing.T) {
	l, err := link.Parse("https://matrix.to/#/" + room + "?token=" + token + "&private_key=" + key)
	if err != nil || l.SignURL != "" || l.IdentityServer != "" || l.RoomID != room {
		t.Errorf("%v, %+v", err, l)
	}
}

func TestParseErrors(t *testing.T) {
	with := func(signurl string) string {
		return "https://app.element.io/#/room/" + room + "?email=a%40b.example&signurl=" + esc(signurl)
	}
	for text, want := range map[string]error{
		"":                                  link.ErrEmpty,
		" \r\n\t":                           link.ErrEmpty,
		"hello":                             link.ErrNotInvite,
		"https://example.org/":              link.ErrNotInvite,
		"https://matrix.to/#/" + room:       link.ErrNotInvite,
		mailed[:60]:                         link.ErrNotInvite,
		with("javascript:alert(1)"):         link.ErrSignURL,
		with("https://id.example.org/else"): link.ErrSignURL,
		with("https://u:p@id.example.org/sign-ed25519?token=a&private_key=" + key): link.ErrSignURL,
		with("https://a=b/sign-ed25519?token=a&private_key=" + key):                link.ErrSignURL,
		with("file:///sign-ed25519?token=a&private_key=" + key):                    link.ErrSignURL,
		with(sign):                                   link.ErrNoToken,
		with(sign + "?private_key=" + key):           link.ErrNoToken,
		with(sign + "?token=a/b&private_key=" + key): link.ErrToken,
		with(sign + "?token=" + strings.Repeat("a", 256) + "&private_key=" + key): link.ErrToken,
		with(sign + "?token=" + token):                                            link.ErrNoKey,
		with(signed[:len(signed)-9]):                                              link.ErrKey,
		with(signed + "AAAA"):                                                     link.ErrKey,
		strings.Replace(with(signed), room, "!a%22b", 1):                          link.ErrRoom,
		strings.Replace(with(signed), room, "!"+strings.Repeat("a", 300), 1):      link.ErrRoom,
		strings.Repeat("a", 65<<10):                                               link.ErrTooLong,
	} {
		l, err := link.Parse(text)
		if !errors.Is(err, want) || err.Error() == "" {
			t.Errorf("%.200s: %v, not %v", text, err, want)
		}
		if l.Token != "" || !l.Key.IsZero() {
			t.Errorf("%.200s: %v", text, l)
		}
	}
}

func TestLinkPrintsNoSecret(t *testing.T) {
	l, err := link.Parse(mailed)
	if err != nil {
		t.Fatal(err)
	}
	inJSON, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprintf("%v %+v %#v %s %q", l, l, l, l, &l), fmt.Sprintf("%+v", struct{ L link.Link }{l}), string(inJSON)} {
		if strings.Contains(s, "syt") || strings.Contains(s, key) || strings.Contains(s, key[4:20]) {
			t.Error(s)
		}
	}
}
