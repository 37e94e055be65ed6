package cli

import (
	"context"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// A signedOutError says whose session the homeserver has ended.
type signedOutError struct{ session client.Session }

func (e *signedOutError) Error() string { return e.Unwrap().Error() }

func (e *signedOutError) Unwrap() error {
	return &client.SignedOutError{UserID: e.session.UserID, Homeserver: e.session.Homeserver}
}

// session reads the session of the account that is meant.
func (a *app) session(ctx context.Context) (client.Session, error) {
	kept, err := a.sessions()
	if err != nil {
		return client.Session{}, err
	}
	name, err := kept.choose(a.settings.Account)
	if err != nil {
		return client.Session{}, err
	}
	return a.sessionOf(ctx, name)
}

// sessionOf reads the session of an account, which may be over.
func (a *app) sessionOf(ctx context.Context, name vault.Name) (client.Session, error) {
	kept, err := a.sessions()
	if err != nil {
		return client.Session{}, err
	}
	s, err := kept.load(ctx, name)
	switch {
	case absent(err):
		return s, fail.ErrNotSignedIn // another program was quicker
	case err != nil:
		return s, err
	case ended(s):
		return s, &signedOutError{s}
	}
	return s, nil
}

// resume returns the account that is meant with what it knew when the program
// last ran. It has asked its homeserver nothing yet.
func (a *app) resume(ctx context.Context, opt client.Options) (*client.Account, error) {
	s, err := a.session(ctx)
	if err != nil {
		return nil, err
	}
	account, err := a.resumeSession(ctx, opt, s)
	a.current = account
	return account, err
}

// resumeSession is resume for any session. One that is renewed is kept before it
// is used, and what another program made of it is found again.
func (a *app) resumeSession(ctx context.Context, opt client.Options, s client.Session) (*client.Account, error) {
	kept, err := a.sessions()
	if err != nil {
		return nil, err
	}
	opt.SavedSession = func() (client.Session, error) { return kept.read(context.Background(), nameOf(s)) }
	opt.KeyTransport = a.withOwnServer(opt.KeyTransport, s)
	opt.LockSession = func(ctx context.Context) (func(), error) { return kept.vault.LockAccount(ctx, nameOf(s)) }
	account, err := client.Resume(opt, s)
	if err != nil {
		return nil, err
	}
	if err := account.Restore(ctx); err != nil {
		a.Note("What was known when mxinvite last ran cannot be read: %v", err)
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
	err = a.During(ctx, "Reading the rooms of "+string(account.UserID()), account.Refresh)
	return account, err
}

// accountInRoom is account, with the room that a person names.
func (a *app) accountInRoom(ctx context.Context, name string) (*client.Account, client.Room, error) {
	account, err := a.account(ctx)
	if err != nil {
		return nil, client.Room{}, err
	}
	room, err := account.FindRoom(name)
	return account, room, err
}

// accountInRooms is account, with rooms that a person names, each once.
func (a *app) accountInRooms(ctx context.Context, names []string) (*client.Account, []client.Room, error) {
	account, err := a.account(ctx)
	if err != nil {
		return nil, nil, err
	}
	var rooms []client.Room
	for _, name := range names {
		room, err := account.FindRoom(name)
		if err != nil {
			return nil, nil, err
		}
		if !slices.ContainsFunc(rooms, func(r client.Room) bool { return r.ID == room.ID }) {
			rooms = append(rooms, room)
		}
	}
	return account, rooms, nil
}

// formerKey is the data key of an account's session, be it over or not. It opens
// what that session wrote down, such as the outbox.
func (a *app) formerKey(user id.UserID, homeserver string) seal.Key {
	kept, err := a.sessions()
	if err != nil {
		return seal.Key{}
	}
	s, err := kept.read(context.Background(), vault.Name{UserID: string(user), Homeserver: homeserver})
	if err != nil {
		return seal.Key{}
	}
	return s.DataKey
}

// saveSession keeps a session that was renewed. Its tokens are the only ones that
// are good, so that no end of the program comes between.
func (a *app) saveSession(s client.Session) error {
	kept, err := a.sessions()
	if err != nil {
		return err
	}
	return kept.save(context.Background(), s)
}

// noteEnd keeps in mind that the homeserver has ended the session of the account
// that a command used.
func (a *app) noteEnd(ctx context.Context, err error) {
	if a.current == nil || !fail.Is[*client.SignedOutError](err) {
		return
	}
	kept, err := a.sessions()
	if err == nil {
		err = kept.end(ctx, a.current.Session())
	}
	if err != nil && !absent(err) {
		a.Note("That the session is over could not be noted: %v", err)
	}
}
