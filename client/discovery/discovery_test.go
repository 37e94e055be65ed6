package discovery_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func newWorld(t *testing.T) *sandbox.World {
	t.Helper()
	w := sandbox.New(sandbox.Options{Seed: 1, Now: time.Now})
	w.AddUser("ada", "lovelace", "Ada")
	return w
}

func TestFind(t *testing.T) {
	w := newWorld(t)
	for _, who := range []string{
		"@ada:example.org", " example.org ", "matrix.example.org", "https://matrix.example.org", "https://matrix.example.org/", "https://example.org",
	} {
		hs, err := discovery.Find(t.Context(), w, who)
		if err != nil {
			t.Errorf("%q: %v", who, err)
			continue
		}
		if hs.BaseURL != w.HomeserverURL() || len(hs.Flows) == 0 {
			t.Errorf("%q: %+v", who, hs)
		}
	}
}

func TestFindRefusesTextsThatNameNoServer(t *testing.T) {
	w := newWorld(t)
	for _, who := range []string{"", "@", "@ada", "ada@example.org", "two words", "ftp://example.org", "https://ada:secret@example.org", "https://", "a/b", "example.org/path", "\x1b[2J"} {
		if _, err := discovery.Find(t.Context(), w, who); !errors.Is(err, discovery.ErrNoServerNamed) {
			t.Errorf("%q: %v", who, err)
		}
	}
	if len(w.Requests()) > 0 {
		t.Errorf("requests were sent: %v", w.Requests())
	}
}

func TestErrorListsTriedURLs(t *testing.T) {
	const wellKnown = "/.well-known/matrix/client"
	for _, tc := range []struct {
		name, who string
		fault     sandbox.Fault
		tried     []string // texts that the error must contain, in order
	}{
		{"unknown host", "@ada:nowhere.test", sandbox.Fault{Path: "/none"}, []string{"https://nowhere.test/.well-known/matrix/client: no such host: nowhere.test", "https://nowhere.test/_matrix/client/versions: no such host"}},
		{"no Matrix there", "https://matrix.example.org", sandbox.Fault{Path: "/", Status: 200, Body: "<html>"}, []string{"versions: something is there, but it does not speak Matrix"}},
		{"a front page for all paths", "example.org", sandbox.Fault{Path: "/", Status: 200, Body: "{}"}, []string{"names no homeserver", "does not speak Matrix"}},
		{"plain http for a password", "example.org", sandbox.Fault{Path: wellKnown, Status: 200, Body: `{"m.homeserver":{"base_url":"http://matrix.example.org"}}`}, []string{"not at an https URL"}},
		{"not a URL", "example.org", sandbox.Fault{Path: wellKnown, Status: 200, Body: `{"m.homeserver":{"base_url":"::"}}`}, []string{"not at an https URL"}},
		{"broken", "matrix.example.org", sandbox.Fault{Path: "/", Status: 503}, []string{"answers HTTP 503"}},
		{"a flood", "matrix.example.org", sandbox.Fault{Path: "/", Status: 200, Body: `{"versions":["` + strings.Repeat("x", 100<<10) + `"]}`}, []string{"does not speak Matrix"}},
	} {
		w := newWorld(t)
		w.Inject(tc.fault)
		_, err := discovery.Find(t.Context(), w, tc.who)
		var e *discovery.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		rest := err.Error()
		for _, want := range tc.tried {
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Errorf("%s: %q is missing in order from:\n%v", tc.name, want, err)
			}
			rest = after
		}
		if client.Hint(err) == "" {
			t.Errorf("%s: no hint", tc.name)
		}
	}
}
