package signin

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// askHowToStore asks the questions that must be answered before the session of an
// account that has just signed in can be stored.
func askHowToStore(sh *shell.Shell, a *client.Account, needs shell.VaultNeeds) tea.Cmd {
	sh.Unstored = a
	switch {
	case needs.Passphrase:
		return sh.Open(newUnlock(sh, a, nil))
	case len(needs.Kinds) == 1 && needs.Kinds[0] == shell.VaultPassphrase:
		return sh.Open(newPassphrase(sh, a, false))
	default:
		return sh.Open(newVaultPage(sh, a, needs))
	}
}

// storeSession opens or makes the vault and stores the session in it. The result is a
// [signInResult], which has an account only if the session is stored.
func storeSession(ctx context.Context, sh *shell.Shell, to shell.Screen, a *client.Account, kind string, open func(context.Context) error) tea.Cmd {
	remember := sessionStorer(sh)
	return shell.Ask(ctx, to, func(ctx context.Context) tea.Msg {
		if err := open(ctx); err != nil {
			return signInResult{err: err}
		}
		kept, err := remember(ctx, a)
		if err != nil {
			return signInResult{err: err}
		}
		return signInResult{account: kept, vault: kind}
	})
}

// sessionStorer returns a function that stores a session, for use in the background.
func sessionStorer(sh *shell.Shell) func(context.Context, *client.Account) (*client.Account, error) {
	remember, forgotten := sh.Options.Remember, sh.SessionEndStored
	return func(ctx context.Context, a *client.Account) (*client.Account, error) {
		if forgotten != nil {
			<-forgotten // otherwise the program would forget the new session instead of the old one
		}
		kept, err := remember(ctx, a.Session())
		if kept == nil {
			kept = a
		}
		return kept, err
	}
}

// confirmAbandon asks for confirmation before a session that is not stored yet ends.
func confirmAbandon(sh *shell.Shell, page shell.Screen) tea.Cmd {
	return sh.OpenCard(shell.NewConfirm(sh, "Sign out again?", "The session of "+string(sh.Unstored.UserID())+
		" is not stored on this machine yet. It ends on the homeserver.", func() tea.Cmd {
		sh.CloseScreen(page)
		return sh.Abandon()
	}))
}
