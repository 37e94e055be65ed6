package oauth_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestRedeem(t *testing.T) {
	n := newWorld(t)
	a := n.browser()
	u, err := url.Parse(a.URL)
	n.must(err)
	if got := u.Query().Get("login_hint"); got != "mxid:"+n.ada {
		t.Errorf("login_hint %q", got)
	}
	final, err := n.Approve(n.ada, a.URL)
	n.must(err)
	if !a.Expects(final) {
		t.Errorf("%s is not expected", final)
	}
	tokens, err := n.Redeem(t.Context(), a, final)
	n.must(err)
	if tokens.AccessToken == "" || tokens.RefreshToken == "" {
		t.Errorf("%+v", tokens)
	}
}

func TestRedeemPastedURL(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"broken by a terminal": func(s string) string { return "  " + s[:40] + "\n" + s[40:] + "\r\n" },
		"without a scheme":     func(s string) string { return strings.TrimPrefix(s, "http://") },
		"in the fragment":      func(s string) string { return strings.Replace(s, "?", "#", 1) },
		"with the issuer":      func(s string) string { return s + "&iss=" + url.QueryEscape("https://account.example.org/") },
	} {
		n := newWorld(t)
		a := n.browser()
		final, err := n.Approve(n.ada, a.URL)
		n.must(err)
		if _, err := n.Redeem(t.Context(), a, change(final)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRedeemRefusesOtherURLs(t *testing.T) {
	n := newWorld(t)
	a := n.browser()
	final, err := n.Approve(n.ada, a.URL)
	n.must(err)
	state := final[strings.Index(final, "state="):]
	for _, tc := range []struct {
		name, final string
		want        error
	}{
		{"empty", "", oauth.ErrNotRedirect},
		{"the authorization URL", a.URL, oauth.ErrNotRedirect},
		{"another port", strings.Replace(final, "4711", "4712", 1), oauth.ErrNotRedirect},
		{"another path", strings.Replace(final, "/callback", "/", 1), oauth.ErrNotRedirect},
		{"another scheme", strings.Replace(final, "http:", "javascript:", 1), oauth.ErrNotRedirect},
		{"too long", final + strings.Repeat("x", 20<<10), oauth.ErrNotRedirect},
		{"no state", strings.Replace(final, "state=", "x=", 1), oauth.ErrState},
		{"another state", strings.Replace(final, "state=", "state=x", 1), oauth.ErrState},
		{"no code", redirect + "?" + state, oauth.ErrNotRedirect},
		{"another server's", final + "&iss=https%3A%2F%2Fmallory.example%2F", oauth.ErrMixUp},
	} {
		if _, err := n.Redeem(t.Context(), a, tc.final); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if n.Count("POST", tokenPath) > 0 {
		t.Error("a code was sent")
	}
	n.Server.NamesIssuer = true
	if _, err := n.Redeem(t.Context(), a, final); !errors.Is(err, oauth.ErrMixUp) {
		t.Errorf("without the issuer: %v", err)
	}
}

func TestRedeemReturnsErrorsOfTheServer(t *testing.T) {
	n := newWorld(t)
	a := n.browser()
	final, err := n.Deny(n.ada, a.URL)
	n.must(err)
	if _, err := n.Redeem(t.Context(), a, final); !errors.Is(err, oauth.ErrDenied) {
		t.Errorf("%v", err)
	}
	_, err = n.Redeem(t.Context(), a, strings.Replace(final, "access_denied", "temporarily_unavailable", 1))
	if !oauth.HasCode(err, "temporarily_unavailable") || !strings.HasPrefix(err.Error(), "account.example.org answered") {
		t.Errorf("%v", err)
	}
}

func TestErrorsContainNoSecrets(t *testing.T) {
	n := newWorld(t)
	a := n.browser()
	final, err := n.Approve(n.ada, a.URL)
	n.must(err)
	u, err := url.Parse(final)
	n.must(err)
	code := u.Query().Get("code")
	n.Inject(sandbox.Fault{Path: tokenPath, Status: 400, Body: `{"error":"no ` + code + `","error_description":"you sent ` + code + ` and secret"}`})
	_, err = n.Redeem(t.Context(), a, final)
	checkNoSecret(t, err.Error(), code)
	_, err = n.Refresh(t.Context(), "secret")
	checkNoSecret(t, err.Error(), "secret")
	n.Inject(sandbox.Fault{Path: "/oauth2/revoke", Refuse: true})
	checkNoSecret(t, n.Revoke(t.Context(), "secret").Error(), "secret")
}
