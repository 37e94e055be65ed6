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

// Reasons why an invite cannot be taken by confirming its address.
var (
	ErrNoAddress           = errors.New("the link does not say which address was invited")
	ErrOtherIdentityServer = errors.New("the invite waits at another identity server than yours")
	ErrCode                = errors.New("this is not the code of the mail")
)

// MailCode begins the other way to take an invite: the account's identity server
// mails a code to the address that was invited, with which
// [Account.AcceptByAddress] goes on. It has to be the server where the invite waits.
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

// An invite that an identity server passes on may take a moment to arrive.
const (
	arrivals    = 10 // times to look
	arrivalWait = time.Second
)

// AcceptByAddress takes an invite with the code that was mailed, or the link
// that it came in; empty if the person has opened that. From then on the
// identity server tells everybody who asks that the address is the account's.
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
	if errors.As(err, &refused) && isCodeTrouble(refused.Code) {
		return Accepted{}, fmt.Errorf("%w: %w", ErrCode, err)
	}
	if err != nil {
		return Accepted{}, fmt.Errorf("confirm the address: %w", err)
	}
	for n := 1; ; n++ {
		err := a.join(ctx, i.Link.RoomID, nil, routes(i.Link, ""))
		var early *RefusedError
		if n == arrivals || !errors.As(err, &early) || early.Reason != RefusedNotInvited || !sleep.For(ctx, arrivalWait) {
			return Accepted{RoomID: i.Link.RoomID}, err
		}
	}
}

// isCodeTrouble reports whether a code is wrong, has not been handed in, or is too old.
func isCodeTrouble(code string) bool {
	switch code {
	case "M_INVALID_PARAM", "M_NO_VALID_SESSION", "M_SESSION_NOT_VALIDATED", "M_SESSION_EXPIRED":
		return true
	}
	return false
}

// codeIn is the code in what a person copied out of the mail. A link there is
// only read, for the code goes to the identity server that mailed it.
func codeIn(s string) string {
	s = strings.Join(strings.Fields(s), "")
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		return u.Query().Get("token")
	}
	return s
}
