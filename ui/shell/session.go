package shell

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// SignedIn shows the home page of an account, and starts its outbox and its draft.
func (sh *Shell) SignedIn(a *client.Account) tea.Cmd {
	sh.Account, sh.Unstored = a, nil
	sh.Connection = Connection{}
	return tea.Batch(sh.Restart(sh.pages.Home(sh)), sh.Sending.start(sh.Account), sh.Draft.start(a))
}

// SignedOut shows the sign-in page after the user has signed out. doubt is the reason
// why the session may not have ended; nil if it has.
func (sh *Shell) SignedOut(doubt error) tea.Cmd {
	return sh.leaveAccount(sh.Options.Forget, false, doubt)
}

// SessionEnded shows the sign-in page after the homeserver has ended the session. The
// draft stays for the next sign-in.
func (sh *Shell) SessionEnded(why error) tea.Cmd {
	return sh.leaveAccount(sh.Options.End, true, why)
}

func (sh *Shell) leaveAccount(note func(client.Session) error, again bool, why error) tea.Cmd {
	session := sh.Account.Session()
	sh.Sending.Abandon()
	sh.Account, sh.Progress = nil, widget.Progress{}
	sh.Draft.Leave(again) // the user may sign in again and continue
	sh.Revocations.forget()
	sh.leaving, sh.SigningOut = false, false
	noted := sh.storeSessionEnd(note, session) // the draft must be read before a page uses it
	return tea.Batch(sh.pages.SignIn(sh, session, again, why), noted)
}

// storeSessionEnd stores the fact that a session is over.
func (sh *Shell) storeSessionEnd(storeSessionEnd func(client.Session) error, s client.Session) tea.Cmd {
	done := make(chan struct{})
	sh.SessionEndStored = done
	return func() tea.Msg {
		defer close(done)
		if storeSessionEnd == nil {
			return nil
		}
		return StoredMsg{storeSessionEnd(s)}
	}
}

// StoredMsg is the result of storing a change for the next start of the program. Err is nil
// if the change was stored.
type StoredMsg struct{ Err error }

// SignedOutMsg is the result of signing out.
type SignedOutMsg struct {
	Account *client.Account
	err     error
}

// ConfirmSignOut asks for confirmation before the session ends.
func ConfirmSignOut(sh *Shell) tea.Cmd {
	what := "The session of " + string(sh.Account.UserID()) + " ends, here and on the homeserver."
	if n := sh.Sending.Waiting(); n > 0 {
		what += " " + phrase.Sentence(phrase.Count(n, "invite")+" that "+waits(n)+" in the outbox will not be sent")
	}
	return sh.OpenCard(NewConfirm(sh, "Sign out?", what, sh.SignOut))
}

// SignOut ends the session on the homeserver, after the current send has finished.
func (sh *Shell) SignOut() tea.Cmd {
	if sh.Busy() {
		sh.Notice = Notice{Text: "An operation is still running. Sign out when it has finished.", Bad: true}
		return nil
	}
	sh.SigningOut = true
	ctx, account := sh.Ctx, sh.Account
	return sh.Sending.Stop(func() tea.Cmd {
		return func() tea.Msg { return SignedOutMsg{account, account.SignOut(ctx)} }
	})
}

// signOutEnded handles the result of signing out. It shows the sign-in page even if the
// homeserver has not confirmed the end of the session.
func (sh *Shell) signOutEnded(msg SignedOutMsg) tea.Cmd {
	unconfirmed := &client.EndNotConfirmedError{}
	switch {
	case msg.Account != sh.Account:
		return nil // the homeserver ended the session first, and the user may have signed in again
	case errors.As(msg.err, &unconfirmed):
		return sh.SignedOut(unconfirmed)
	case msg.err != nil:
		sh.SigningOut = false
		sh.ShowError(msg.err)
		return sh.Sending.start(sh.Account)
	}
	return sh.SignedOut(nil)
}

// abandonLimit is the maximum time to wait for the homeserver to end a session that is
// not stored.
const abandonLimit = 10 * time.Second

// abandonedMsg is the result of ending a session that is not stored.
type abandonedMsg struct{ err error }

// Abandon ends the session that is not stored, if there is one. Without its token, it
// could not be ended later.
func (sh *Shell) Abandon() tea.Cmd {
	a := sh.Unstored
	if a == nil {
		return nil
	}
	sh.Unstored = nil
	sh.Running++
	ctx := context.WithoutCancel(sh.Ctx)
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, abandonLimit)
		defer cancel()
		return abandonedMsg{a.SignOut(ctx)}
	}
}

func (sh *Shell) abandoned(msg abandonedMsg) tea.Cmd {
	sh.Running--
	if msg.err != nil {
		sh.ShowError(errors.Join(errors.New("the session could not be ended on the homeserver"), msg.err))
	}
	return sh.QuitIfWaiting(msg.err == nil)
}
