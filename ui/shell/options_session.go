package shell

import (
	"context"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
)

// Accounts has the functions for the accounts with stored sessions.
type Accounts struct {
	List func(context.Context) ([]KnownAccount, error)
	// Switch resumes an account and returns it. The next start of the program uses the
	// same account.
	Switch func(context.Context, KnownAccount) (*client.Account, error)
	// SignOut ends the session of an account that is not on the screen, and removes it
	// from the store.
	SignOut func(context.Context, KnownAccount) error
}

// A KnownAccount is an account with a stored session, which its homeserver may have
// ended.
type KnownAccount struct {
	UserID     id.UserID
	Homeserver string // base URL of the homeserver
	DeviceID   id.DeviceID
	SignedOut  bool
}

// A Browser is a browser on the user's machine that can be redirected to this program.
type Browser interface {
	RedirectURI() string // the address to redirect to
	Open(address string) error
	// Wait waits for a redirect whose address expects accepts, and returns the address.
	Wait(ctx context.Context, expects func(finalURL string) bool) (finalURL string, err error)
}

// The kinds of vault.
const (
	VaultKeyring    = "keyring" // encrypted, with the key in the system keyring
	VaultPassphrase = "sealed"  // encrypted with a passphrase
	VaultPlain      = "plain"   // not encrypted
)

// A Vault stores sessions on the machine where the program runs. Its functions may
// wait for the disk, for the keyring, or for the hash of a passphrase.
type Vault struct {
	Kind string // the kind of the existing vault; empty if there is none

	// Locked is set if the program must ask for the passphrase before it can resume an
	// account. Trouble is the reason why no passphrase can open the vault, such as a
	// keyring that does not respond. If either is set, the program begins with a page
	// about it.
	Locked  bool
	Trouble error

	// Resume returns the account to begin with or, if its homeserver has ended the
	// session, that session. It returns neither if no session is stored.
	Resume func(context.Context) (*client.Account, client.Session, error)
	// Needs returns the questions to ask before a new session can be stored.
	Needs func(context.Context) (VaultNeeds, error)
	// Unlock opens the vault with its passphrase.
	Unlock func(ctx context.Context, passphrase string) error
	// Make sets the kind and the passphrase of the new vault for the next session.
	Make func(ctx context.Context, kind, passphrase string) error
	// SetAside renames the vault file, so that a new vault can be made, and returns the
	// new name.
	SetAside func(context.Context) (string, error)
}

// VaultNeeds are the questions to ask before a new session can be stored: the
// passphrase of the existing vault, or the kind of a new one. There may be none.
type VaultNeeds struct {
	Passphrase bool
	Kinds      []string // the available kinds, the recommended one first
	NoKeyring  error    // the reason why the keyring is not available, if the user should know
	Kind       string   // the kind of vault that is used if nothing is asked
}

// Any reports whether there is a question to ask.
func (n VaultNeeds) Any() bool { return n.Passphrase || len(n.Kinds) > 0 }
