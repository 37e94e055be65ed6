package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

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
		" is not stored on this machine yet. It ends on the homeserver.", func() tea.Cmd {
		sh.closeScreen(page)
		return sh.abandon()
	}))
}
