//go:build e2e

package e2e

import (
	"encoding/xml"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// cas is an identity provider for CAS, the simplest single sign-on protocol that
// Synapse supports. A ticket is the user's localpart: users sign in without a password.
type cas struct{ address string }

func newCAS() (*cas, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationSuccess><cas:user>`)
		xml.EscapeText(w, []byte(r.URL.Query().Get("ticket")))
		io.WriteString(w, `</cas:user></cas:authenticationSuccess></cas:serviceResponse>`)
	}))
	return &cas{listener.Addr().String()}, nil
}

func (c *cas) url() string { return "http://" + c.address }

// continueLink is the link on the page where Synapse asks whether the program may be
// trusted.
var continueLink = regexp.MustCompile(`href="([^"]*loginToken=[^"]*)"`)

// BrowserSignIn does the requests of the user's browser.
func (w *realWorld) BrowserSignIn(tb testing.TB, userID, address string) (final string) {
	tb.Helper()
	localpart, _, _ := strings.Cut(strings.TrimPrefix(userID, "@"), ":")
	for range 5 {
		a := ask(tb, w, http.MethodGet, address, "", nil)
		if link := continueLink.FindStringSubmatch(a.Text); link != nil {
			return html.UnescapeString(link[1])
		}
		u, err := url.Parse(a.Header.Get("Location"))
		if err != nil || u.Host == "" {
			tb.Fatalf("%s: %d %s", address, a.Status, a.Text)
		}
		address = u.String()
		if u.Host == w.synapse.cas.address {
			address = u.Query().Get("service") + "&ticket=" + url.QueryEscape(localpart)
		}
	}
	tb.Fatal("the browser is redirected in a loop")
	return ""
}
