package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

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

func (n VaultNeeds) any() bool { return n.Passphrase || len(n.Kinds) > 0 }

// askHowToKeep asks what has to be known before the session of an account that
// has just signed in can be kept.
func askHowToKeep(sh *shell, a *client.Account, needs VaultNeeds) tea.Cmd {
	sh.unkept = a
	switch {
	case needs.Passphrase:
		return sh.open(newUnlock(sh, a, nil))
	case len(needs.Kinds) == 1 && needs.Kinds[0] == VaultPassphrase:
		return sh.open(newPassphrase(sh, a, false))
	default:
		return sh.open(newVaultPage(sh, a, needs))
	}
}

// keepSession opens or makes the vault and keeps the session in it. The answer is
// entered, with an account only if the session is kept.
func keepSession(ctx context.Context, sh *shell, to screen, a *client.Account, kind string, open func(context.Context) error) tea.Cmd {
	remember := rememberer(sh)
	return ask(ctx, to, func(ctx context.Context) tea.Msg {
		if err := open(ctx); err != nil {
			return entered{err: err}
		}
		kept, err := remember(ctx, a)
		if err != nil {
			return entered{err: err}
		}
		return entered{account: kept, vault: kind}
	})
}

// rememberer returns the function that keeps a session, for use in a command.
func rememberer(sh *shell) func(context.Context, *client.Account) (*client.Account, error) {
	remember, forgotten := sh.opt.Remember, sh.forgotten
	return func(ctx context.Context, a *client.Account) (*client.Account, error) {
		if forgotten != nil {
			<-forgotten // or the new session would be dropped for the old one
		}
		kept, err := remember(ctx, a.Session())
		if kept == nil {
			kept = a
		}
		return kept, err
	}
}

// confirmAbandon asks before a session that is not kept yet is ended again.
func confirmAbandon(sh *shell, page screen) tea.Cmd {
	return sh.openCard(newConfirm(sh, "Sign out again?", "The session of "+string(sh.unkept.UserID())+
		" is not kept on this machine yet. It ends on the homeserver.", func() tea.Cmd {
		sh.closeScreen(page)
		return sh.abandon()
	}))
}

// abandonLimit is how long a homeserver may take to end a session that is not kept.
const abandonLimit = 10 * time.Second

// abandonedMsg is how ending a session that is not kept ended.
type abandonedMsg struct{ err error }

// abandon ends the session that is not kept, if there is one: once its token is
// forgotten nothing else could.
func (sh *shell) abandon() tea.Cmd {
	a := sh.unkept
	if a == nil {
		return nil
	}
	sh.unkept = nil
	sh.begun++
	ctx := context.WithoutCancel(sh.ctx)
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, abandonLimit)
		defer cancel()
		return abandonedMsg{a.SignOut(ctx)}
	}
}

func (sh *shell) abandoned(msg abandonedMsg) tea.Cmd {
	sh.begun--
	if msg.err != nil {
		sh.complain(errors.Join(errors.New("the session could not be ended on the homeserver"), msg.err))
	}
	return sh.leave(msg.err == nil)
}
