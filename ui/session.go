package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// signedIn begins anew with an account's invites.
func (sh *shell) signedIn(a *client.Account) tea.Cmd {
	sh.account, sh.unkept = a, nil
	sh.link = link{}
	return tea.Batch(sh.restart(sh.pages.home(sh)), sh.sending.start(sh.account), sh.draft.start(a))
}

// signedOut goes back to signing in, after the person asked for it. doubt is why it
// is not certain that the session has ended; nil if it is.
func (sh *shell) signedOut(doubt error) tea.Cmd {
	return sh.leaveAccount(sh.opt.Forget, false, doubt)
}

// signedOutBy goes back to signing in because the homeserver has ended the
// session. Whoever signs in again goes on with it.
func (sh *shell) signedOutBy(why error) tea.Cmd {
	return sh.leaveAccount(sh.opt.End, true, why)
}

func (sh *shell) leaveAccount(note func(client.Session) error, again bool, why error) tea.Cmd {
	session := sh.account.Session()
	sh.sending.abandon()
	sh.account, sh.work = nil, widget.Progress{}
	sh.draft.leave(again) // who signs in again goes on with what was typed
	sh.revocations.forget()
	sh.leaving, sh.signing = false, false
	noted := sh.note(note, session) // before a page waits for it
	return tea.Batch(sh.pages.signIn(sh, session, again, why), noted)
}

// note has it kept in mind that a session is over.
func (sh *shell) note(note func(client.Session) error, s client.Session) tea.Cmd {
	done := make(chan struct{})
	sh.forgotten = done
	return func() tea.Msg {
		defer close(done)
		if note == nil {
			return nil
		}
		return notKeptMsg{note(s)}
	}
}

// notKeptMsg tells why the next start will not know what is so now; nil if it will.
type notKeptMsg struct{ err error }

// signedOutMsg tells how signing out ended.
type signedOutMsg struct {
	account *client.Account
	err     error
}

// confirmSignOut asks before the session ends.
func confirmSignOut(sh *shell) tea.Cmd {
	what := "The session of " + string(sh.account.UserID()) + " ends, here and on the homeserver."
	if n := sh.sending.waiting(); n > 0 {
		what += " " + phrase.Sentence(phrase.Count(n, "invite")+" that "+waits(n)+" in the outbox will not be sent")
	}
	return sh.openCard(newConfirm(sh, "Sign out?", what, sh.signOut))
}

// signOut ends the session on the homeserver, after what is being sent.
func (sh *shell) signOut() tea.Cmd {
	if sh.busy() {
		sh.notice = notice{text: "An operation is still running. Sign out when it has finished.", bad: true}
		return nil
	}
	sh.signing = true
	ctx, account := sh.ctx, sh.account
	return sh.sending.stop(func() tea.Cmd {
		return func() tea.Msg { return signedOutMsg{account, account.SignOut(ctx)} }
	})
}

// signOutEnded leaves the account, which is of no more use, even where the session
// may go on.
func (sh *shell) signOutEnded(msg signedOutMsg) tea.Cmd {
	unconfirmed := &client.EndNotConfirmedError{}
	switch {
	case msg.account != sh.account:
		return nil // the homeserver was quicker, and somebody may be signed in again
	case errors.As(msg.err, &unconfirmed):
		return sh.signedOut(unconfirmed)
	case msg.err != nil:
		sh.signing = false
		sh.complain(msg.err)
		return sh.sending.start(sh.account)
	}
	return sh.signedOut(nil)
}

// abandonLimit is how long a homeserver may take to end a session that is not kept.
const abandonLimit = 10 * time.Second

// abandonedMsg is how ending a session that is not kept ended.
type abandonedMsg struct{ err error }

// abandon ends the session that is not kept, if there is one: once its token is
// forgotten nothing else could.
func (sh *shell) abandon() tea.Cmd {
	a := sh.unkept
	if a == nil {
		return nil
	}
	sh.unkept = nil
	sh.begun++
	ctx := context.WithoutCancel(sh.ctx)
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, abandonLimit)
		defer cancel()
		return abandonedMsg{a.SignOut(ctx)}
	}
}

func (sh *shell) abandoned(msg abandonedMsg) tea.Cmd {
	sh.begun--
	if msg.err != nil {
		sh.complain(errors.Join(errors.New("the session could not be ended on the homeserver"), msg.err))
	}
	return sh.leave(msg.err == nil)
}
