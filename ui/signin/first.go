package signin

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// Start opens the first page of a program that begins without an account.
func Start(sh *shell.Shell) tea.Cmd {
	if v := sh.Opt.Vault; v != nil && (v.Locked || v.Trouble != nil) {
		return sh.Open(newUnlock(sh, nil, v.Trouble))
	}
	return beginSigningIn(sh, sh.Opt.Ended)
}

// beginSigningIn begins with signing in; with going on with a session that its
// homeserver has ended, if there is one.
func beginSigningIn(sh *shell.Shell, ended client.Session) tea.Cmd {
	if ended.UserID == "" {
		o := offer{user: sh.Opt.User, homeserver: sh.Opt.Homeserver, password: sh.Opt.Password}
		return sh.Restart(newSignIn(sh, o, nil))
	}
	return Open(sh, ended, true, &client.SignedOutError{UserID: ended.UserID, Homeserver: ended.Homeserver})
}

// Open opens the page to sign in after a session has ended, over the list
// of the accounts if there may be others. If resume is set, the next session goes
// on from the one that has ended.
func Open(sh *shell.Shell, ended client.Session, resume bool, why error) tea.Cmd {
	// The user may have typed another homeserver than the Matrix ID tells.
	o := offer{user: string(ended.UserID), homeserver: ended.Homeserver}
	if resume {
		o.again = ended
	}
	if sh.Opt.Accounts == nil {
		return sh.Restart(newSignIn(sh, o, why))
	}
	return tea.Batch(sh.Restart(NewAccounts(sh)), sh.Open(newSignIn(sh, o, why)))
}
