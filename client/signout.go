package client

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"maunium.net/go/mautrix/id"
)

// An EndNotConfirmedError says that a session may not have ended although the user
// signed out.
type EndNotConfirmedError struct {
	UserID     id.UserID
	DeviceID   id.DeviceID
	AccountURL string // URL where the user can end the session; empty if not known
	Err        error  // why the URL is not known
}

func (e *EndNotConfirmedError) Error() string {
	return fmt.Sprintf("could not confirm that the session of %s has ended: %v", e.UserID, e.Err)
}

func (e *EndNotConfirmedError) Unwrap() error { return e.Err }

// Where returns a sentence that says where the user can end the session.
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

// SignOut ends the session at its homeserver or OAuth server and at the identity
// server, and deletes the stored data of the account. If another program has renewed
// the session or signed in again, SignOut ends the session that is saved. A session
// that has already ended is not an error. If it is not certain that the session has
// ended, the error is an [EndNotConfirmedError]; the stored data is deleted
// nevertheless.
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
