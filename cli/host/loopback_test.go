package host

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// visit sends a request as a browser does.
func visit(t *testing.T, method, address, host string) (status int, page string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	res, err := new(http.Transport).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

func TestBrowserIsRedirectedToLoopback(t *testing.T) {
	w := sandbox.New(sandbox.Options{Seed: 1})
	w.SetWays(sandbox.Ways{OAuth: true})
	ada := w.AddUser("ada", "lovelace", "Ada")
	opt := client.Options{Transport: w, Now: time.Now}
	l, err := ListenLoopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hs, err := discovery.Find(t.Context(), opt.Transport, ada)
	if err != nil {
		t.Fatal(err)
	}
	s, err := login.StartBrowser(t.Context(), opt, hs, l.RedirectURI())
	if err != nil {
		t.Fatal(err)
	}
	final, err := w.Approve(ada, s.URL())
	if err != nil {
		t.Fatal(err)
	}
	page := make(chan string, 1)
	go func() {
		_, text := visit(t, http.MethodGet, final, "")
		page <- text
	}()
	came, err := l.Wait(t.Context(), s.Expects)
	if err != nil || came != final {
		t.Fatalf("%q, %v", came, err)
	}
	if text := <-page; !strings.Contains(text, "You can close this window") {
		t.Errorf("%q", text)
	}
	a, err := s.Finish(t.Context(), came)
	if err != nil || string(a.UserID()) != ada {
		t.Errorf("%v", err)
	}
}

func TestLoopbackRejectsOtherRequests(t *testing.T) {
	l, err := ListenLoopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan string, 1)
	go func() {
		final, _ := l.Wait(t.Context(), func(s string) bool { return strings.HasSuffix(s, "?state=right") })
		ended <- final
	}()
	good := l.RedirectURI() + "?state=right"
	for name, ask := range map[string][3]string{
		"another path":  {"GET", strings.Replace(good, "/callback", "/", 1), ""},
		"another state": {"GET", l.RedirectURI() + "?state=wrong", ""},
		"another host":  {"GET", good, "mallory.example"},
		"a form":        {"POST", good, ""},
		"an icon":       {"GET", strings.Replace(l.RedirectURI(), "/callback", "/favicon.ico", 1), ""},
	} {
		if status, page := visit(t, ask[0], ask[1], ask[2]); status != http.StatusNotFound || page != "" {
			t.Errorf("%s: %d %q", name, status, page)
		}
	}
	if status, _ := visit(t, http.MethodGet, good, ""); status != http.StatusOK {
		t.Errorf("the right one: %d", status)
	}
	if final := <-ended; final != good {
		t.Errorf("%q", final)
	}
}

func TestLoopbackEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l, err := ListenLoopback(ctx)
	if err != nil {
		t.Fatal(err)
	}
	address := l.RedirectURI()
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := l.Wait(ctx, func(string) bool { return true }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := new(http.Transport).RoundTrip(req); err == nil {
		res.Body.Close()
		t.Error("somebody still listens")
	}
}
