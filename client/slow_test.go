package client_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
)

// A trickle is a body of spaces, one a second, that never ends.
type trickle struct{ req *http.Request }

func (b trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-b.req.Context().Done():
		return 0, b.req.Context().Err()
	}
}

func (trickle) Close() error { return nil }

// A slowPath is a network that answers requests for a path with a trickle or, if silent
// is set, never.
type slowPath struct {
	http.RoundTripper
	path   string
	silent bool
}

func (s *slowPath) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.path == "" || !strings.Contains(req.URL.Path, s.path) {
		return s.RoundTripper.RoundTrip(req)
	}
	if s.silent {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: trickle{req}, Request: req}, nil
}

// A response that never comes, or never ends, is an error within the time of the request.
func TestSlowServersAreBounded(t *testing.T) {
	for _, tc := range []struct {
		name, path string
		within     time.Duration
		do         func(*testWorld, *client.Account) error
	}{
		{"homeserver, sync", "/v3/sync", 75 * time.Second, func(n *testWorld, a *client.Account) error { return a.Refresh(n.t.Context()) }},
		{"homeserver, account data", "/account_data/", 75 * time.Second, planGrace},
		{"homeserver, OpenID token", "/request_token", 75 * time.Second, planGrace},
		{"identity server, register", "/account/register", 20 * time.Second, planGrace},
		{"identity server, hash details", "/hash_details", 20 * time.Second, planGrace},
		{"identity server, lookup", "/v2/lookup", 20 * time.Second, planGrace},
	} {
		for _, silent := range []bool{false, true} {
			name := tc.name + ", a byte a second"
			if silent {
				name = tc.name + ", no response"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := newTestWorld(t)
					slow := &slowPath{RoundTripper: n.World}
					opt := n.options()
					opt.Transport = slow
					a, err := client.Resume(opt, n.signIn(n.ada).Session())
					n.must(err)
					n.must(a.Refresh(t.Context()))
					slow.path, slow.silent = tc.path, silent
					begun := time.Now()
					err = tc.do(n, a)
					if took := time.Since(begun); took != tc.within {
						t.Errorf("took %s, want %s", took, tc.within)
					}
					if err == nil || !strings.Contains(err.Error(), "no response in time") || client.Hint(err) == "" {
						t.Errorf("%v; hint %q", err, client.Hint(err))
					}
				})
			})
		}
	}
}

func planGrace(n *testWorld, a *client.Account) error {
	_, err := a.Plan(n.t.Context(), n.room, n.invitee("grace@navy.example"))
	return err
}
