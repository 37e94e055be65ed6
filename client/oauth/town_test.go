package oauth_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const (
	scope    = "urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ"
	redirect = "http://127.0.0.1:4711/callback"
	// Where the sandbox's OAuth server takes what is sent.
	registrationPath = "/oauth2/registration"
	devicePath       = "/oauth2/device"
	tokenPath        = "/oauth2/token"
)

// town is a homeserver with an OAuth server, and this program as it knows it.
type town struct {
	*sandbox.World
	*oauth.Client
	t   *testing.T
	ada string
}

func newTown(t *testing.T) *town {
	t.Helper()
	n := &town{World: sandbox.New(sandbox.Options{Seed: 1, Now: time.Now}), t: t}
	n.SetWays(sandbox.Ways{OAuth: true})
	n.ada = n.AddUser("ada", "lovelace", "Ada")
	n.Client = &oauth.Client{Server: n.metadata(), Transport: n.World, Now: time.Now}
	return n
}

func (n *town) metadata() oauth.Metadata {
	n.t.Helper()
	m, err := oauth.ParseMetadata(n.rawMetadata(), n.HomeserverURL())
	n.must(err)
	return m
}

func (n *town) rawMetadata() []byte {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.t.Context(), http.MethodGet, n.HomeserverURL()+"/_matrix/client/v1/auth_metadata", nil)
	n.must(err)
	res, err := n.RoundTrip(req)
	n.must(err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	n.must(err)
	return data
}

func (n *town) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// device starts a sign-in by device code.
func (n *town) device() oauth.DeviceCode {
	n.t.Helper()
	n.must(n.RegisterDevice(n.t.Context()))
	d, err := n.StartDevice(n.t.Context(), scope, n.HomeserverURL())
	n.must(err)
	return d
}

// browser starts a sign-in by browser.
func (n *town) browser() oauth.Authorization {
	n.t.Helper()
	n.must(n.RegisterBrowser(n.t.Context(), redirect))
	a, err := n.Authorize(redirect, scope, n.ada)
	n.must(err)
	return a
}

// polls are how far apart the requests for tokens were.
func (n *town) polls() []time.Duration {
	var gaps []time.Duration
	var last time.Time
	for _, r := range n.Requests() {
		if r.URL.Path != tokenPath {
			continue
		}
		if !last.IsZero() {
			gaps = append(gaps, r.At.Sub(last))
		}
		last = r.At
	}
	return gaps
}

// with returns the metadata with a member changed.
func with(t *testing.T, raw []byte, name string, value any) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	m[name] = value
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tells fails if a text holds one of these.
func tells(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("a secret is in %q", text)
		}
	}
}
