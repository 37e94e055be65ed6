package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// shell is what every screen shares: one pointer, made once, never copied.
type shell struct {
	ctx         context.Context // ends when the program ends
	opt         Options
	now         func() time.Time
	keys        keyMap
	styles      style.Styles
	terminal    style.Terminal
	account     *client.Account // nil before signing in
	unkept      *client.Account // signed in, while it is asked how to keep its session; else nil
	vaultKind   string
	link        link
	notice      notice
	stack       []layer
	revocations revocations
	leaving     bool
	signing     bool   // out
	demo        bool   // was chosen instead of signing in
	farewell    screen // asks whether to leave while invites wait
	begun       int    // what is under way and should not be cut off, such as joining a room
	sending     sending
	desktop     desktopNotifier
	tour        tour
	work        widget.Progress
	mouse       mouse
	draft       invitees  // typed to be invited, and not sent
	drafts      int       // how often it has changed
	draftAt     time.Time // when it changed last

	// forgotten is closed once it is noted that the last session is over: the next
	// one may not be remembered before. Nil if there was none.
	forgotten <-chan struct{}

	multiplexer multiplexer // between us and the terminal

	chosen map[string]string // values of settings, chosen on the screen

	keysChanged chan struct{} // holds one token while there is news of keys

	width, height int // of the place for a page
}

func newShell(ctx context.Context, opt Options) *shell {
	sh := &shell{
		ctx: ctx, opt: opt, now: opt.Client.Now, keys: newKeyMap(opt.Keys),
		chosen: map[string]string{}, keysChanged: make(chan struct{}, 1),
	}
	if opt.Vault != nil {
		sh.vaultKind = opt.Vault.Kind
	}
	sh.desktop = desktopNotifier{now: sh.now, sequence: func() func(title, text string) string { return sh.opt.Notify }}
	sh.sending = newSending(sh)
	sh.revocations = newRevocations(sh)
	sh.restyle()
	return sh
}

// restyle makes the styles again after the theme or what is known of the
// terminal has changed.
func (sh *shell) restyle() {
	in := sh.terminal
	if b := sh.opt.Background; b == style.DarkBackground || b == style.LightBackground {
		in.Background = b
	}
	sh.styles = style.New(sh.opt.Theme, in)
}

// signedIn begins anew with an account's invites.
func (sh *shell) signedIn(a *client.Account) tea.Cmd {
	sh.account, sh.unkept = a, nil
	sh.link = link{}
	return tea.Batch(sh.restart(newHome(sh)), sh.sending.start(sh.account), sh.readDraft())
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
	if !again { // the person is done; otherwise what was typed survives
		sh.draft = invitees{}
	}
	sh.revocations.forget()
	sh.leaving, sh.signing = false, false
	// The person may have typed another homeserver than the Matrix ID tells.
	o := offer{user: string(session.UserID), homeserver: session.Homeserver}
	if again {
		o.again = session
	}
	noted := sh.note(note, session)
	if sh.opt.Accounts == nil {
		return tea.Batch(sh.restart(newSignIn(sh, o, why)), noted)
	}
	return tea.Batch(sh.restart(newAccounts(sh)), sh.open(newSignIn(sh, o, why)), noted)
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

// update hears what is meant for no screen in particular.
func (sh *shell) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.EnvMsg:
		sh.multiplexer = multiplexerOf(msg)
		sh.terminal.Console = msg.Getenv("TERM") == style.LinuxConsole
		sh.restyle()
	case minuteMsg:
		return sh.minute()
	case abandonedMsg:
		return sh.abandoned(msg)
	case draftMsg:
		return sh.keepDraft(msg)
	case draftRead:
		sh.draftRead(msg)
	case turnMsg:
		return sh.sending.turned(msg)
	case outboxMsg:
		return sh.sending.changed(msg)
	case countdownMsg:
		return sh.sending.countedDown(msg)
	case leavingMsg:
		sh.askForPatience()
	case graceMsg:
		return sh.revocations.graceOver(msg)
	case revokeStepMsg:
		return sh.revocations.step(msg)
	case revokedMsg:
		return sh.revocations.ended(msg)
	case tea.FocusMsg:
		sh.desktop.focus(true)
	case tea.BlurMsg:
		sh.desktop.focus(false)
	case settingKeptMsg:
		sh.settingKept(msg)
	case desktopMsg:
		return sh.desktop.showHeld()
	case notKeptMsg:
		if msg.err != nil {
			sh.complain(msg.err)
		}
	case signedOutMsg:
		return sh.signOutEnded(msg)
	}
	return nil
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

// quit ends the program, once nothing is left that the user wants done. It asks
// about revocations that can still be undone, and says that what waits in the
// outbox stays there. Called a second time it does not wait.
func (sh *shell) quit() tea.Cmd {
	if sh.leaving {
		return tea.Quit
	}
	if c, asked := sh.top().(*quitCard); asked {
		return c.undo()
	}
	if len(sh.revocations.waiting()) > 0 {
		return sh.openCard(newQuit(sh))
	}
	if n := sh.leftBehind(); n > 0 && sh.top() != sh.farewell {
		cmd := sh.openCard(newConfirm(sh, "Leave while "+count(n, "invite")+" "+waits(n)+"?",
			"Nothing is lost: what waits stays in the outbox and goes out when mxinvite runs again, here or as: mxinvite outbox run.", sh.finish))
		sh.farewell = sh.top()
		return cmd
	}
	return sh.finish()
}

// finish ends the program as soon as what was begun is done.
func (sh *shell) finish() tea.Cmd {
	sh.leaving = true
	abandon := sh.abandon()
	if sh.busy() {
		sh.askForPatience()
		return tea.Batch(abandon, sh.revocations.hurry())
	}
	return tea.Batch(sh.sending.stop(sh.ended), tea.Tick(patience, func(time.Time) tea.Msg { return leavingMsg{} }))
}

func waits(n int) string {
	if n == 1 {
		return "waits"
	}
	return "wait"
}

// patience is how long leaving may take without a word.
const patience = 200 * time.Millisecond

// leavingMsg comes when leaving takes long.
type leavingMsg struct{}

func (sh *shell) askForPatience() {
	if sh.leaving {
		sh.say("Finishing what was begun. Press the key again to leave at once.")
	}
}

// ended ends the program.
func (sh *shell) ended() tea.Cmd { return tea.Quit }

// leftBehind is how many invites would wait for the next start. One that is due
// is as good as sent.
func (sh *shell) leftBehind() int {
	o := sh.sending.outbox
	n := o.Count(client.ItemQueued)
	if sh.account == nil || sh.sending.elsewhere() != "" || (n == 1 && !o.Paused && !o.Next.After(sh.now())) {
		return 0
	}
	return n
}

// busy reports whether something is under way that should not be cut off, beside
// a send, which ends by itself.
func (sh *shell) busy() bool { return sh.revocations.any() || sh.begun > 0 }

// leave ends the program if that was only waiting for what has just ended. What
// went wrong keeps it open: somebody has to read it.
func (sh *shell) leave(well bool) tea.Cmd {
	if !well {
		sh.leaving = false
	}
	if sh.leaving && !sh.busy() {
		return sh.sending.stop(sh.ended)
	}
	return nil
}

// minuteMsg comes every minute, for what is told in minutes.
type minuteMsg struct{}

func (sh *shell) minute() tea.Cmd {
	return tea.Tick(time.Minute, func(time.Time) tea.Msg { return minuteMsg{} })
}

// changedMsg tells every screen that the account's rooms or invites changed.
type changedMsg struct{}

// roomName is what a room is called, as long as one is in it.
func (sh *shell) roomName(room id.RoomID) string {
	if r, err := sh.account.Room(room); err == nil {
		return r.Name
	}
	return string(room)
}

// offline reports whether the homeserver does not answer.
func (sh *shell) offline() bool { return sh.link.err != nil }

// showProgress shows how far something has come that the user waits for.
func (sh *shell) showProgress(p widget.Progress) { sh.work = p }
