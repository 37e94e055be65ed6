package oauthserver

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

const (
	deviceCodeLifetime = 20 * time.Minute
	authCodeLifetime   = 10 * time.Minute
	pollInterval       = 5 * time.Second
)

// A deviceCode is a sign-in that a user approves on another device: RFC 8628.
type deviceCode struct {
	code, userCode string
	client         *oauthClient
	scope          string
	expires        time.Time
	polled         time.Time
	interval       time.Duration
	user           *account.User // who approved it
	denied         bool
	exchanged      bool // for tokens
}

func (a *AuthServer) startDevice(c *api.Call) (any, error) {
	form, client, err := a.form(c)
	switch {
	case err != nil:
		return nil, err
	case a.Ways.NoDeviceGrant:
		return nil, refuse("invalid_request", "The Device Authorization Grant is disabled on this server")
	case !slices.Contains(client.grants, grantDevice):
		return nil, &refusal{http.StatusUnauthorized, "unauthorized_client", ""}
	}
	d := &deviceCode{
		code: a.Random.Pick("device code", network.Alphanumeric, 32), userCode: strings.ToUpper(a.Random.Pick("user code", network.Alphanumeric, 6)),
		client: client, scope: form.Get("scope"), expires: a.Now().Add(deviceCodeLifetime), interval: pollInterval,
	}
	a.devices[d.code] = d
	link := a.AuthServerURL() + "/link"
	answer := object{
		"device_code": d.code, "user_code": d.userCode, "verification_uri": link,
		"expires_in": seconds(deviceCodeLifetime), "interval": seconds(pollInterval),
	}
	if a.Ways.CodeInAddress {
		answer["verification_uri_complete"] = link + "?code=" + d.userCode
	}
	return answer, nil
}

func (a *AuthServer) token(c *api.Call) (any, error) {
	form, client, err := a.form(c)
	if err != nil {
		return nil, err
	}
	kind := form.Get("grant_type")
	redeem := map[string]func(url.Values, *oauthClient) (*account.TokenPair, error){
		grantCode: a.redeemCode, grantDevice: a.redeemDevice, grantRefresh: a.redeemRefresh,
	}[kind]
	switch {
	case redeem == nil:
		return nil, refuse("unsupported_grant_type", "")
	case !slices.Contains(client.grants, kind):
		return nil, &refusal{http.StatusUnauthorized, "unauthorized_client", ""}
	}
	p, err := redeem(form, client)
	if err != nil {
		return nil, err
	}
	return object{
		"access_token": p.Access.Token, "refresh_token": p.Refresh.Token, "token_type": "Bearer",
		"expires_in": seconds(p.Lifetime(a.Now())), "scope": p.Access.Grant.Scope,
	}, nil
}

// redeemDevice answers a client that polls for a device code. An expired code is 403 expired_token, also if it was approved
// or denied: device_code_grant in crates/handlers/src/oauth2/token.rs of the Matrix Authentication Service.
func (a *AuthServer) redeemDevice(form url.Values, client *oauthClient) (*account.TokenPair, error) {
	d := a.devices[form.Get("device_code")]
	if d == nil || d.client != client {
		return nil, refuse("invalid_grant", "")
	}
	now := a.Now()
	hasty := !d.polled.IsZero() && now.Sub(d.polled) < d.interval
	d.polled = now
	switch {
	case now.After(d.expires):
		return nil, &refusal{http.StatusForbidden, "expired_token", ""}
	case d.denied:
		return nil, &refusal{http.StatusForbidden, "access_denied", ""}
	case d.exchanged:
		return nil, refuse("invalid_grant", "")
	case hasty:
		d.interval += pollInterval
		return nil, refuse("slow_down", "")
	case d.user == nil:
		return nil, &refusal{http.StatusForbidden, "authorization_pending", ""}
	}
	d.exchanged = true
	return a.grant(d.user, client, d.scope)
}

// redeemCode answers a client that has an authorization code.
func (a *AuthServer) redeemCode(form url.Values, client *oauthClient) (*account.TokenPair, error) {
	code := a.codes[form.Get("code")]
	delete(a.codes, form.Get("code")) // it can be used once
	if code == nil || code.client != client || a.Now().After(code.expires) {
		return nil, refuse("invalid_grant", "")
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case form.Get("redirect_uri") != code.redirect:
		return nil, refuse("invalid_grant", "")
	case base64.RawURLEncoding.EncodeToString(sum[:]) != code.challenge:
		return nil, refuse("invalid_grant", "PKCE verification failed: challenge does not match the verifier")
	}
	return a.grant(code.user, client, code.scope)
}

// redeemRefresh does not check whether the account is locked: refresh_token_grant in crates/handlers/src/oauth2/token.rs
// of the Matrix Authentication Service reads the session alone.
func (a *AuthServer) redeemRefresh(form url.Values, client *oauthClient) (*account.TokenPair, error) {
	t := a.RefreshTokens[form.Get("refresh_token")]
	if t == nil || t.Grant.Client != client.id || t.Spent() {
		return nil, refuse("invalid_grant", "")
	}
	return a.Renew(t), nil
}

// grant signs a user in.
func (a *AuthServer) grant(u *account.User, client *oauthClient, scope string) (*account.TokenPair, error) {
	device, ok := scopeDevice(scope)
	if !ok {
		return nil, &refusal{http.StatusForbidden, "invalid_scope", ""}
	}
	return a.NewGrant(a.NewSession(u, device), client.id, scope), nil
}
