package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// errLockBusy says that another program holds the lock of the session.
var errLockBusy = errors.New("another program on this machine is renewing the session, and has not finished")

// renewed returns the session with tokens that are good, which are saved already.
// One program at a time reads what was saved last, exchanges its refresh token
// and saves what came: of two exchanges of one refresh token the servers revoke
// what the first one gave, whichever answer arrives last.
func (a *Account) renewed(ctx context.Context) (Session, error) {
	unlock, err := a.lockSession(ctx)
	if err != nil {
		return Session{}, err
	}
	defer unlock()
	s, err := a.newest()
	if err != nil {
		return Session{}, err
	}
	if !a.secrets.knows(s) && !a.endsWithin(s, 0) {
		a.secrets.keeps(s)
		return s, nil // another program has done it
	}
	ctx, cancel := context.WithTimeoutCause(ctx, renewTimeout, errTimeout)
	defer cancel()
	return a.exchangeNewest(ctx, s)
}

// exchangeNewest exchanges the refresh token of the newest session and saves the
// pair that comes. The caller holds the session's lock.
func (a *Account) exchangeNewest(ctx context.Context, s Session) (Session, error) {
	if s.RefreshToken == "" {
		return Session{}, &SignedOutError{}
	}
	next, err := a.exchange(ctx, s)
	if refused(err) {
		return a.afterRefusal(s)
	}
	if err != nil {
		return Session{}, err
	}
	a.save(next)
	return next, nil
}

// afterRefusal looks once more before it says that a session has ended: a program
// that does not know the lock may have saved another one.
func (a *Account) afterRefusal(s Session) (Session, error) {
	saved, err := a.newest()
	switch {
	case err != nil:
		return Session{}, err
	case saved.AccessToken != s.AccessToken:
		a.secrets.keeps(saved)
		return saved, nil
	}
	return Session{}, &SignedOutError{Soft: !s.ByOAuth()}
}

// lockSession keeps other programs from renewing the session. Where no lock can
// be had at all, as on a disk that is not to be written, it does without.
func (a *Account) lockSession(ctx context.Context) (unlock func(), err error) {
	if a.opt.LockSession == nil {
		return func() {}, nil
	}
	waiting, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	unlock, err = a.opt.LockSession(waiting)
	switch {
	case err == nil:
		return unlock, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case waiting.Err() != nil:
		return nil, errLockBusy
	}
	return func() {}, nil
}

// newest returns the session, or what another program that has the same one has
// made of it. Where that cannot be read nothing may be exchanged: what is saved
// could be of no use afterwards. One that another sign-in has replaced is returned
// with a [SignedOutError].
func (a *Account) newest() (Session, error) {
	s := a.Session()
	if a.opt.SavedSession == nil {
		return s, nil
	}
	saved, err := a.opt.SavedSession()
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && saved.AccessToken == "":
		return s, &SignedOutError{} // by another program
	case err != nil:
		return s, fmt.Errorf("read the saved session: %w", err)
	case a.secrets.knows(saved):
		return s, nil
	case saved.DeviceID != s.DeviceID:
		return saved, &SignedOutError{}
	}
	return saved, nil
}

// save keeps a renewed session. One that cannot be kept is good all the same.
func (a *Account) save(s Session) {
	if a.opt.SaveSession == nil {
		return
	}
	if err := a.opt.SaveSession(s); err != nil {
		err = &SessionNotSavedError{err}
		a.keepErr.Store(&err)
		return
	}
	a.secrets.keeps(s)
}
