package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

const (
	signTimeout = 20 * time.Second
	maxSigned   = 64 << 10 // in bytes; Sydent's have about 400
)

// proof returns the signed object that proves that the account accepts the invite. If
// the inviter is known, the key in the link signs it, without a request.
func (a *Account) proof(ctx context.Context, i Invitation, c Consent, inviter id.UserID) (json.RawMessage, Accepted, error) {
	l, out := i.Link, Accepted{RoomID: i.Link.RoomID, Inviter: inviter}
	if inviter != "" && !l.ByLinksServer() {
		signed, err := l.Key.Sign(a.session.UserID, inviter, l.Token)
		return signed, out, err
	}
	if i.Host == "" || a.opt.KeyTransport == nil {
		return nil, out, ErrNoSigner
	}
	if c.Host != i.Host {
		return nil, out, &SigningError{Host: i.Host, Err: ErrNotConfirmed}
	}
	if l.ByLinksServer() { // without a sender
		out.Signer = i.Host
		signed, err := a.signByLinksServer(ctx, i, false)
		return signed, out, err
	}
	signed, err := a.sign(ctx, i)
	if err == nil {
		out.Signer = i.Host
		out.Inviter, err = l.Key.Check(signed, a.session.UserID, l.Token)
	}
	if err != nil && ctx.Err() == nil {
		err = &SigningError{Host: i.Host, Err: err}
	}
	return signed, out, err
}

// sign asks the server in the link to sign. A server that does not support version 1 of
// the identity service API any more, which the link uses, may support version 2 for
// users who are signed in. The account is signed in to its identity server
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2sign-ed25519).
func (a *Account) sign(ctx context.Context, i Invitation) (json.RawMessage, error) {
	signed, err := a.askToSign(ctx, i)
	var refused *identity.Error
	if !errors.As(err, &refused) || (refused.Status != http.StatusNotFound && refused.Status != http.StatusUnauthorized) {
		return signed, err
	}
	base, _, ownErr := a.IdentityServer(ctx)
	if ownErr != nil || (keycheck.Question{URL: base}).Host() != i.Host {
		return nil, err
	}
	err = a.identity.do(ctx, func(s *identity.Server) (err error) {
		signed, err = s.Sign(ctx, a.session.UserID, i.Link.Token, i.Link.PrivateKey())
		return err
	})
	if errors.As(err, &refused) && isUnknownToken(refused) {
		err = ErrForgotten
	}
	return signed, err
}

// askToSign sends the request in the link, as a web client does. It uses the transport
// for URLs of other users: it sends no access token and follows no redirects.
func (a *Account) askToSign(ctx context.Context, i Invitation) (json.RawMessage, error) {
	params := url.Values{"token": {i.Link.Token}, "private_key": {i.Link.PrivateKey()}, "mxid": {string(a.session.UserID)}}
	signed, err := a.postSignURL(ctx, i, params, nil)
	if err = identity.WrapError(err); err != nil {
		if refused, ok := errors.AsType[*identity.Error](err); ok && isUnknownToken(refused) {
			err = ErrForgotten
		}
		return nil, err
	}
	return signed, nil
}

// postSignURL sends a request for a signature, with the parameters in the query or in the
// body.
func (a *Account) postSignURL(ctx context.Context, i Invitation, query url.Values, body any) (json.RawMessage, error) {
	u, err := url.Parse(i.Link.SignURL)
	if err != nil {
		return nil, ErrNoSigner
	}
	// The new URL has only the parts that are listed here.
	sign := url.URL{Scheme: u.Scheme, Host: i.Host, Path: u.Path, RawQuery: query.Encode()}
	res, err := jsonhttp.Do(ctx, a.opt.KeyTransport, jsonhttp.Request{
		Method: http.MethodPost, URL: sign.String(), Body: body, Limit: maxSigned, Within: signTimeout, Secrets: []string{i.Link.PrivateKey()},
	})
	if errors.Is(err, jsonhttp.ErrTooLong) {
		return nil, invite.ErrNotSigned
	}
	if err != nil {
		return nil, err
	}
	defer res.Close()
	return json.RawMessage(bytes.TrimSpace(res.Body)), nil
}

// signByLinksServer asks the links server to sign. The secret is in the body, so that it
// is in no log of URLs. The link does not have the key, so the signature itself is
// verified by the homeserver only.
func (a *Account) signByLinksServer(ctx context.Context, i Invitation, binding bool) (json.RawMessage, error) {
	if i.Host == "" || a.opt.KeyTransport == nil {
		return nil, ErrNoSigner
	}
	body := map[string]string{"token": i.Link.Token, "private_key": i.Link.PrivateKey(), "mxid": string(a.session.UserID)}
	if binding {
		body["binding"] = "true"
	}
	signed, err := a.postSignURL(ctx, i, nil, body)
	var got struct{ MXID, Token string }
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
	case json.Unmarshal(signed, &got) != nil:
		err = invite.ErrNotSigned
	case got.MXID != string(a.session.UserID):
		err = invite.ErrSignedForOther
	case got.Token != i.Link.Token:
		err = invite.ErrSignedOther
	}
	if err != nil {
		return nil, &SigningError{Host: i.Host, Err: err}
	}
	return signed, nil
}

// isUnknownToken reports whether a server no longer knows the token. For an unknown
// path a server also sends M_UNRECOGNIZED, but with another message.
func isUnknownToken(e *identity.Error) bool {
	return e.Status == http.StatusNotFound && e.Code == "M_UNRECOGNIZED" && strings.Contains(strings.ToLower(e.Message), "token")
}

// Reasons why there is no valid signature, besides the responses of the server and the
// errors of [invite.PrivateKey.Check].
var (
	ErrNoSigner     = errors.New("the link names no server that could confirm that you accept the invite")
	ErrNotConfirmed = errors.New("it is not asked before you agree")
	ErrForgotten    = errors.New("it no longer knows the invite")
)

// A SigningError says that the server in a link did not sign, or that its signature is
// not valid.
type SigningError struct {
	Host string
	Err  error
}

func (e *SigningError) Error() string {
	var refused *identity.Error
	var unreachable *identity.UnreachableError
	if links, ok := errors.AsType[*ServerError](e.Err); ok && links.Message != "" {
		return fmt.Sprintf("%s does not sign: %s", e.Host, links.Message)
	}
	if errors.As(e.Err, &refused) || errors.As(e.Err, &unreachable) { // their messages have the server already
		return fmt.Sprintf("could not get a confirmation that you accept the invite: %v", e.Err)
	}
	return fmt.Sprintf("%s did not confirm that you accept the invite: %v", e.Host, e.Err)
}

func (e *SigningError) Unwrap() error { return e.Err }
