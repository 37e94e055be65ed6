package client_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/seal"
)

const (
	redirectURI = "http://127.0.0.1:4711/callback"
	tokenPath   = "/oauth2/token"
)

// newOAuthWorld returns a test world whose homeserver has an OAuth server.
func newOAuthWorld(t *testing.T) *testWorld {
	t.Helper()
	n := newTestWorld(t)
	n.SetWays(sandbox.Ways{OAuth: true})
	return n
}

func (n *testWorld) homeserver() discovery.Homeserver {
	n.t.Helper()
	hs, err := discovery.Find(n.t.Context(), n.options().Transport, n.ada)
	n.must(err)
	return hs
}

// signInByDevice signs Ada in with a code that is approved on another device.
func (n *testWorld) signInByDevice(opt client.Options) *client.Account {
	n.t.Helper()
	s, err := login.StartDevice(n.t.Context(), opt, n.homeserver())
	n.must(err)
	n.must(n.ApproveDevice(n.ada, s.UserCode))
	a, err := s.Wait(n.t.Context())
	n.must(err)
	return a
}

// checkSignedIn checks that an account is signed in as Ada.
func (n *testWorld) checkSignedIn(a *client.Account) {
	n.t.Helper()
	n.must(a.Refresh(n.t.Context()))
	if got := a.UserID(); string(got) != n.ada {
		n.t.Errorf("signed in as %s", got)
	}
}

func TestWays(t *testing.T) {
	sso := []sandbox.Provider{{ID: "navy", Name: "Navy", Brand: "anchor"}}
	for _, tc := range []struct {
		name string
		ways sandbox.Ways
		want []discovery.Way
	}{
		{"stock", sandbox.Ways{Password: true}, []discovery.Way{discovery.WayPassword, discovery.WayToken}},
		{"single sign-on first", sandbox.Ways{Password: true, SSO: sso}, []discovery.Way{discovery.WaySSO, discovery.WayPassword, discovery.WayToken}},
		{"OAuth", sandbox.Ways{OAuth: true, SSO: sso}, []discovery.Way{discovery.WayDevice, discovery.WayBrowser, discovery.WayToken}},
		{"OAuth with passwords", sandbox.Ways{OAuth: true, Password: true}, []discovery.Way{discovery.WayDevice, discovery.WayBrowser, discovery.WayPassword, discovery.WayToken}},
		{"an older OAuth server", sandbox.Ways{OAuth: true, NoDeviceGrant: true}, []discovery.Way{discovery.WayBrowser, discovery.WayToken}},
		{"nothing", sandbox.Ways{}, []discovery.Way{discovery.WayToken}},
	} {
		n := newTestWorld(t)
		n.SetWays(tc.ways)
		hs := n.homeserver()
		if got := hs.Ways(); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v", tc.name, got)
		}
		if want := len(tc.ways.SSO); len(hs.Providers) != want || (want > 0 && hs.Providers[0] != discovery.Provider{ID: "navy", Name: "Navy", Brand: "anchor"}) {
			t.Errorf("%s: %+v", tc.name, hs.Providers)
		}
	}
}

func TestUnsafeOAuthIsNotOffered(t *testing.T) {
	const metadataPath = "/_matrix/client/v1/auth_metadata"
	for name, fault := range map[string]sandbox.Fault{
		"plain":   {Status: 200, Body: `{"issuer":"http://account.example.org/","token_endpoint":"http://account.example.org/t","registration_endpoint":"http://account.example.org/r"}`},
		"a page":  {Status: 200, Body: `<html>`},
		"a flood": {Status: 200, Body: `{"issuer":"` + strings.Repeat("x", 100<<10) + `"}`},
		"broken":  {Status: 503},
	} {
		n := newTestWorld(t)
		fault.Path = metadataPath
		n.Inject(fault)
		hs := n.homeserver()
		if hs.OAuth != nil || hs.OAuthErr == nil || !slices.Equal(hs.Ways(), []discovery.Way{discovery.WayPassword, discovery.WayToken}) {
			t.Errorf("%s: %v, %v, %v", name, hs.OAuth, hs.OAuthErr, hs.Ways())
		}
		if _, err := login.StartDevice(t.Context(), n.options(), hs); !errors.Is(err, client.ErrNotOffered) || client.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSSOIsOfferedIfItsOAuthCannotBeUsed(t *testing.T) {
	n := newTestWorld(t)
	n.Inject(sandbox.Fault{
		Method: "GET", Path: "/_matrix/client/v3/login", Status: 200,
		Body: `{"flows":[{"type":"m.login.password"},{"type":"m.login.sso","oauth_aware_preferred":true}]}`,
	})
	if got := n.homeserver().Ways(); !slices.Equal(got, []discovery.Way{discovery.WayPassword, discovery.WaySSO, discovery.WayToken}) {
		t.Errorf("%v", got)
	}
}

func TestHomeserverWithOAuthAloneHasNoLogin(t *testing.T) {
	n := newOAuthWorld(t)
	n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/login", Status: 404, Body: `{"errcode":"M_UNRECOGNIZED","error":"no"}`})
	if got := n.homeserver().Ways(); got[0] != discovery.WayDevice {
		t.Errorf("%v", got)
	}
}

func TestSignInByDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		s, err := login.StartDevice(t.Context(), n.options(), n.homeserver())
		n.must(err)
		if s.UserCode == "" || !strings.HasPrefix(s.VerificationURI, n.AuthServerURL()) || !s.ExpiresAt.After(time.Now()) {
			t.Errorf("%+v", s.DeviceCode)
		}
		time.AfterFunc(time.Minute, func() { n.must(n.ApproveDevice(n.ada, s.UserCode)) })
		a, err := s.Wait(t.Context())
		n.must(err)
		n.checkSignedIn(a)
		if got := a.Session(); !got.ByOAuth() || got.RefreshToken == "" || len(got.DeviceID) < 10 || got.ExpiresAt.IsZero() {
			t.Errorf("%+v", got)
		}
	})
}

func TestLostConnectionAfterTheApprovalIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/account/whoami", Refuse: true, Times: 3})
		n.checkSignedIn(n.signInByDevice(n.options()))
	})
}

func TestSignInByDeviceDeniedOrTooLate(t *testing.T) {
	for _, want := range []error{oauth.ErrDenied, oauth.ErrExpired} {
		synctest.Test(t, func(t *testing.T) {
			n := newOAuthWorld(t)
			s, err := login.StartDevice(t.Context(), n.options(), n.homeserver())
			n.must(err)
			if errors.Is(want, oauth.ErrDenied) {
				n.must(n.DenyDevice(n.ada, s.UserCode))
			}
			if _, err := s.Wait(t.Context()); !errors.Is(err, want) || client.Hint(err) == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSignInByBrowser(t *testing.T) {
	n := newOAuthWorld(t)
	s, err := login.StartBrowser(t.Context(), n.options(), n.homeserver(), redirectURI)
	n.must(err)
	final, err := n.Approve(n.ada, s.URL())
	n.must(err)
	if !s.Expects(final) || s.Expects(redirectURI) {
		t.Error("expects something else")
	}
	a, err := s.Finish(t.Context(), final)
	n.must(err)
	n.checkSignedIn(a)
	if _, err := s.Finish(t.Context(), final); !oauth.HasCode(err, "invalid_grant") || client.Hint(err) == "" {
		t.Errorf("a second time: %v", err)
	}
}

func TestSignInBySSO(t *testing.T) {
	n := newTestWorld(t)
	n.SetWays(sandbox.Ways{SSO: []sandbox.Provider{{ID: "navy", Name: "Navy"}}})
	hs := n.homeserver()
	for _, provider := range []string{"", "navy"} {
		s, err := login.StartSSO(t.Context(), n.options(), hs, redirectURI, provider)
		n.must(err)
		final, err := n.Approve(n.ada, s.URL())
		n.must(err)
		if !s.Expects(final) {
			t.Errorf("%s is not expected", final)
		}
		if _, err := s.Finish(t.Context(), strings.Replace(final, "state=", "state=x", 1)); !errors.Is(err, oauth.ErrState) {
			t.Errorf("another state: %v", err)
		}
		a, err := s.Finish(t.Context(), final)
		n.must(err)
		n.checkSignedIn(a)
		if _, err := s.Finish(t.Context(), final); !errors.Is(err, client.ErrLoginToken) || client.Hint(err) == "" {
			t.Errorf("a second time: %v", err)
		}
	}
	if _, err := login.StartSSO(t.Context(), n.options(), hs, redirectURI, "army"); !errors.Is(err, client.ErrNotOffered) {
		t.Errorf("token of no user: %v", err)
	}
}

func TestSignInWithToken(t *testing.T) {
	n := newTestWorld(t)
	session := n.signIn(n.ada).Session()
	opt := n.options()
	opt.FormerKey = func(id.UserID, string) seal.Key { return session.DataKey }
	a, err := login.WithToken(t.Context(), opt, n.homeserver(), session.AccessToken)
	n.must(err)
	n.checkSignedIn(a)
	if a.Session() != session {
		t.Errorf("%+v", a.Session())
	}
	for _, token := range []string{"no-such-token", "no-such-token\r\nX-Y: z", ""} {
		_, err = login.WithToken(t.Context(), n.options(), n.homeserver(), token)
		if !errors.Is(err, client.ErrToken) || client.Hint(err) == "" || strings.Contains(err.Error(), "no-such-token") {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestSigningInAgainKeepsTheDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		n.SetWays(sandbox.Ways{OAuth: true, Password: true})
		opt := n.options()
		opt.Again = n.signInByDevice(n.options()).Session()

		if got := n.signInByDevice(opt).Session().DeviceID; got != opt.Again.DeviceID {
			t.Errorf("by device: %s, not %s", got, opt.Again.DeviceID)
		}
		a, err := login.WithPassword(t.Context(), opt, n.homeserver(), n.ada, password)
		n.must(err)
		if got := a.Session().DeviceID; got != opt.Again.DeviceID {
			t.Errorf("by password: %s, not %s", got, opt.Again.DeviceID)
		}
	})
}

func TestOtherUserCannotContinueASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		n.SetWays(sandbox.Ways{OAuth: true, Password: true})
		opt := n.options()
		opt.Again = client.Session{UserID: "@ada:example.org", DeviceID: "ABCDEFGHIJ"}
		var other *client.OtherUserError

		s, err := login.StartDevice(t.Context(), opt, n.homeserver())
		n.must(err)
		n.must(n.ApproveDevice(n.grace, s.UserCode))
		if _, err := s.Wait(t.Context()); !errors.As(err, &other) || client.Hint(err) == "" {
			t.Errorf("by device: %v", err)
		}
		if n.Count("POST", "/oauth2/revoke") != 1 {
			t.Error("the unused session has not ended")
		}
		if _, err := login.WithPassword(t.Context(), opt, n.homeserver(), n.grace, password); !errors.As(err, &other) {
			t.Errorf("by password: %v", err)
		}
		if n.Count("POST", "/_matrix/client/v3/logout") != 1 {
			t.Error("the unused session has not ended")
		}
		graces := n.signIn(n.grace)
		if _, err := login.WithToken(t.Context(), opt, n.homeserver(), graces.Session().AccessToken); !errors.As(err, &other) {
			t.Errorf("by token: %v", err)
		}
		n.must(graces.Refresh(t.Context())) // the token of another user must not be revoked
	})
}

func TestSigningOutRevokes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		a := n.signInByDevice(n.options())
		n.must(a.SignOut(t.Context()))
		if n.Count("POST", "/oauth2/revoke") != 1 || n.Count("POST", "/_matrix/client/v3/logout") != 0 {
			t.Error("not revoked")
		}
		gone := new(client.SignedOutError)
		if err := a.Refresh(t.Context()); !errors.As(err, &gone) {
			t.Errorf("after signing out: %v", err)
		}
		n.must(a.SignOut(t.Context())) // signing out twice is no error
	})
}

// Signing out ends the session that is saved for the account.
func TestSignOutEndsTheRenewedSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, former *client.Account, d *sessionStore) {
		n.SetWays(sandbox.Ways{OAuth: true, Password: true})
		opt := n.optionsWith(d)
		opt.Again = former.Session()
		a, err := login.WithPassword(n.t.Context(), opt, n.homeserver(), n.ada, password)
		n.must(err)
		n.must(d.save(a.Session()))
		n.must(former.SignOut(n.t.Context()))
		gone := new(client.SignedOutError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) {
			n.t.Errorf("%v", err)
		}
	})
}

func TestSigningOutWithATokenThatExpired(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		n.ExpireTokens(n.ada)
		n.must(a.SignOut(n.t.Context()))
		gone := new(client.SignedOutError)
		if err := n.resume(d).Refresh(n.t.Context()); !errors.As(err, &gone) {
			n.t.Errorf("%v", err)
		}
	})
}

func TestOlderSessionFilesAreRead(t *testing.T) {
	var s client.Session
	old := `{"homeserver":"https://matrix.example.org","user_id":"@ada:example.org","device_id":"D","access_token":"T"}`
	if err := json.Unmarshal([]byte(old), &s); err != nil {
		t.Fatal(err)
	}
	if s.ByOAuth() || s.AccessToken != "T" {
		t.Errorf("%+v", s)
	}
	if again, err := json.Marshal(s); err != nil || string(again) != old {
		t.Errorf("%s, %v", again, err)
	}
}

func TestHostileOAuthMetadataIsRefused(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"no ID":       {Path: "/oauth2/registration", Status: 201, Body: `{"client_id":"\u001b[2J"}`},
		"too often":   {Path: "/oauth2/registration", Status: 429},
		"refused":     {Path: "/oauth2/registration", Status: 400, Body: `{"error":"invalid_client_metadata"}`},
		"unreachable": {Path: "/oauth2/registration", Refuse: true},
		"redirected":  {Path: "/oauth2/device", Status: 302, Header: map[string][]string{"Location": {"https://mallory.example/"}}},
		"odd address": {Path: "/oauth2/device", Status: 200, Body: `{"device_code":"d","expires_in":600,"user_code":"A","verification_uri":"javascript:1"}`},
	} {
		n := newOAuthWorld(t)
		n.Inject(fault)
		_, err := login.StartDevice(t.Context(), n.options(), n.homeserver())
		if err == nil || client.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoErrorContainsSecrets(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		s := a.Session()
		echo := func(secret string) string { return `{"errcode":"M_BAD","error":"you sent ` + secret + `"}` }
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/login", Method: "POST", Status: 400, Body: echo(password)})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/account/whoami", Status: 400, Body: echo(s.AccessToken)})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Status: 400, Body: echo(s.AccessToken), Times: 2})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Status: 400, Body: echo(s.RefreshToken)})
		n.Inject(sandbox.Fault{Path: tokenPath, Status: 400, Body: `{"error":"bad","error_description":"you sent ` + s.RefreshToken + `"}`})
		n.SetWays(sandbox.Ways{Password: true, OAuth: true})
		hs := n.homeserver()
		_, byPassword := login.WithPassword(n.t.Context(), n.options(), hs, n.ada, password)
		_, byToken := login.WithToken(n.t.Context(), n.options(), hs, s.AccessToken)
		sync := a.Refresh(n.t.Context())
		n.ExpireTokens(n.ada)
		renewal := a.Refresh(n.t.Context())
		for _, err := range []error{byPassword, byToken, sync, renewal} {
			if err == nil || !strings.Contains(err.Error(), "you sent …") {
				n.t.Errorf("%v", err)
			}
		}
	})
}

func TestScopeOfASignIn(t *testing.T) {
	n := newOAuthWorld(t)
	opt := n.options()
	opt.Again = client.Session{UserID: "@ada:example.org", DeviceID: "a b"} // a scope cannot contain it
	s, err := login.StartBrowser(t.Context(), opt, n.homeserver(), redirectURI)
	n.must(err)
	u, err := url.Parse(s.URL())
	n.must(err)
	scope := strings.Fields(u.Query().Get("scope"))
	if len(scope) != 2 || scope[0] != "urn:matrix:client:api:*" || !strings.HasPrefix(scope[1], "urn:matrix:client:device:") {
		t.Errorf("%q", scope)
	}
}
