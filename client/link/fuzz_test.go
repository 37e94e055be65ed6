package link_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/link"
)

// FuzzParse checks that Parse returns either a complete link whose parts are safe
// in a URL, or none.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		mailed, esc(mailed), esc(esc(mailed)), signed, strings.ReplaceAll(mailed, "=", "=3D"), strings.ReplaceAll(mailed, "&", "&amp;"),
		"<" + mailed + ">", "https://matrix.to/#/" + room + "?via=a&via=b&token=t&private_key=" + key, "%", "&amp;amp;", "=\r\n= =3D",
		"https://[::1]:1/sign-ed25519?token=%26private_key=" + key, "#/room/!?signurl=//", strings.Replace(mailed, key, "mx1.AAAA", 1), "https://a#/#/room/%2521a?signurl=" + esc(esc(esc(signed))),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := link.Parse(text)
		if err != nil {
			if l.Token != "" || l.RoomID != "" || l.PrivateKey() != "" {
				t.Errorf("an error with a partial link: %v", l)
			}
			if len(text) > 60 && strings.Contains(err.Error(), text) {
				t.Error("the error repeats the link")
			}
			return
		}
		if l.Token == "" || len(l.Token) > 255 || url.QueryEscape(l.Token) != l.Token {
			t.Errorf("token %q", l.Token)
		}
		if l.Key.IsZero() != l.ByLinksServer() || l.PrivateKey() == "" {
			t.Error("no key")
		}
		if l.RoomID != "" && !link.IsRoomID(string(l.RoomID)) {
			t.Errorf("room %q", l.RoomID)
		}
		if l.SignURL == "" {
			return
		}
		u, err := url.Parse(l.SignURL)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
			t.Errorf("sign URL %q: %v", l.SignURL, err)
		}
	})
}
