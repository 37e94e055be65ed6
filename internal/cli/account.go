package cli

import (
	"context"
	"errors"
	"io/fs"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/seal"
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
	case s.AccessToken == "" && !s.DataKey.IsZero():
		return s, errNotSignedIn // what it left behind waits for its owner
	case s.AccessToken == "" || s.UserID == "" || s.Homeserver == "":
		return s, &config.DamagedError{Path: home.SessionPath(), Err: errors.New("it names no account")}
	case s.DataKey.IsZero(): // it is from before there were any
		s.DataKey = seal.NewKey()
		if err := home.SaveSession(s); err != nil {
			return s, err
		}
		err = home.LoadSession(&s) // another program may have made one at the same time
		return s, err
	}
	return s, nil
}

// forgetSession forgets a session that is over. If the homeserver ended it, the
// outbox and the address book are still there, so their key stays.
func (a *app) forgetSession(ctx context.Context, home config.Home) error {
	s, err := a.session()
	if err != nil || a.store == nil {
		return home.DropSession()
	}
	owner := store.Account{UserID: s.UserID, Homeserver: s.Homeserver}
	waiting, err := a.store.Outbox(ctx, owner)
	if err != nil {
		return err
	}
	book, err := a.store.Addresses(ctx, owner)
	switch {
	case err != nil:
		return err
	case len(waiting) == 0 && len(book) == 0:
		return home.DropSession()
	}
	s.AccessToken, s.DeviceID = "", ""
	return home.SaveSession(s)
}

// formerKey is the data key of the session that was kept last, if it is one of
// this account's. It opens what that session wrote down, such as the outbox.
func (a *app) formerKey(user id.UserID, homeserver string) seal.Key {
	var s client.Session
	home, err := a.home()
	if err != nil || home.LoadSession(&s) != nil || s.UserID != user || s.Homeserver != homeserver {
		return seal.Key{}
	}
	return s.DataKey
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
