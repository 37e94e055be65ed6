package host

import (
	"context"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// A signedOutError has the session that the homeserver has ended.
type signedOutError struct{ session client.Session }

func (e *signedOutError) Error() string { return e.Unwrap().Error() }

func (e *signedOutError) Unwrap() error {
	return &client.SignedOutError{UserID: e.session.UserID, Homeserver: e.session.Homeserver}
}

// Session returns the stored session of the chosen account.
func (p *Program) Session(ctx context.Context) (client.Session, error) {
	kept, err := p.Sessions()
	if err != nil {
		return client.Session{}, err
	}
	name, err := kept.Choose(p.Settings.Account)
	if err != nil {
		return client.Session{}, err
	}
	return p.sessionOf(ctx, name)
}

// sessionOf returns the stored session of an account, or a signedOutError if the
// homeserver has ended it.
func (p *Program) sessionOf(ctx context.Context, name vault.Name) (client.Session, error) {
	kept, err := p.Sessions()
	if err != nil {
		return client.Session{}, err
	}
	s, err := kept.load(ctx, name)
	switch {
	case NoSession(err):
		return s, fail.ErrNotSignedIn // another program signed out meanwhile
	case err != nil:
		return s, err
	case Ended(s):
		return s, &signedOutError{session: s}
	}
	return s, nil
}

// Resume returns the chosen account with the state in the local store. It sends no
// requests.
func (p *Program) Resume(ctx context.Context, opt client.Options) (*client.Account, error) {
	s, err := p.Session(ctx)
	if err != nil {
		return nil, err
	}
	account, err := p.resumeSession(ctx, opt, s)
	p.current = account
	return account, err
}

// resumeSession returns the account of a session. A renewed session is saved before
// it is used, and a session that another program renewed is read again.
func (p *Program) resumeSession(ctx context.Context, opt client.Options, s client.Session) (*client.Account, error) {
	kept, err := p.Sessions()
	if err != nil {
		return nil, err
	}
	opt.SavedSession = func() (client.Session, error) { return kept.Read(context.Background(), NameOf(s)) }
	opt.KeyTransport = p.withOwnServer(opt.KeyTransport, s)
	opt.LockSession = func(ctx context.Context) (func(), error) { return kept.Vault.LockAccount(ctx, NameOf(s)) }
	account, err := client.Resume(opt, s)
	if err != nil {
		return nil, err
	}
	switch err := account.Restore(ctx); {
	case err == nil:
	case p.replaceDamaged(ctx, err):
		opt.Store = p.Store
		return client.Resume(opt, s)
	default:
		p.Note("The store cannot be read: %v", err)
		p.storeProblem = err
	}
	return account, nil
}

// AccountOptions returns the options of an account with a store and with key checks
// at trusted hosts.
func (p *Program) AccountOptions(ctx context.Context) (client.Options, *TrustedHosts, error) {
	opt := p.ClientOptions()
	home, err := p.Home()
	if err != nil {
		return opt, nil, err
	}
	trusted, err := LoadTrusted(home)
	if err != nil {
		return opt, nil, err
	}
	opt.Trusted, opt.KeyTransport = trusted.Has, p.KeyTransportTo(trusted)
	opt.Store = p.OpenStore(ctx)
	return opt, trusted, nil
}

// Account returns the chosen account after a sync with its homeserver.
func (p *Program) Account(ctx context.Context) (*client.Account, error) {
	opt, _, err := p.AccountOptions(ctx)
	if err != nil {
		return nil, err
	}
	account, err := p.Resume(ctx, opt)
	if err != nil {
		return nil, err
	}
	err = p.DuringCount(ctx, SyncProgress(account), account.Refresh)
	return account, err
}

// SyncProgress returns a function that returns the progress of the account's sync.
func SyncProgress(account *client.Account) func() (what string, done, total int) {
	return func() (what string, done, total int) {
		if done, total := account.Tracing(); total > 0 {
			return "Looking for accepted invites in the rooms", done, total
		}
		done, total = account.Reading()
		return "Reading the rooms of " + string(account.UserID()), done, total
	}
}

// AccountInRoom returns the same as Account, and the room with the given name.
func (p *Program) AccountInRoom(ctx context.Context, name string) (*client.Account, client.Room, error) {
	account, err := p.Account(ctx)
	if err != nil {
		return nil, client.Room{}, err
	}
	room, err := account.FindRoom(name)
	return account, room, err
}

// AccountInRooms returns the same as Account, and the rooms with the given names,
// without duplicates.
func (p *Program) AccountInRooms(ctx context.Context, names []string) (*client.Account, []client.Room, error) {
	account, err := p.Account(ctx)
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

// formerKey returns the data key of an account's stored session, whether it has
// ended or not. Records of that session, such as the outbox, are encrypted with it.
func (p *Program) formerKey(user id.UserID, homeserver string) seal.Key {
	kept, err := p.Sessions()
	if err != nil {
		return seal.Key{}
	}
	s, err := kept.Read(context.Background(), vault.Name{UserID: string(user), Homeserver: homeserver})
	if err != nil {
		return seal.Key{}
	}
	return s.DataKey
}

// saveSession stores a renewed session. It ignores the end of the program's
// context, because the old tokens are no longer valid.
func (p *Program) saveSession(s client.Session) error {
	kept, err := p.Sessions()
	if err != nil {
		return err
	}
	return kept.Save(context.Background(), s)
}

// RecordSignedOut marks the session of the command's account as ended if err says
// that the homeserver ended it.
func (p *Program) RecordSignedOut(ctx context.Context, err error) {
	if p.current == nil || !fail.Is[*client.SignedOutError](err) {
		return
	}
	kept, err := p.Sessions()
	if err == nil {
		err = kept.End(ctx, p.current.Session())
	}
	if err != nil && !NoSession(err) {
		p.Note("The session has ended, but that could not be stored: %v", err)
	}
}

// Offline returns the chosen account from the local store. It sends no requests.
func (p *Program) Offline(ctx context.Context) (*client.Account, error) {
	opt, _, err := p.AccountOptions(ctx)
	if err != nil {
		return nil, err
	}
	return p.Resume(ctx, opt)
}

// OfflineOutbox returns the same as Offline, and the account's outbox. It returns a
// [LostStoreError] until the user has confirmed the loss of an outbox.
func (p *Program) OfflineOutbox(ctx context.Context) (*client.Account, client.Outbox, error) {
	p.lossTold = true // by the error
	account, err := p.Offline(ctx)
	if err != nil {
		return nil, client.Outbox{}, err
	}
	if p.storeProblem != nil { // an empty outbox would be a wrong answer
		return nil, client.Outbox{}, fmt.Errorf("read the outbox: %w", p.storeProblem)
	}
	outbox, err := account.Outbox(ctx)
	return account, outbox, err
}
