package host

import (
	"context"
	"errors"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// A sessionSwitcher stores and resumes the sessions of the screen's accounts.
type sessionSwitcher struct {
	program *Program
	opt     client.Options // for every account
}

// first returns the account with which the screen opens, or the session that the
// homeserver has ended, or neither if the user is not signed in.
func (p *Program) first(ctx context.Context, opt client.Options) (*client.Account, client.Session, error) {
	account, err := p.Resume(ctx, opt)
	if e, ok := errors.AsType[*signedOutError](err); ok {
		return nil, e.session, nil
	}
	if errors.Is(err, fail.ErrNotSignedIn) {
		return nil, client.Session{}, nil
	}
	return account, client.Session{}, err
}

// remember stores a new session, and ends a former session of the same account.
func (d sessionSwitcher) remember(ctx context.Context, s client.Session) (*client.Account, error) {
	kept, err := d.program.Sessions()
	if err != nil {
		return nil, err
	}
	account, err := d.program.resumeSession(ctx, d.opt, s)
	if err != nil {
		return nil, err
	}
	former, err := kept.Replace(ctx, s)
	if err != nil { // the session works without the vault until the screen closes
		alone, resumeErr := client.Resume(d.opt, s)
		return alone, errors.Join(err, resumeErr)
	}
	d.program.EndFormer(ctx, former, s)
	return account, kept.Use(NameOf(s))
}

func (d sessionSwitcher) forget(s client.Session) error {
	kept, err := d.program.Sessions()
	if err != nil {
		return err
	}
	return kept.Vault.Drop(context.Background(), NameOf(s))
}

func (d sessionSwitcher) end(s client.Session) error {
	kept, err := d.program.Sessions()
	if err != nil {
		return err
	}
	if err := kept.End(context.Background(), s); !NoSession(err) {
		return err
	}
	return nil
}

func (d sessionSwitcher) list(ctx context.Context) ([]shell.KnownAccount, error) {
	kept, err := d.program.Sessions()
	if err != nil {
		return nil, err
	}
	all, err := kept.All(ctx)
	known := make([]shell.KnownAccount, len(all))
	for i, s := range all {
		known[i] = shell.KnownAccount{UserID: s.UserID, Homeserver: s.Homeserver, DeviceID: s.DeviceID, SignedOut: Ended(s)}
	}
	return known, err
}

func (d sessionSwitcher) change(ctx context.Context, to shell.KnownAccount) (*client.Account, error) {
	name := vaultName(to)
	s, err := d.program.sessionOf(ctx, name)
	if err != nil {
		return nil, err
	}
	account, err := d.program.resumeSession(ctx, d.opt, s)
	if err != nil {
		return nil, err
	}
	kept, err := d.program.Sessions()
	if err != nil {
		return nil, err
	}
	return account, kept.Use(name)
}

func (d sessionSwitcher) signOut(ctx context.Context, account shell.KnownAccount) error {
	return d.program.SignOut(ctx, vaultName(account))
}

func vaultName(account shell.KnownAccount) vault.Name {
	return NameOf(client.Session{UserID: account.UserID, Homeserver: account.Homeserver})
}

// browse returns a function that opens the browser of this machine for the screen,
// or nil if there is no browser.
func (p *Program) browse() func(context.Context) (shell.Browser, error) {
	if p.Browse == nil {
		return nil
	}
	return func(ctx context.Context) (shell.Browser, error) {
		back, err := ListenLoopback(ctx)
		if err != nil {
			return nil, err
		}
		return window{back, p.Browse}, nil
	}
}

// A window is a browser that is redirected to this machine.
type window struct {
	back *Loopback
	open func(string) error
}

// RedirectURI returns the URL for the redirect.
func (w window) RedirectURI() string { return w.back.RedirectURI() }

// Open opens a URL in the browser.
func (w window) Open(address string) error { return w.open(address) }

// Wait returns the URL of the redirect.
func (w window) Wait(ctx context.Context, expects func(string) bool) (string, error) {
	return w.back.Wait(ctx, expects)
}
