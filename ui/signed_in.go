package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// entered is how an attempt to sign in ended. Beside an account the error is why
// its session could not be kept.
type entered struct {
	account *client.Account
	vault   string      // the kind of vault that the session is in
	needs   *VaultNeeds // what has to be asked before the session can be kept
	err     error
}

// doorOptions are those to sign in with.
func doorOptions(sh *shell, d door) client.Options {
	opt := sh.opt.Client
	opt.Again = d.again
	return opt
}

// keeper returns what finishes signing in, in the background: it has the new
// session kept, unless the user has to be asked about the vault before. A session
// that no page waits for any more is ended.
func keeper(sh *shell) func(context.Context, *client.Account, error) entered {
	vault, kept, remember := sh.opt.Vault, sh.opt.Remember != nil, rememberer(sh)
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
		var needs VaultNeeds
		if vault != nil && vault.Needs != nil {
			needs, err = vault.Needs(ctx)
		}
		switch {
		case err != nil:
			return entered{account: a, err: err}
		case needs.any():
			return entered{account: a, needs: &needs}
		}
		a, err = remember(ctx, a)
		return entered{account: a, vault: needs.Kind, err: err}
	}
}

// enterAccount goes on with an account that has just signed in.
func enterAccount(sh *shell, e entered) tea.Cmd {
	if e.needs != nil {
		return askHowToKeep(sh, e.account, *e.needs)
	}
	if e.vault != "" {
		sh.vaultKind = e.vault
	}
	if sh.account != nil {
		// What is being sent for the account before is seen through first.
		return sh.sending.stop(func() tea.Cmd {
			sh.sending.abandon()
			sh.account, sh.work = nil, widget.Progress{}
			sh.draft.leave(false)
			return enterAccount(sh, e)
		})
	}
	cmd := sh.signedIn(e.account)
	if e.err != nil { // signed in, but it could not be kept
		sh.complain(e.err)
	}
	return cmd
}
