package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// entered is how an attempt to sign in ended. Beside an account the error is why
// its session could not be kept.
type entered struct {
	account *client.Account
	err     error
}

// doorOptions are those to sign in with.
func (sh *shell) doorOptions(d door) client.Options {
	opt := sh.opt.Client
	opt.Again = d.again
	return opt
}

// keeper returns what finishes signing in, in the background: it has the new
// session kept. One that nobody waits for any more is ended.
func (sh *shell) keeper() func(context.Context, *client.Account, error) entered {
	remember, forgotten := sh.opt.Remember, sh.forgotten
	return func(ctx context.Context, a *client.Account, err error) entered {
		switch {
		case err != nil:
			return entered{err: err}
		case ctx.Err() != nil:
			_ = a.SignOut(context.WithoutCancel(ctx))
			return entered{err: ctx.Err()}
		case remember == nil:
			return entered{account: a}
		}
		if forgotten != nil {
			<-forgotten // or the new session would be dropped for the old one
		}
		kept, err := remember(ctx, a.Session())
		if kept == nil {
			kept = a
		}
		return entered{kept, err}
	}
}

// enter goes on with an account that has just signed in.
func (sh *shell) enter(e entered) tea.Cmd {
	cmd := sh.signedIn(e.account)
	if e.err != nil { // signed in, but it could not be kept
		sh.complain(e.err)
	}
	return cmd
}

// signedOutMsg tells how signing out ended.
type signedOutMsg struct {
	account *client.Account
	err     error
}

// signOut ends the session on the homeserver.
func (sh *shell) signOut() tea.Cmd {
	if sh.busy() {
		sh.notice = notice{text: "Something is still under way. Sign out when it is done.", bad: true}
		return nil
	}
	ctx, account := sh.ctx, sh.account
	return func() tea.Msg { return signedOutMsg{account, account.SignOut(ctx)} }
}
