package signin

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// entered is how an attempt to sign in ended. Beside an account the error is why
// its session could not be kept.
type entered struct {
	account *client.Account
	vault   string            // the kind of vault that the session is in
	needs   *shell.VaultNeeds // what has to be asked before the session can be kept
	err     error
}

// doorOptions are those to sign in with.
func doorOptions(sh *shell.Shell, d door) client.Options {
	opt := sh.Opt.Client
	opt.Again = d.again
	return opt
}

// keeper returns what finishes signing in, in the background: it has the new
// session kept, unless the user has to be asked about the vault before. A session
// that no page waits for any more is ended.
func keeper(sh *shell.Shell) func(context.Context, *client.Account, error) entered {
	vault, kept, remember := sh.Opt.Vault, sh.Opt.Remember != nil, rememberer(sh)
	return func(ctx context.Context, a *client.Account, err error) entered {
		switch {
		case err != nil:
			return entered{err: err}
		case ctx.Err() != nil:
			_ = a.SignOut(context.WithoutCancel(ctx))
			return entered{err: ctx.Err()}
		case !kept:
			return entered{account: a}
		}
		var needs shell.VaultNeeds
		if vault != nil && vault.Needs != nil {
			needs, err = vault.Needs(ctx)
		}
		switch {
		case err != nil:
			return entered{account: a, err: err}
		case needs.Any():
			return entered{account: a, needs: &needs}
		}
		a, err = remember(ctx, a)
		return entered{account: a, vault: needs.Kind, err: err}
	}
}

// enterAccount goes on with an account that has just signed in.
func enterAccount(sh *shell.Shell, e entered) tea.Cmd {
	if e.needs != nil {
		return askHowToKeep(sh, e.account, *e.needs)
	}
	if e.vault != "" {
		sh.VaultKind = e.vault
	}
	if sh.Account != nil {
		// What is being sent for the account before is seen through first.
		return sh.Sending.Stop(func() tea.Cmd {
			sh.Sending.Abandon()
			sh.Account, sh.Work = nil, widget.Progress{}
			sh.Draft.Leave(false)
			return enterAccount(sh, e)
		})
	}
	cmd := sh.SignedIn(e.account)
	if e.err != nil { // signed in, but it could not be kept
		sh.Complain(e.err)
	}
	return cmd
}
