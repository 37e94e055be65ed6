package oauth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestRefreshReturnsNewTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		d := n.device()
		n.must(n.ApproveDevice(n.ada, d.UserCode))
		first, err := n.WaitDevice(t.Context(), d)
		n.must(err)
		second, err := n.Refresh(t.Context(), first.RefreshToken)
		n.must(err)
		if second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken {
			t.Error("the tokens did not change")
		}
		n.must(n.Revoke(t.Context(), second.RefreshToken))
		if _, err := n.Refresh(t.Context(), second.RefreshToken); !oauth.HasCode(err, "invalid_grant") {
			t.Errorf("%v", err)
		}
	})
}

func TestRefreshKeepsTokenThatIsNotReplaced(t *testing.T) {
	n := newWorld(t)
	n.Inject(sandbox.Fault{Path: tokenPath, Status: 200, Body: `{"access_token":"a","token_type":"Bearer"}`})
	tokens, err := n.Refresh(t.Context(), "old")
	n.must(err)
	if tokens.RefreshToken != "old" || !tokens.ExpiresAt.IsZero() {
		t.Errorf("%+v", tokens)
	}
}

func TestInvalidTokenResponses(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"a redirect to another server": {Status: 307, Header: http.Header{"Location": {"https://mallory.example/"}}},
		"a redirect to the same URL":   {Status: 302, Header: http.Header{"Location": {tokenPath}}},
		"a page":                       {Status: 200, Body: "<html>"},
		"no token":                     {Status: 200, Body: `{"token_type":"Bearer"}`},
		"another type":                 {Status: 200, Body: `{"access_token":"a","token_type":"mac"}`},
		"an invalid access token":      {Status: 200, Body: `{"access_token":"a\r\nX: y","token_type":"Bearer"}`},
		"an invalid refresh token":     {Status: 200, Body: `{"access_token":"a","refresh_token":"\u0000","token_type":"Bearer"}`},
		"too long":                     {Status: 200, Body: `{"access_token":"` + strings.Repeat("x", 100<<10) + `","token_type":"Bearer"}`},
		"a long error":                 {Status: 400, Body: `{"error":"` + strings.Repeat("x", 60<<10) + `"}`},
	} {
		n := newWorld(t)
		fault.Path = tokenPath
		n.Inject(fault)
		tokens, err := n.Refresh(t.Context(), "secret")
		var e *oauth.Error
		if !errors.As(err, &e) || len(err.Error()) > 1000 {
			t.Errorf("%s: %+v, %v", name, tokens, err)
		}
		if got := n.Count("GET", "") + n.Count("POST", ""); got != 2 { // for the metadata and the tokens
			t.Errorf("%s: %d requests", name, got)
		}
	}
}

func TestRequestTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		n.Inject(sandbox.Fault{Path: registrationPath, Delay: time.Hour})
		begin := time.Now()
		var unreachable *oauth.UnreachableError
		if err := n.RegisterDevice(t.Context()); !errors.As(err, &unreachable) || time.Since(begin) > time.Minute {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}

func TestParseMetadataRefusesUnsafeURLs(t *testing.T) {
	n := newWorld(t)
	raw := n.rawMetadata()
	for _, name := range []string{
		"issuer", "token_endpoint", "registration_endpoint", "revocation_endpoint", "authorization_endpoint", "device_authorization_endpoint",
	} {
		for _, value := range []any{
			"http://account.example.org/", "http://127.0.0.1/", "javascript:alert(1)", "file:///etc/passwd", "//account.example.org/",
			"https://you:secret@account.example.org/", "https://", "https://account.example.org/\u202e", "https://account.example.org/#x", 7,
		} {
			if m, err := oauth.ParseMetadata(with(t, raw, name, value), n.HomeserverURL()); err == nil {
				t.Errorf("%s %v: %+v", name, value, m)
			}
		}
	}
	for _, name := range []string{"issuer", "token_endpoint", "registration_endpoint"} {
		if _, err := oauth.ParseMetadata(with(t, raw, name, ""), n.HomeserverURL()); err == nil {
			t.Errorf("without %s", name)
		}
	}
	if _, err := oauth.ParseMetadata(append(raw, make([]byte, 1<<20)...), n.HomeserverURL()); err == nil {
		t.Error("too long")
	}
}

func TestParseMetadataAllowsHTTPOnTheHomeserversHost(t *testing.T) {
	n := newWorld(t)
	plain := []byte(strings.ReplaceAll(string(n.rawMetadata()), "https://account.example.org", "http://127.0.0.1:8080"))
	if _, err := oauth.ParseMetadata(plain, "http://127.0.0.1:8008"); err != nil {
		t.Errorf("with an http homeserver on the same host: %v", err)
	}
	for _, homeserver := range []string{"https://127.0.0.1:8008", "http://matrix.example.org"} {
		if _, err := oauth.ParseMetadata(plain, homeserver); err == nil {
			t.Errorf("with %s", homeserver)
		}
	}
}

func TestMetadataOffers(t *testing.T) {
	n := newWorld(t)
	if !n.Server.OffersDevice() || !n.Server.OffersBrowser() {
		t.Errorf("%+v", n.Server)
	}
	n.SetWays(sandbox.Ways{OAuth: true, NoDeviceGrant: true})
	if m := n.metadata(); m.OffersDevice() || !m.OffersBrowser() {
		t.Errorf("%+v", m)
	}
	m := n.metadata()
	m.CodeChallengeMethods = []string{"plain"}
	if m.OffersBrowser() {
		t.Error("without S256")
	}
}
