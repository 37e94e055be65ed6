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

// SignedIn shows the home page of an account and starts its outbox and its draft.
func (sh *Shell) SignedIn(a *client.Account) tea.Cmd {
	sh.Account, sh.Unkept = a, nil
	sh.Link = Link{}
	return tea.Batch(sh.Restart(sh.pages.Home(sh)), sh.Sending.start(sh.Account), sh.Draft.start(a))
}

// SignedOut goes back to signing in, after the person asked for it. doubt is why it
// is not certain that the session has ended; nil if it is.
func (sh *Shell) SignedOut(doubt error) tea.Cmd {
	return sh.leaveAccount(sh.Opt.Forget, false, doubt)
}

// SignedOutBy shows the sign-in page after the homeserver has ended the session. The
// draft stays for the next sign-in.
func (sh *Shell) SignedOutBy(why error) tea.Cmd {
	return sh.leaveAccount(sh.Opt.End, true, why)
}

func (sh *Shell) leaveAccount(note func(client.Session) error, again bool, why error) tea.Cmd {
	session := sh.Account.Session()
	sh.Sending.Abandon()
	sh.Account, sh.Work = nil, widget.Progress{}
	sh.Draft.Leave(again) // who signs in again goes on with what was typed
	sh.Revocations.forget()
	sh.leaving, sh.Signing = false, false
	noted := sh.note(note, session) // before a page waits for it
	return tea.Batch(sh.pages.SignIn(sh, session, again, why), noted)
}

// Note has it kept in mind that a session is over.
func (sh *Shell) note(note func(client.Session) error, s client.Session) tea.Cmd {
	done := make(chan struct{})
	sh.Forgotten = done
	return func() tea.Msg {
		defer close(done)
		if note == nil {
			return nil
		}
		return NotKeptMsg{note(s)}
	}
}

// NotKeptMsg tells why the next start will not know what is so now; nil if it will.
type NotKeptMsg struct{ Err error }

// SignedOutMsg tells how signing out ended.
type SignedOutMsg struct {
	Account *client.Account
	err     error
}

// ConfirmSignOut asks before the session ends.
func ConfirmSignOut(sh *Shell) tea.Cmd {
	what := "The session of " + string(sh.Account.UserID()) + " ends, here and on the homeserver."
	if n := sh.Sending.Waiting(); n > 0 {
		what += " " + phrase.Sentence(phrase.Count(n, "invite")+" that "+waits(n)+" in the outbox will not be sent")
	}
	return sh.OpenCard(NewConfirm(sh, "Sign out?", what, sh.SignOut))
}

// SignOut ends the session on the homeserver. It waits until the current send has
// finished.
func (sh *Shell) SignOut() tea.Cmd {
	if sh.Busy() {
		sh.Notice = Notice{Text: "An operation is still running. Sign out when it has finished.", Bad: true}
		return nil
	}
	sh.Signing = true
	ctx, account := sh.Ctx, sh.Account
	return sh.Sending.Stop(func() tea.Cmd {
		return func() tea.Msg { return SignedOutMsg{account, account.SignOut(ctx)} }
	})
}

// signOutEnded leaves the account, which is of no more use, even where the session
// may go on.
func (sh *Shell) signOutEnded(msg SignedOutMsg) tea.Cmd {
	unconfirmed := &client.EndNotConfirmedError{}
	switch {
	case msg.Account != sh.Account:
		return nil // the homeserver was quicker, and somebody may be signed in again
	case errors.As(msg.err, &unconfirmed):
		return sh.SignedOut(unconfirmed)
	case msg.err != nil:
		sh.Signing = false
		sh.Complain(msg.err)
		return sh.Sending.start(sh.Account)
	}
	return sh.SignedOut(nil)
}

// abandonLimit is how long a homeserver may take to end a session that is not kept.
const abandonLimit = 10 * time.Second

// abandonedMsg is how ending a session that is not kept ended.
type abandonedMsg struct{ err error }

// Abandon ends the session that is not kept, if there is one: once its token is
// forgotten nothing else could.
func (sh *Shell) Abandon() tea.Cmd {
	a := sh.Unkept
	if a == nil {
		return nil
	}
	sh.Unkept = nil
	sh.Begun++
	ctx := context.WithoutCancel(sh.Ctx)
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, abandonLimit)
		defer cancel()
		return abandonedMsg{a.SignOut(ctx)}
	}
}

func (sh *Shell) abandoned(msg abandonedMsg) tea.Cmd {
	sh.Begun--
	if msg.err != nil {
		sh.Complain(errors.Join(errors.New("the session could not be ended on the homeserver"), msg.err))
	}
	return sh.Leave(msg.err == nil)
}
