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

// SignOutTimeout is the time limit for ending a former session.
const SignOutTimeout = 10 * time.Second

// EndFormer ends a session that was replaced by s. It does nothing if both are of
// the same device, because the new session would end as well.
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
	_ = account.SignOut(ctx) // the old homeserver may be unreachable; this must not fail the new sign-in
}

// SignOut ends a session and deletes its local data, even if its homeserver
// cannot be reached.
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

// leave signs out at the homeserver, unless the homeserver has ended the
// session already, and deletes the stored data of the account.
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
