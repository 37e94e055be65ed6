package cli

import (
	"context"
	"errors"
	"io/fs"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
)

// session reads the session of the one account there is.
func (a *app) session() (client.Session, error) {
	var s client.Session
	home, err := a.home()
	if err != nil {
		return s, err
	}
	switch err := home.LoadSession(&s); {
	case errors.Is(err, fs.ErrNotExist):
		return s, errNotSignedIn
	case err != nil:
		return s, err
	case s.AccessToken == "" || s.UserID == "" || s.Homeserver == "":
		return s, &config.DamagedError{Path: home.SessionPath(), Err: errors.New("it names no account")}
	}
	return s, nil
}

// resume returns the account with what it knew when the program last ran. It
// has asked its homeserver nothing yet.
func (a *app) resume(ctx context.Context, opt client.Options) (*client.Account, error) {
	s, err := a.session()
	if err != nil {
		return nil, err
	}
	account, err := client.Resume(opt, s)
	if err != nil {
		return nil, err
	}
	if err := account.Restore(ctx); err != nil {
		a.say("What was known when mxinvite last ran cannot be read: %v", err)
	}
	return account, nil
}

// kept returns the options of an account that remembers what it knows from one
// start to the next, and that may ask about keys where the person said so.
func (a *app) kept(ctx context.Context) (client.Options, *trustedHosts, error) {
	opt := a.clientOptions()
	home, err := a.home()
	if err != nil {
		return opt, nil, err
	}
	trusted, err := loadTrusted(home)
	if err != nil {
		return opt, nil, err
	}
	opt.Trusted, opt.KeyTransport = trusted.has, a.keyTransport(trusted)
	opt.Store = a.remembers(ctx)
	return opt, trusted, nil
}

// account returns the account with everything that its homeserver knows now.
func (a *app) account(ctx context.Context) (*client.Account, error) {
	opt, _, err := a.kept(ctx)
	if err != nil {
		return nil, err
	}
	account, err := a.resume(ctx, opt)
	if err != nil {
		return nil, err
	}
	err = a.during(ctx, "Reading the rooms of "+string(account.UserID()), account.Refresh)
	return account, err
}
