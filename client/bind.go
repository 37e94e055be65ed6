package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/internal/sleep"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// Reasons why an invite cannot be accepted by binding its address.
var (
	ErrNoAddress           = errors.New("the link does not say which address was invited")
	ErrOtherIdentityServer = errors.New("the invite is at another identity server than yours")
	ErrCode                = errors.New("this is not the code of the mail")
)

// MailCode asks the account's identity server to mail a code to the invited address,
// for [Account.AcceptByAddress]. The invite must be from the same identity server.
func (a *Account) MailCode(ctx context.Context, i Invitation) (v identity.Validation, err error) {
	if i.Link.RoomID == "" {
		return v, ErrNoRoomNamed
	}
	if i.Link.Email == "" {
		return v, ErrNoAddress
	}
	address, err := threepid.ParseEmail(i.Link.Email)
	if err != nil {
		return v, err
	}
	base, _, err := a.IdentityServer(ctx)
	if err != nil {
		return v, err
	}
	if (keycheck.Question{URL: base}).Host() != i.Host {
		return v, fmt.Errorf("%s: %w", i.Host, ErrOtherIdentityServer)
	}
	err = a.identity.do(ctx, func(s *identity.Server) (err error) {
		v, err = s.MailCode(ctx, address, rand.Text())
		return err
	})
	return v, err
}

// The identity server notifies the homeserver of the invite, which may take seconds.
const (
	joinTries = 10
	joinPause = time.Second
)

// AcceptByAddress accepts an invite with the code from the e-mail, or the link that
// contains the code. code is empty if the user has opened that link. Afterwards the
// identity server shows to everyone that the address belongs to the account.
func (a *Account) AcceptByAddress(ctx context.Context, i Invitation, v identity.Validation, code string) (Accepted, error) {
	err := a.identity.do(ctx, func(s *identity.Server) error {
		if code := codeIn(code); code != "" {
			if err := s.SubmitCode(ctx, v, code); err != nil {
				return err
			}
		}
		return s.Bind(ctx, v, a.session.UserID)
	})
	var refused *identity.Error
	if errors.As(err, &refused) && isCodeError(refused.Code) {
		return Accepted{}, fmt.Errorf("%w: %w", ErrCode, err)
	}
	if err != nil {
		return Accepted{}, fmt.Errorf("confirm the address: %w", err)
	}
	for n := 1; ; n++ {
		err := a.join(ctx, i.Link.RoomID, nil, routes(i.Link, ""))
		var early *RefusedError
		if n == joinTries || !errors.As(err, &early) || early.Reason != RefusedNotInvited || !sleep.For(ctx, joinPause) {
			return Accepted{RoomID: i.Link.RoomID}, err
		}
	}
}

// isCodeError reports whether an error code says that the code is wrong, missing or
// expired.
func isCodeError(code string) bool {
	switch code {
	case "M_INVALID_PARAM", "M_NO_VALID_SESSION", "M_SESSION_NOT_VALIDATED", "M_SESSION_EXPIRED":
		return true
	}
	return false
}

// codeIn returns the code in a text that the user copied from the e-mail. It does not
// request a link, but reads the token in it.
func codeIn(s string) string {
	s = strings.Join(strings.Fields(s), "")
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		return u.Query().Get("token")
	}
	return s
}
