package client_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// TestSignInOnOneOrigin uses a socket with all servers at one http address, as a user
// who tries the demo with a browser does.
func TestSignInOnOneOrigin(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	at := "http://" + server.Listener.Addr().String()
	w := sandbox.New(sandbox.Options{HomeserverURL: at, IdentityServerURL: at, AuthServerURL: at})
	w.SetWays(sandbox.Ways{OAuth: true})
	ada := w.AddUser("ada", password, "Ada")
	server.Config.Handler = w
	server.Start()
	defer server.Close()

	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	n := &testWorld{World: w, t: t, ada: ada}
	opt := client.Options{Transport: transport, Now: time.Now}
	hs, err := discovery.Find(t.Context(), opt.Transport, at)
	n.must(err)
	s, err := login.StartBrowser(t.Context(), opt, hs, redirectURI)
	n.must(err)

	form := url.Values{"user": {"ada"}, "password": {password}, "decision": {"approve"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL(), strings.NewReader(form.Encode()))
	n.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := transport.RoundTrip(req)
	n.must(err)
	res.Body.Close()
	a, err := s.Finish(t.Context(), res.Header.Get("Location"))
	n.must(err)
	n.checkSignedIn(a)
}
