package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mxinvite/mxinvite/client/oauth"
)

// A Way is how one may sign in.
type Way int

// The ways there are.
const (
	WayDevice   Way = iota // a code, to be approved on another device: [StartDevice]
	WayBrowser             // a browser that comes back: [StartBrowser]
	WaySSO                 // single sign-on of the old kind, by a browser too: [StartSSO]
	WayPassword            // [SignIn]
	WayToken               // an access token from elsewhere: [SignInWithToken]
)

// The login types of https://spec.matrix.org/v1.19/client-server-api/#login that are known here.
const (
	flowPassword = "m.login.password"
	flowSSO      = "m.login.sso"
	flowToken    = "m.login.token"
)

// A Provider is who vouches for people in single sign-on.
type Provider struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Brand string `json:"brand"`
}

// mostProviders is more than anybody chooses from.
const mostProviders = 100

// Ways lists how one may sign in, the best first: OAuth if the homeserver has
// it, then what it offers beside, in its own order.
func (hs Homeserver) Ways() []Way {
	var ways []Way
	if hs.OAuth != nil && hs.OAuth.OffersDevice() {
		ways = append(ways, WayDevice)
	}
	if hs.OAuth != nil && hs.OAuth.OffersBrowser() {
		ways = append(ways, WayBrowser)
	}
	detour := hs.preferOAuth && len(ways) > 0 // to where a way leads already
	for _, f := range hs.Flows {
		switch {
		case f == flowPassword:
			ways = append(ways, WayPassword)
		case f == flowSSO && !detour:
			ways = append(ways, WaySSO)
		}
	}
	return append(ways, WayToken) // there is always a way for who has been there before
}

func (hs Homeserver) offers(flow string) bool { return slices.Contains(hs.Flows, flow) }

// askWays asks the homeserver how one may sign in.
func (hs *Homeserver) askWays(ctx context.Context, opt Options) error {
	a, err := Resume(opt, Session{Homeserver: hs.BaseURL})
	if err != nil {
		return err
	}
	hs.OAuth, hs.OAuthErr = authMetadata(ctx, opt, hs.BaseURL)
	err = hs.askFlows(ctx, a)
	if err != nil && hs.OAuth == nil {
		return fmt.Errorf("ask %s how to sign in: %w", hs.BaseURL, err)
	}
	return nil
}

func (hs *Homeserver) askFlows(ctx context.Context, a *Account) error {
	var reply struct {
		Flows []struct {
			Type        string     `json:"type"`
			Providers   []Provider `json:"identity_providers"`
			PreferOAuth bool       `json:"oauth_aware_preferred"`
			// Delegated is what it was called before it was in the specification.
			Delegated bool `json:"org.matrix.msc3824.delegated_oidc_compatibility"`
		} `json:"flows"`
	}
	if err := a.get(ctx, path{"v3", "login"}, nil, &reply); err != nil {
		return err
	}
	for _, f := range reply.Flows {
		hs.Flows = append(hs.Flows, f.Type)
		if f.Type == flowSSO {
			hs.Providers = f.Providers[:min(len(f.Providers), mostProviders)]
			hs.preferOAuth = f.PreferOAuth || f.Delegated
		}
	}
	return nil
}

// authMetadata asks for the homeserver's OAuth server; nil if it has none
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1auth_metadata).
func authMetadata(ctx context.Context, opt Options, base string) (*oauth.Metadata, error) {
	var raw json.RawMessage
	err := getJSON(ctx, opt.Transport, base+"/_matrix/client/v1/auth_metadata", &raw)
	if errors.Is(err, errNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s for its OAuth server: %w", base, err)
	}
	m, err := oauth.ParseMetadata(raw, base)
	if err != nil {
		return nil, err
	}
	return &m, nil
}
