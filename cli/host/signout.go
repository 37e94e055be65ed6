package host

import (
	"cmp"
	"context"
	"time"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config/vault"
)

// SignOutTimeout is how long the end of a former session may take.
const SignOutTimeout = 10 * time.Second

// EndFormer ends the session that was kept before, unless the new one is of the
// same device and would end with it.
func (p *Program) EndFormer(ctx context.Context, former, s client.Session) {
	if Ended(former) || cmp.Or(former.DeviceID, s.DeviceID) == s.DeviceID {
		return
	}
	account, err := client.Resume(client.Options{Transport: p.Transport, Now: p.Now}, former)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, SignOutTimeout)
	defer cancel()
	_ = account.SignOut(ctx) // its homeserver may be gone; the new session is what was asked for
}

// SignOut ends a session and forgets it, whether its homeserver can be told or
// not: who leaves a machine wants nothing to stay behind.
func (p *Program) SignOut(ctx context.Context, name vault.Name) error {
	kept, err := p.Sessions()
	if err != nil {
		return err
	}
	s, err := kept.load(ctx, name)
	if err != nil {
		return err
	}
	left, err := p.leave(ctx, s)
	if err != nil {
		return err
	}
	if err := kept.Vault.Drop(ctx, name); err != nil {
		return err
	}
	if left != nil {
		return left
	}
	p.Note("%s is signed out.", name.UserID)
	return nil
}

// leave tells the homeserver, unless it has ended the session itself, and forgets
// what is stored of the account.
func (p *Program) leave(ctx context.Context, s client.Session) (left, err error) {
	opt, _, err := p.AccountOptions(ctx)
	if err != nil {
		return nil, err
	}
	if Ended(s) {
		if opt.Store == nil {
			return nil, nil
		}
		return nil, opt.Store.Forget(ctx, store.Account{UserID: s.UserID, Homeserver: s.Homeserver})
	}
	account, err := p.resumeSession(ctx, opt, s)
	if err != nil {
		return nil, err
	}
	left = p.During(ctx, "Signing out", account.SignOut)
	if fail.Interrupted(left) {
		return nil, left
	}
	return left, nil
}
