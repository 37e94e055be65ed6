package account

import (
	"slices"
	"time"
)

// Ways are the ways to sign in. In a new store users sign in with passwords, as
// with a stock Synapse.
type Ways struct {
	Password bool

	// OAuth turns the OAuth server on:
	// https://spec.matrix.org/v1.19/client-server-api/#oauth-20-api.
	OAuth bool
	// NoDeviceGrant turns the device authorization grant off.
	NoDeviceGrant bool

	// CodeInAddress adds verification_uri_complete to the answer for a device code. A stock service does not send
	// it: device_code_user_code_auto_fill_enabled is false in crates/config/src/sections/oauth.rs of the Matrix
	// Authentication Service.
	CodeInAddress bool

	// SessionLimit is the number of sessions above which the service refuses another one: soft_limit in
	// crates/config/src/sections/experimental.rs of the Matrix Authentication Service. 0: any number.
	SessionLimit int

	// SSO lists the identity providers for single sign-on. With OAuth, the OAuth server itself is one,
	// for clients that do not support OAuth.
	SSO []Provider

	// NoRefresh turns refresh tokens of the homeserver itself off, as in Dendrite.
	NoRefresh bool

	// TokenLifetime is the lifetime of an access token that can be refreshed; five minutes if zero, as
	// with a stock Synapse and a stock Matrix Authentication Service.
	TokenLifetime time.Duration
}

// A Provider is an identity provider of single sign-on.
type Provider struct{ ID, Name, Brand string }

const stockTokenLifetime = 5 * time.Minute

// SetWays sets the ways to sign in. It does not end sessions.
func (a *Store) SetWays(ways Ways) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if ways.TokenLifetime == 0 {
		ways.TokenLifetime = stockTokenLifetime
	}
	a.Ways = ways
}

// HasProvider reports whether there is an identity provider with this ID or, if id is empty, any provider.
func (a *Store) HasProvider(id string) bool {
	if id == "" {
		return a.Ways.OAuth || len(a.Ways.SSO) > 0
	}
	return slices.ContainsFunc(a.Ways.SSO, func(p Provider) bool { return p.ID == id })
}
