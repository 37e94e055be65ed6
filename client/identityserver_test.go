package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

func TestSourceOfTheIdentityServer(t *testing.T) {
	const (
		dataPath  = "/_matrix/client/v3/user/*/account_data/m.identity_server"
		wellKnown = "/.well-known/matrix/client"
	)
	says := func(path, body string) sandbox.Fault { return sandbox.Fault{Path: path, Status: 200, Body: body} }
	silent := says(wellKnown, `{"m.homeserver":{"base_url":"https://matrix.example.org"}}`)
	for _, tc := range []struct {
		name   string
		faults []sandbox.Fault
		config string
		url    string
		source client.Source
		err    error
	}{
		{"the homeserver", nil, "https://mine.test", "https://id.example.org", client.FromHomeserver, nil},
		{"the account before it", []sandbox.Fault{says(dataPath, `{"base_url":"https://other.test"}`)}, "", "https://other.test", client.FromAccount, nil},
		{"switched off", []sandbox.Fault{says(dataPath, `{"base_url":null}`)}, "https://mine.test", "", "", client.ErrIdentityServerOff},
		{"data of another shape", []sandbox.Fault{says(dataPath, `{"base_url":7}`)}, "", "https://id.example.org", client.FromHomeserver, nil},
		{"the configuration at last", []sandbox.Fault{silent}, "https://mine.test/", "https://mine.test", client.FromConfig, nil},
		{"nobody", []sandbox.Fault{silent}, "", "", "", client.ErrNoIdentityServer},
	} {
		n := newTestWorld(t)
		for _, f := range tc.faults {
			n.Inject(f)
		}
		opt := n.options()
		opt.IdentityServer = tc.config
		a, err := client.Resume(opt, n.signIn(n.ada).Session())
		n.must(err)
		url, source, err := a.IdentityServer(t.Context())
		if url != tc.url || source != tc.source || !errors.Is(err, tc.err) {
			t.Errorf("%s: %q from %q, %v", tc.name, url, source, err)
		}
		if err != nil && client.Hint(err) == "" {
			t.Errorf("%s: no hint", tc.name)
		}
	}
}

func TestPlainIdentityServerIsRefused(t *testing.T) {
	n := newTestWorld(t)
	n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/user/*/account_data/m.identity_server", Status: 200, Body: `{"base_url":"http://id.example.org"}`})
	if _, _, err := n.account().IdentityServer(t.Context()); err == nil || !strings.Contains(err.Error(), "https") {
		t.Error(err)
	}
}

func TestIdentityServerErrors(t *testing.T) {
	for name, spoil := range map[string]func(*testWorld){
		"down": func(n *testWorld) { n.SetIdentityServerDown(true) },
		"a page instead": func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/", Status: 200, Body: "<html>"})
		},
		"redirects": func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/", Status: 302, Header: http.Header{"Location": {"https://matrix.example.org/"}}})
		},
		"refuses the homeserver": func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/v2/account/register", Status: 403, Body: `{"errcode":"M_UNAUTHORIZED","error":"not you"}`})
		},
		"only unhashed": func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/v2/hash_details", Status: 200, Body: `{"algorithms":["none"],"lookup_pepper":"x"}`})
		},
		"never ends": func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/v2/hash_details", Status: 200, Body: strings.Repeat(" ", 1<<20)})
		},
	} {
		n := newTestWorld(t)
		a := n.account()
		spoil(n)
		_, err := a.Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
		if err == nil || (client.Hint(err) == "" && name != "only unhashed") {
			t.Errorf("%s: %v, hint %q", name, err, client.Hint(err))
		}
		if n.Count("POST", lookupPath) > 0 {
			t.Errorf("%s: an address left", name)
		}
	}
}

func TestPepperChangesBetweenTwoLookups(t *testing.T) {
	n := newTestWorld(t)
	n.must(n.Bind("grace@navy.example", n.grace))
	n.Inject(sandbox.Fault{Path: "/_matrix/identity/v2/hash_details", Times: 1, Status: 200, Body: `{"algorithms":["sha256"],"lookup_pepper":"old"}`})
	user, err := n.account().Lookup(t.Context(), threepid.ID{Medium: threepid.Email, Address: "grace@navy.example"})
	if err != nil || string(user) != n.grace {
		t.Errorf("%q, %v", user, err)
	}
}
