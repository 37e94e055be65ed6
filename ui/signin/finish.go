package signin

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// signInResult is the result of an attempt to sign in. If account is set, err is the
// reason why its session was not stored.
type signInResult struct {
	account *client.Account
	vault   string            // the kind of vault in which the session is stored
	needs   *shell.VaultNeeds // the questions to ask before the session can be stored
	err     error
}

// clientOptions returns the options for signing in on a server.
func clientOptions(sh *shell.Shell, srv server) client.Options {
	opt := sh.Options.Client
	opt.Again = srv.again
	return opt
}

// signInFinisher returns a function that finishes signing in, in the background. The
// function stores the new session, unless the user must answer questions about the
// vault first. If the page was closed meanwhile, it ends the session.
func signInFinisher(sh *shell.Shell) func(context.Context, *client.Account, error) signInResult {
	vault, kept, remember := sh.Options.Vault, sh.Options.Remember != nil, sessionStorer(sh)
	return func(ctx context.Context, a *client.Account, err error) signInResult {
		switch {
		case err != nil:
			return signInResult{err: err}
		case ctx.Err() != nil:
			_ = a.SignOut(context.WithoutCancel(ctx))
			return signInResult{err: ctx.Err()}
		case !kept:
			return signInResult{account: a}
		}
		var needs shell.VaultNeeds
		if vault != nil && vault.Needs != nil {
			needs, err = vault.Needs(ctx)
		}
		switch {
		case err != nil:
			return signInResult{account: a, err: err}
		case needs.Any():
			return signInResult{account: a, needs: &needs}
		}
		a, err = remember(ctx, a)
		return signInResult{account: a, vault: needs.Kind, err: err}
	}
}

// showAccount shows an account that has just signed in, or asks how to store its
// session.
func showAccount(sh *shell.Shell, e signInResult) tea.Cmd {
	if e.needs != nil {
		return askHowToStore(sh, e.account, *e.needs)
	}
	if e.vault != "" {
		sh.VaultKind = e.vault
	}
	if sh.Account != nil {
		// The current send of the previous account must finish first.
		return sh.Sending.Stop(func() tea.Cmd {
			sh.Sending.Abandon()
			sh.Account, sh.Progress = nil, widget.Progress{}
			sh.Draft.Leave(false)
			return showAccount(sh, e)
		})
	}
	cmd := sh.SignedIn(e.account)
	if e.err != nil { // the session could not be stored
		sh.ShowError(e.err)
	}
	return cmd
}
