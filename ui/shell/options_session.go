package shell

import (
	"context"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
)

// Accounts is what can be done with the accounts that are signed in here.
type Accounts struct {
	List func(context.Context) ([]KnownAccount, error)
	// Switch returns the account, resumed. It is the one that the next start of
	// the program uses.
	Switch func(context.Context, KnownAccount) (*client.Account, error)
	// SignOut ends the session of an account that is not on the screen, and
	// forgets it.
	SignOut func(context.Context, KnownAccount) error
}

// A KnownAccount is one that is signed in here, or that its homeserver has signed
// out.
type KnownAccount struct {
	UserID     id.UserID
	Homeserver string // base URL
	DeviceID   id.DeviceID
	SignedOut  bool
}

// A Browser is one on the machine of who looks at the screen, which can come back.
type Browser interface {
	RedirectURI() string // where it comes back to
	Open(address string) error
	// Wait returns the address that it came back with, which expects knows.
	Wait(ctx context.Context, expects func(finalURL string) bool) (finalURL string, err error)
}

// The kinds of vault that the program knows by name.
const (
	VaultKeyring    = "keyring" // sealed, with the key in the system keyring
	VaultPassphrase = "sealed"  // sealed with a passphrase
	VaultPlain      = "plain"   // not encrypted
)

// A Vault keeps sessions on the machine where the program runs. Its functions may
// wait for the disk, for a keyring, or for a passphrase to be hashed.
type Vault struct {
	Kind string // of the vault there is; empty if there is none

	// Locked is set if its passphrase has to be asked for before an account can be
	// resumed; Trouble is why it cannot be opened by any passphrase, such as a keyring
	// that does not answer. If either is set the program begins with a page about it.
	Locked  bool
	Trouble error

	// Resume returns the account to begin with, or else the session that its
	// homeserver has ended; neither if there is no session.
	Resume func(context.Context) (*client.Account, client.Session, error)
	// Needs says what has to be asked before a new session can be kept.
	Needs func(context.Context) (VaultNeeds, error)
	// Unlock opens the vault with its passphrase.
	Unlock func(ctx context.Context, passphrase string) error
	// Make chooses the kind of the new vault that the next session is kept in.
	Make func(ctx context.Context, kind, passphrase string) error
	// SetAside gives the vault another name, so that a new one can be made, and
	// returns that name.
	SetAside func(context.Context) (string, error)
}

// VaultNeeds is what has to be asked before a new session can be kept: the
// passphrase of the existing vault, or the kind of a new one. If it has neither,
// nothing is asked.
type VaultNeeds struct {
	Passphrase bool
	Kinds      []string // that are available, the best first
	NoKeyring  error    // why the keyring is not among them, if the user should know
	Kind       string   // of the vault that is used if nothing is asked
}

// Any reports whether something has to be asked.
func (n VaultNeeds) Any() bool { return n.Passphrase || len(n.Kinds) > 0 }
