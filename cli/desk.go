package cli

import (
	"context"
	"errors"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/ui"
)

// A desk is where the screen has sessions kept, and where it gets accounts.
type desk struct {
	app *app
	opt client.Options // of every account
}

// first returns the account that the screen begins with; without one, the session
// that is over, if it is only that.
func (a *app) first(ctx context.Context, opt client.Options) (*client.Account, client.Session, error) {
	account, err := a.resume(ctx, opt)
	if e, ok := errors.AsType[*signedOutError](err); ok {
		return nil, e.session, nil
	}
	if errors.Is(err, fail.ErrNotSignedIn) {
		return nil, client.Session{}, nil
	}
	return account, client.Session{}, err
}

// remember keeps a new session. Of two of one account the older one ends.
func (d desk) remember(ctx context.Context, s client.Session) (*client.Account, error) {
	kept, err := d.app.sessions()
	if err != nil {
		return nil, err
	}
	account, err := d.app.resumeSession(ctx, d.opt, s)
	if err != nil {
		return nil, err
	}
	former, err := kept.replace(ctx, s)
	if err != nil { // it goes on without the vault, for as long as the screen is open
		alone, resumeErr := client.Resume(d.opt, s)
		return alone, errors.Join(err, resumeErr)
	}
	d.app.endFormer(ctx, former, s)
	return account, kept.use(nameOf(s))
}

func (d desk) forget(s client.Session) error {
	kept, err := d.app.sessions()
	if err != nil {
		return err
	}
	return kept.vault.Drop(context.Background(), nameOf(s))
}

func (d desk) end(s client.Session) error {
	kept, err := d.app.sessions()
	if err != nil {
		return err
	}
	if err := kept.end(context.Background(), s); !absent(err) {
		return err
	}
	return nil
}

func (d desk) list(ctx context.Context) ([]ui.KnownAccount, error) {
	kept, err := d.app.sessions()
	if err != nil {
		return nil, err
	}
	all, err := kept.all(ctx)
	known := make([]ui.KnownAccount, len(all))
	for i, s := range all {
		known[i] = ui.KnownAccount{UserID: s.UserID, Homeserver: s.Homeserver, DeviceID: s.DeviceID, SignedOut: ended(s)}
	}
	return known, err
}

func (d desk) change(ctx context.Context, to ui.KnownAccount) (*client.Account, error) {
	name := vaultName(to)
	s, err := d.app.sessionOf(ctx, name)
	if err != nil {
		return nil, err
	}
	account, err := d.app.resumeSession(ctx, d.opt, s)
	if err != nil {
		return nil, err
	}
	kept, err := d.app.sessions()
	if err != nil {
		return nil, err
	}
	return account, kept.use(name)
}

func (d desk) signOut(ctx context.Context, account ui.KnownAccount) error {
	return d.app.signOut(ctx, vaultName(account))
}

func vaultName(a ui.KnownAccount) vault.Name {
	return nameOf(client.Session{UserID: a.UserID, Homeserver: a.Homeserver})
}

// browse is the browser of this machine, for the screen; nil without one.
func (a *app) browse() func(context.Context) (ui.Browser, error) {
	if a.Browse == nil {
		return nil
	}
	return func(ctx context.Context) (ui.Browser, error) {
		back, err := listenLoopback(ctx)
		if err != nil {
			return nil, err
		}
		return window{back, a.Browse}, nil
	}
}

// A window is a browser that comes back.
type window struct {
	back *loopback
	open func(string) error
}

func (w window) RedirectURI() string       { return w.back.redirectURI() }
func (w window) Open(address string) error { return w.open(address) }

func (w window) Wait(ctx context.Context, expects func(string) bool) (string, error) {
	return w.back.wait(ctx, expects)
}
