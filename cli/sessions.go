package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// sessions are those of all accounts that are kept here. One that its homeserver
// has ended stays, without its tokens: whoever signs in again goes on with its
// device, and with the key of what it left behind.
type sessions struct {
	home  config.Home
	vault *vault.Vault
}

// sessions opens what is kept, once for a run of the program, so that somebody
// is asked for a passphrase once.
func (a *app) sessions() (*sessions, error) {
	if a.vaulted != nil {
		return a.vaulted, nil
	}
	home, err := a.home()
	if err != nil {
		return nil, err
	}
	v, err := a.openVault(home, a.wantedKind())
	if err != nil {
		return nil, err
	}
	a.vaulted = &sessions{home, v}
	return a.vaulted, nil
}

func nameOf(s client.Session) vault.Name {
	return vault.Name{UserID: string(s.UserID), Homeserver: s.Homeserver}
}

// ended reports whether the homeserver has ended a session.
func ended(s client.Session) bool { return s.AccessToken == "" }

// load reads a session. One from before there were data keys gets one.
func (k *sessions) load(ctx context.Context, name vault.Name) (client.Session, error) {
	s, err := k.read(ctx, name)
	if err != nil || !s.DataKey.IsZero() || ended(s) {
		return s, err
	}
	unlock, err := k.lock(ctx, s)
	if err != nil {
		return s, err
	}
	defer unlock()
	s, err = k.read(ctx, name) // another program may have made one, or renewed the session
	if err != nil || !s.DataKey.IsZero() || ended(s) {
		return s, err
	}
	s.DataKey = seal.NewKey()
	return s, k.save(ctx, s)
}

func (k *sessions) read(ctx context.Context, name vault.Name) (s client.Session, err error) {
	secret, err := k.vault.Load(ctx, name)
	if err != nil {
		return s, err
	}
	if json.Unmarshal(secret, &s) != nil || nameOf(s) != name {
		return s, &vault.DamagedError{Path: k.vault.Path(), Err: errors.New("what it holds is no session")}
	}
	return s, nil
}

func (k *sessions) save(ctx context.Context, s client.Session) error {
	secret, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return k.vault.Save(ctx, nameOf(s), secret)
}

// lockPatience is how long another program may take that renews a session.
const lockPatience = time.Minute

// lock keeps other programs from renewing the session of an account.
func (k *sessions) lock(ctx context.Context, s client.Session) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	return k.vault.LockAccount(ctx, nameOf(s))
}

// replace saves the session of a sign-in, and returns the one that was kept before:
// the newest, since no program renews it meanwhile. There may have been none.
func (k *sessions) replace(ctx context.Context, s client.Session) (former client.Session, err error) {
	if unlock, err := k.lock(ctx, s); err == nil { // else the new one is still better than none
		defer unlock()
	}
	former, err = k.read(ctx, nameOf(s))
	if err != nil && !absent(err) && !fail.Is[*vault.DamagedError](err) {
		return former, err
	}
	return former, k.save(ctx, s)
}

// all reads the sessions of all accounts.
func (k *sessions) all(ctx context.Context) ([]client.Session, error) {
	names, err := k.vault.Accounts()
	if err != nil {
		return nil, err
	}
	all := make([]client.Session, 0, len(names))
	for _, name := range names {
		s, err := k.read(ctx, name)
		switch {
		case absent(err): // another program was quicker
		case err != nil:
			return nil, err
		default:
			all = append(all, s)
		}
	}
	return all, nil
}

// end keeps of a session what outlives it. If it was renewed or replaced by another
// sign-in meanwhile, nothing is done.
func (k *sessions) end(ctx context.Context, s client.Session) error {
	unlock, err := k.lock(ctx, s)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := k.read(ctx, nameOf(s))
	if err != nil || now.AccessToken != s.AccessToken {
		return err
	}
	return k.save(ctx, client.Session{Homeserver: now.Homeserver, UserID: now.UserID, DeviceID: now.DeviceID, DataKey: now.DataKey})
}

// An unknownAccountError says that somebody named an account that is not here.
type unknownAccountError struct{ want string }

func (e *unknownAccountError) Error() string { return "you are not signed in as " + e.want }

// A choiceError says that there are several accounts, and none was named.
type choiceError struct{ names []vault.Name }

func (e *choiceError) Error() string {
	return fmt.Sprintf("you are signed in to %d accounts, and it has to be said which one to use", len(e.names))
}

// choose says which account is meant: the one that is wanted, else the one that
// was used last, else the only one.
func (k *sessions) choose(want string) (vault.Name, error) {
	names, err := k.vault.Accounts()
	if err != nil {
		return vault.Name{}, err
	}
	if want != "" {
		names = slices.DeleteFunc(names, func(n vault.Name) bool { return n.UserID != want })
	}
	used, err := k.home.Used()
	if err != nil {
		return vault.Name{}, err
	}
	last := slices.IndexFunc(names, func(n vault.Name) bool { return usedAs(n) == used })
	switch {
	case last >= 0:
		return names[last], nil
	case len(names) == 1:
		return names[0], nil
	case len(names) > 1:
		return vault.Name{}, &choiceError{names}
	case want != "":
		return vault.Name{}, &unknownAccountError{want}
	}
	return vault.Name{}, fail.ErrNotSignedIn
}

// usedAs is how an account is called where it is remembered that it was used.
func usedAs(n vault.Name) string { return n.UserID + " " + n.Homeserver }

func (k *sessions) use(n vault.Name) error { return k.home.Use(usedAs(n)) }

// formerSession is the file in which a session lay before there were vaults.
func formerSession(home config.Home) vault.Former {
	return vault.Former{Path: home.SessionPath(), Name: func(secret []byte) (vault.Name, error) {
		var s client.Session
		if err := json.Unmarshal(secret, &s); err != nil {
			return vault.Name{}, unquoted(err)
		}
		if s.UserID == "" || s.Homeserver == "" {
			return vault.Name{}, errors.New("it names no account")
		}
		return nameOf(s), nil
	}}
}

// unquoted says what is wrong with JSON and quotes none of it: it held a secret.
func unquoted(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not JSON from byte %d on", syntax.Offset)
	}
	return errors.New("not the JSON of a session")
}

// absent reports whether err is that there is no such session.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
