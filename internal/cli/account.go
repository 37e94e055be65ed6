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

// resume returns the account, which has asked its homeserver nothing yet.
func (a *app) resume() (*client.Account, error) {
	s, err := a.session()
	if err != nil {
		return nil, err
	}
	return client.Resume(a.clientOptions(), s)
}

// account returns the account with everything that its homeserver knows now.
func (a *app) account(ctx context.Context) (*client.Account, error) {
	account, err := a.resume()
	if err != nil {
		return nil, err
	}
	err = a.during(ctx, "Reading the rooms of "+string(account.UserID()), account.Refresh)
	return account, err
}
