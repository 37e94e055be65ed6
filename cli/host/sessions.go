package host

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

// Sessions are the stored sessions of all accounts. A session that its
// homeserver has ended stays without its tokens, so that the next sign-in
// reuses its device ID and the key of its stored records.
type Sessions struct {
	Home  config.Home
	Vault *vault.Vault
}

// Sessions opens the stored sessions once per run, so that the user is asked
// for a passphrase only once.
func (p *Program) Sessions() (*Sessions, error) {
	if p.OpenSessions != nil {
		return p.OpenSessions, nil
	}
	home, err := p.Home()
	if err != nil {
		return nil, err
	}
	v, err := p.OpenVault(home, p.WantedKind())
	if err != nil {
		return nil, err
	}
	p.OpenSessions = &Sessions{home, v}
	return p.OpenSessions, nil
}

// NameOf returns the name of a session in the vault.
func NameOf(s client.Session) vault.Name {
	return vault.Name{UserID: string(s.UserID), Homeserver: s.Homeserver}
}

// Ended reports whether the homeserver has ended a session.
func Ended(s client.Session) bool { return s.AccessToken == "" }

// load reads a session, and adds a data key to a session from a version without
// data keys.
func (k *Sessions) load(ctx context.Context, name vault.Name) (client.Session, error) {
	s, err := k.Read(ctx, name)
	if err != nil || !s.DataKey.IsZero() || Ended(s) {
		return s, err
	}
	unlock, err := k.lock(ctx, s)
	if err != nil {
		return s, err
	}
	defer unlock()
	s, err = k.Read(ctx, name) // another program may have added a key, or renewed the session
	if err != nil || !s.DataKey.IsZero() || Ended(s) {
		return s, err
	}
	s.DataKey = seal.NewKey()
	return s, k.Save(ctx, s)
}

// Read reads a session from the vault.
func (k *Sessions) Read(ctx context.Context, name vault.Name) (s client.Session, err error) {
	secret, err := k.Vault.Load(ctx, name)
	if err != nil {
		return s, err
	}
	if json.Unmarshal(secret, &s) != nil || NameOf(s) != name {
		return s, &vault.DamagedError{Path: k.Vault.Path(), Err: errors.New("it does not contain a session")}
	}
	return s, nil
}

// Save writes a session to the vault.
func (k *Sessions) Save(ctx context.Context, s client.Session) error {
	secret, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return k.Vault.Save(ctx, NameOf(s), secret)
}

// lockPatience is how long to wait for another program that renews the session.
const lockPatience = time.Minute

// lock prevents other programs from renewing the session of an account, until the
// returned function is called.
func (k *Sessions) lock(ctx context.Context, s client.Session) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	return k.Vault.LockAccount(ctx, NameOf(s))
}

// Replace saves a new session and returns the session that it replaces, which may
// be empty. Other programs cannot renew the former session meanwhile.
func (k *Sessions) Replace(ctx context.Context, s client.Session) (former client.Session, err error) {
	if unlock, err := k.lock(ctx, s); err == nil { // without the lock, the new session is still saved
		defer unlock()
	}
	former, err = k.Read(ctx, NameOf(s))
	if err != nil && !NoSession(err) && !fail.Is[*vault.DamagedError](err) {
		return former, err
	}
	return former, k.Save(ctx, s)
}

// All reads the sessions of all accounts.
func (k *Sessions) All(ctx context.Context) ([]client.Session, error) {
	names, err := k.Vault.Accounts()
	if err != nil {
		return nil, err
	}
	all := make([]client.Session, 0, len(names))
	for _, name := range names {
		s, err := k.Read(ctx, name)
		switch {
		case NoSession(err): // another program signed out meanwhile
		case err != nil:
			return nil, err
		default:
			all = append(all, s)
		}
	}
	return all, nil
}

// End removes the tokens of a session, but not its device ID and data key. It does
// nothing if the session was renewed or replaced meanwhile.
func (k *Sessions) End(ctx context.Context, s client.Session) error {
	unlock, err := k.lock(ctx, s)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := k.Read(ctx, NameOf(s))
	if err != nil || now.AccessToken != s.AccessToken {
		return err
	}
	return k.Save(ctx, client.Session{Homeserver: now.Homeserver, UserID: now.UserID, DeviceID: now.DeviceID, DataKey: now.DataKey})
}

// An UnknownAccountError reports an account name for which no session is
// stored.
type UnknownAccountError struct{ Want string }

func (e *UnknownAccountError) Error() string { return "you are not signed in as " + e.Want }

// A ChoiceError reports that several accounts are signed in and none was chosen.
type ChoiceError struct{ Names []vault.Name }

func (e *ChoiceError) Error() string {
	return fmt.Sprintf("you are signed in to %d accounts; choose one of them", len(e.Names))
}

// Choose returns the name of the account to use: the wanted one, else the default,
// else the only one.
func (k *Sessions) Choose(want string) (vault.Name, error) {
	names, err := k.Vault.Accounts()
	if err != nil {
		return vault.Name{}, err
	}
	if want != "" {
		names = slices.DeleteFunc(names, func(n vault.Name) bool { return n.UserID != want })
	}
	used, err := k.Home.DefaultAccount()
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
		return vault.Name{}, &ChoiceError{Names: names}
	case want != "":
		return vault.Name{}, &UnknownAccountError{want}
	}
	return vault.Name{}, fail.ErrNotSignedIn
}

// usedAs returns the text that identifies an account in the file with the default
// account.
func usedAs(n vault.Name) string { return n.UserID + " " + n.Homeserver }

// Use makes an account the default.
func (k *Sessions) Use(n vault.Name) error { return k.Home.SetDefaultAccount(usedAs(n)) }

// legacySession is the file of the session in versions without a vault.
func legacySession(home config.Home) vault.LegacyFile {
	return vault.LegacyFile{Path: home.SessionPath(), Name: func(secret []byte) (vault.Name, error) {
		var s client.Session
		if err := json.Unmarshal(secret, &s); err != nil {
			return vault.Name{}, unquoted(err)
		}
		if s.UserID == "" || s.Homeserver == "" {
			return vault.Name{}, errors.New("it does not name an account")
		}
		return NameOf(s), nil
	}}
}

// unquoted returns a JSON error without the input that it quotes, which
// contains secrets.
func unquoted(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("invalid JSON at byte %d", syntax.Offset)
	}
	return errors.New("not the JSON of a session")
}

// NoSession reports whether err means that no such session is stored.
func NoSession(err error) bool { return errors.Is(err, fs.ErrNotExist) }
