package login

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/client/session"
)

// A Device is a sign-in that the user approves on another device. Its texts are
// from the server: its URLs are safe to open, and its code is one printable word.
type Device struct {
	oauth.DeviceCode
	oauthSignIn
}

// StartDevice begins a sign-in with a code that the user approves on another device
// (https://spec.matrix.org/v1.19/client-server-api/#device-authorization-flow).
func StartDevice(ctx context.Context, opt client.Options, hs discovery.Homeserver) (*Device, error) {
	if hs.OAuth == nil || !hs.OAuth.OffersDevice() {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, client.ErrNotOffered)
	}
	s := &Device{oauthSignIn: newOAuthSignIn(opt, hs)}
	err := s.client.RegisterDevice(ctx)
	if err == nil {
		s.DeviceCode, err = s.client.StartDevice(ctx, s.scope(), hs.BaseURL)
	}
	if err != nil {
		return nil, s.failed(err)
	}
	return s, nil
}

// Wait waits until the user has approved the sign-in, and returns the account. It
// retries when the connection is lost. It returns an error when the user denies the
// sign-in or the code expires.
func (s *Device) Wait(ctx context.Context) (*client.Account, error) {
	t, err := s.client.WaitDevice(ctx, s.DeviceCode)
	return s.finish(ctx, t, err)
}

// An oauthSignIn is a sign-in by OAuth that is not complete yet.
type oauthSignIn struct {
	opt    client.Options
	hs     discovery.Homeserver
	client *oauth.Client
	device id.DeviceID
}

func newOAuthSignIn(opt client.Options, hs discovery.Homeserver) oauthSignIn {
	device := opt.Again.DeviceID
	if !fitsScope(string(device)) {
		device = id.DeviceID(rand.Text()[:10])
	}
	return oauthSignIn{
		opt: opt, hs: hs, device: device,
		client: &oauth.Client{Server: *hs.OAuth, Transport: opt.Transport, Now: opt.Now},
	}
}

// scope requests the client-server API and names the device
// (https://spec.matrix.org/v1.19/client-server-api/#scope).
func (s oauthSignIn) scope() string {
	return "urn:matrix:client:api:* urn:matrix:client:device:" + string(s.device)
}

// fitsScope reports whether a device ID can be part of a scope.
func fitsScope(device string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	return len(device) >= 10 && strings.Trim(device, letters) == ""
}

// whoAmITries is how often the homeserver is asked for the user of new tokens. It is
// repeated because the user would have to approve the sign-in again.
const whoAmITries = 5

// finish returns the account for new tokens.
func (s oauthSignIn) finish(ctx context.Context, t oauth.Tokens, err error) (*client.Account, error) {
	if err != nil {
		return nil, s.failed(err)
	}
	signedIn := client.Session{
		Homeserver: s.hs.BaseURL, DeviceID: s.device,
		Issuer: s.client.Server.Issuer, ClientID: s.client.ID,
		TokenEndpoint: s.client.Server.TokenEndpoint, RevocationEndpoint: s.client.Server.RevocationEndpoint,
		AccountURL: s.client.Server.AccountManagementURI,
	}
	signedIn = signedIn.With(t)
	a, err := enter(ctx, s.opt, signedIn, whoAmITries)
	if err != nil {
		abandon(ctx, s.opt, signedIn)
		return nil, s.failed(err)
	}
	return a, nil
}

func (s oauthSignIn) failed(err error) error {
	return fmt.Errorf("sign in on %s: %w", s.hs.Name, session.OAuthError(err))
}
