package client

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"maunium.net/go/mautrix/id"
)

// An EndNotConfirmedError says that a session may go on although it was signed out
// of.
type EndNotConfirmedError struct {
	UserID     id.UserID
	DeviceID   id.DeviceID
	AccountURL string // where the user can end it; empty if that is not known
	Err        error  // why it is not known
}

func (e *EndNotConfirmedError) Error() string {
	return fmt.Sprintf("could not confirm that the session of %s has ended: %v", e.UserID, e.Err)
}

func (e *EndNotConfirmedError) Unwrap() error { return e.Err }

// Where says where the user can end the session.
func (e *EndNotConfirmedError) Where() string {
	u, err := url.Parse(e.AccountURL)
	if e.AccountURL == "" || err != nil {
		return fmt.Sprintf("Look for the device %s (mxinvite) in the settings of another Matrix client, and end its session there.", e.DeviceID)
	}
	// https://spec.matrix.org/v1.19/client-server-api/#account-management-url-discovery
	query := u.Query()
	query.Set("action", "org.matrix.device_delete")
	query.Set("device_id", string(e.DeviceID))
	u.RawQuery = query.Encode()
	return fmt.Sprintf("End the session of the device %s (mxinvite) here: %s", e.DeviceID, u)
}

// SignOut ends the session at the homeserver or OAuth server that it is from and at
// the identity server, and deletes what was stored. If another program has renewed
// the session or signed in again, the saved session is ended. A session that has
// ended already is no error. If it is not certain that the session has ended, the
// error is an [EndNotConfirmedError]; what is stored is deleted all the same.
func (a *Account) SignOut(ctx context.Context) error {
	a.identity.logout(ctx)
	s, err := a.hs.End(ctx)
	if err != nil && ctx.Err() == nil {
		err = &EndNotConfirmedError{UserID: s.UserID, DeviceID: s.DeviceID, AccountURL: s.AccountURL, Err: err}
	}
	if err == nil || ctx.Err() == nil {
		if a.opt.Store != nil {
			err = errors.Join(err, a.opt.Store.Forget(ctx, a.storeKey()))
		}
	}
	return err
}
