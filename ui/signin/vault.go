package signin

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// askHowToKeep asks what has to be known before the session of an account that
// has just signed in can be kept.
func askHowToKeep(sh *shell.Shell, a *client.Account, needs shell.VaultNeeds) tea.Cmd {
	sh.Unkept = a
	switch {
	case needs.Passphrase:
		return sh.Open(newUnlock(sh, a, nil))
	case len(needs.Kinds) == 1 && needs.Kinds[0] == shell.VaultPassphrase:
		return sh.Open(newPassphrase(sh, a, false))
	default:
		return sh.Open(newVaultPage(sh, a, needs))
	}
}

// keepSession opens or makes the vault and keeps the session in it. The answer is
// entered, with an account only if the session is kept.
func keepSession(ctx context.Context, sh *shell.Shell, to shell.Screen, a *client.Account, kind string, open func(context.Context) error) tea.Cmd {
	remember := rememberer(sh)
	return shell.Ask(ctx, to, func(ctx context.Context) tea.Msg {
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
func rememberer(sh *shell.Shell) func(context.Context, *client.Account) (*client.Account, error) {
	remember, forgotten := sh.Opt.Remember, sh.Forgotten
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
func confirmAbandon(sh *shell.Shell, page shell.Screen) tea.Cmd {
	return sh.OpenCard(shell.NewConfirm(sh, "Sign out again?", "The session of "+string(sh.Unkept.UserID())+
		" is not stored on this machine yet. It ends on the homeserver.", func() tea.Cmd {
		sh.CloseScreen(page)
		return sh.Abandon()
	}))
}
