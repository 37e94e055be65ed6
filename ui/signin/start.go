package signin

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// Start opens the first page of a program that begins without an account.
func Start(sh *shell.Shell) tea.Cmd {
	if v := sh.Options.Vault; v != nil && (v.Locked || v.Trouble != nil) {
		return sh.Open(newUnlock(sh, nil, v.Trouble))
	}
	return beginSigningIn(sh, sh.Options.Ended)
}

// beginSigningIn opens the sign-in page. If the homeserver has ended a session, the
// page resumes that session.
func beginSigningIn(sh *shell.Shell, ended client.Session) tea.Cmd {
	if ended.UserID == "" {
		o := prefill{user: sh.Options.User, homeserver: sh.Options.Homeserver, password: sh.Options.Password}
		return sh.Restart(newSignIn(sh, o, nil))
	}
	return Open(sh, ended, true, &client.SignedOutError{UserID: ended.UserID, Homeserver: ended.Homeserver})
}

// Open opens the sign-in page after a session has ended. If there may be other
// accounts, it opens the page over the list of accounts. If resume is set, the next
// session resumes the one that has ended.
func Open(sh *shell.Shell, ended client.Session, resume bool, why error) tea.Cmd {
	// The user may have typed another homeserver than that of the Matrix ID.
	o := prefill{user: string(ended.UserID), homeserver: ended.Homeserver}
	if resume {
		o.again = ended
	}
	if sh.Options.Accounts == nil {
		return sh.Restart(newSignIn(sh, o, why))
	}
	return tea.Batch(sh.Restart(NewAccounts(sh)), sh.Open(newSignIn(sh, o, why)))
}
