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
	// Endpoints of the sandbox's OAuth server.
	registrationPath = "/oauth2/registration"
	devicePath       = "/oauth2/device"
	tokenPath        = "/oauth2/token"
)

// world is a sandbox with an OAuth server and a client of it.
type world struct {
	*sandbox.World
	*oauth.Client
	t   *testing.T
	ada string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	n := &world{World: sandbox.New(sandbox.Options{Seed: 1, Now: time.Now}), t: t}
	n.SetWays(sandbox.Ways{OAuth: true})
	n.ada = n.AddUser("ada", "lovelace", "Ada")
	n.Client = &oauth.Client{Server: n.metadata(), Transport: n.World, Now: time.Now}
	return n
}

func (n *world) metadata() oauth.Metadata {
	n.t.Helper()
	m, err := oauth.ParseMetadata(n.rawMetadata(), n.HomeserverURL())
	n.must(err)
	return m
}

func (n *world) rawMetadata() []byte {
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

func (n *world) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// device starts a sign-in with a device code.
func (n *world) device() oauth.DeviceCode {
	n.t.Helper()
	n.must(n.RegisterDevice(n.t.Context()))
	d, err := n.StartDevice(n.t.Context(), scope, n.HomeserverURL())
	n.must(err)
	return d
}

// browser starts a sign-in with a browser.
func (n *world) browser() oauth.Authorization {
	n.t.Helper()
	n.must(n.RegisterBrowser(n.t.Context(), redirect))
	a, err := n.Authorize(redirect, scope, n.ada)
	n.must(err)
	return a
}

// polls returns the times between the requests to the token endpoint.
func (n *world) polls() []time.Duration {
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

// with returns the metadata with one member changed.
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

// checkNoSecret fails the test if text contains one of the secrets.
func checkNoSecret(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("%q contains a secret", text)
		}
	}
}
