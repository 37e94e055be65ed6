package sandbox

import (
	"slices"
	"time"
)

// Ways are how one may sign in. A new World offers passwords, as a stock Synapse does.
type Ways struct {
	Password bool

	// OAuth puts a Matrix Authentication Service beside the homeserver: https://spec.matrix.org/v1.19/client-server-api/#oauth-20-api.
	OAuth bool
	// NoDeviceGrant takes the device authorization grant from it, which is younger than the rest.
	NoDeviceGrant bool

	// CodeInAddress adds verification_uri_complete to the answer for a device code. A stock service leaves it out:
	// device_code_user_code_auto_fill_enabled is false in crates/config/src/sections/oauth.rs of the Matrix
	// Authentication Service.
	CodeInAddress bool

	// SessionLimit is how many sessions a user may have before the service's pages refuse another one: soft_limit in
	// crates/config/src/sections/experimental.rs of the Matrix Authentication Service. 0: any number.
	SessionLimit int

	// SSO lists who vouches for people; with OAuth it is the service itself, for clients that know no better.
	SSO []Provider

	// NoRefresh keeps the homeserver from giving out refresh tokens of its own, as Dendrite gives none.
	NoRefresh bool

	// TokenLifetime is how long an access token is good for that comes with a refresh token; five minutes if zero, as
	// with a stock Synapse and a stock Matrix Authentication Service.
	TokenLifetime time.Duration
}

// A Provider is an identity provider of single sign-on.
type Provider struct{ ID, Name, Brand string }

const stockTokenLifetime = 5 * time.Minute

// SetWays decides how one may sign in from now on. Who is signed in stays so.
func (w *World) SetWays(ways Ways) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ways.TokenLifetime == 0 {
		ways.TokenLifetime = stockTokenLifetime
	}
	w.hs.ways = ways
}

// ExpireTokens ends the life of all access tokens of a user that come with a refresh token.
func (w *World) ExpireTokens(userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.hs.sessions {
		if s.user.id == userID && s.grant != nil {
			s.expires = w.now()
		}
	}
	w.changed() // long polls end too
}

// RevokeGrants ends the sessions of a user that can be renewed, as the page does on which people manage their account.
func (w *World) RevokeGrants(userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.hs.sessions {
		if s.user.id == userID && s.grant != nil {
			w.hs.endGrant(s.grant)
		}
	}
	w.changed()
}

// loginFlows says how one may sign in without OAuth. A Matrix Authentication Service answers in the homeserver's place.
func (h *homeserver) loginFlows(*call) (any, error) {
	flows := []object{}
	if len(h.ways.SSO) > 0 || h.ways.OAuth {
		providers := []object{}
		for _, p := range h.ways.SSO {
			o := object{"id": p.ID, "name": p.Name}
			if p.Brand != "" {
				o["brand"] = p.Brand
			}
			providers = append(providers, o)
		}
		sso := object{"type": "m.login.sso", "identity_providers": providers}
		if h.ways.OAuth {
			sso["oauth_aware_preferred"] = true
			sso["org.matrix.msc3824.delegated_oidc_compatibility"] = true
		}
		flows = append(flows, sso, object{"type": "m.login.token"})
	}
	if h.ways.Password {
		flows = append(flows, object{"type": "m.login.password"})
	}
	if !h.ways.OAuth {
		flows = append(flows, object{"type": "m.login.application_service"})
	}
	return object{"flows": flows}, nil
}

// provider says whether somebody vouches for people under this ID. Without an ID anybody will do.
func (h *homeserver) provider(id string) bool {
	if id == "" {
		return h.ways.OAuth || len(h.ways.SSO) > 0
	}
	return slices.ContainsFunc(h.ways.SSO, func(p Provider) bool { return p.ID == id })
}
