package discovery

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

// A Way is a way to sign in.
type Way int

// The ways to sign in, with the functions of the package client.
const (
	WayDevice   Way = iota // with a code that is approved on another device: StartDevice
	WayBrowser             // with OAuth in a browser: StartBrowser
	WaySSO                 // with legacy single sign-on in a browser: StartSSO
	WayPassword            // with a password: SignIn
	WayToken               // with the access token of another program: SignInWithToken
)

// The login types that this program supports
// (https://spec.matrix.org/v1.19/client-server-api/#login).
const (
	FlowPassword = "m.login.password"
	FlowSSO      = "m.login.sso"
	FlowToken    = "m.login.token"
)

// A Provider is an identity provider for single sign-on.
type Provider struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Brand string `json:"brand"`
}

const (
	maxProviders = 100 // maximum number of providers that are shown to a user
	// flowsTimeout is longer than that for a small document: some homeservers ask
	// another server first.
	flowsTimeout = 75 * time.Second
	maxFlows     = 1 << 20 // bytes
)

// Ways lists the ways to sign in, the best first: OAuth if the homeserver has it,
// then its login types in its own order.
func (hs Homeserver) Ways() []Way {
	var ways []Way
	if hs.OAuth != nil && hs.OAuth.OffersDevice() {
		ways = append(ways, WayDevice)
	}
	if hs.OAuth != nil && hs.OAuth.OffersBrowser() {
		ways = append(ways, WayBrowser)
	}
	sameAsOAuth := hs.preferOAuth && len(ways) > 0
	for _, f := range hs.Flows {
		switch {
		case f == FlowPassword:
			ways = append(ways, WayPassword)
		case f == FlowSSO && !sameAsOAuth:
			ways = append(ways, WaySSO)
		}
	}
	return append(ways, WayToken) // works on every homeserver
}

// Offers reports whether the homeserver offers a login type.
func (hs Homeserver) Offers(flow string) bool { return slices.Contains(hs.Flows, flow) }

// readWays requests the login types and the OAuth metadata.
func (hs *Homeserver) readWays(ctx context.Context, transport http.RoundTripper) error {
	hs.OAuth, hs.OAuthErr = OAuthMetadata(ctx, transport, hs.BaseURL)
	if err := hs.readFlows(ctx, transport); err != nil && hs.OAuth == nil {
		return fmt.Errorf("ask %s how to sign in: %w", hs.BaseURL, err)
	}
	return nil
}

func (hs *Homeserver) readFlows(ctx context.Context, transport http.RoundTripper) error {
	var reply struct {
		Flows []struct {
			Type        string     `json:"type"`
			Providers   []Provider `json:"identity_providers"`
			PreferOAuth bool       `json:"oauth_aware_preferred"`
			// Delegated is the name of oauth_aware_preferred before it was part of the
			// specification.
			Delegated bool `json:"org.matrix.msc3824.delegated_oidc_compatibility"`
		} `json:"flows"`
	}
	r := jsonhttp.Request{Method: http.MethodGet, URL: hs.BaseURL + "/_matrix/client/v3/login", Limit: maxFlows, Within: flowsTimeout}
	if err := jsonhttp.Decode(ctx, transport, r, &reply); err != nil {
		return err
	}
	for _, f := range reply.Flows {
		hs.Flows = append(hs.Flows, f.Type)
		if f.Type == FlowSSO {
			hs.Providers = f.Providers[:min(len(f.Providers), maxProviders)]
			hs.preferOAuth = f.PreferOAuth || f.Delegated
		}
	}
	return nil
}
