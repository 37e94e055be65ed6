package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/ui/widget"
	"github.com/mxinvite/mxinvite/wording"
)

// shell is what every screen shares: one pointer, made once, never copied.
type shell struct {
	ctx         context.Context // ends when the program ends
	opt         Options
	pages       pages
	now         func() time.Time
	keys        keymap.Map
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
	draft       draft

	// forgotten is closed once it is noted that the last session is over: the next
	// one may not be remembered before. Nil if there was none.
	forgotten <-chan struct{}

	multiplexer multiplexer // between us and the terminal

	chosen map[string]string // values of settings, chosen on the screen

	keysChanged signal // something new is known about a key

	width, height int // of the place for a page
}

// newShell returns a shell on which no page is open.
func newShell(ctx context.Context, opt Options, pages pages) *shell {
	sh := &shell{
		ctx: ctx, opt: opt, pages: pages, now: opt.Client.Now, keys: keymap.New(opt.Keys),
		chosen: map[string]string{}, keysChanged: newSignal(),
	}
	if opt.Vault != nil {
		sh.vaultKind = opt.Vault.Kind
	}
	sh.desktop = desktopNotifier{now: sh.now, sequence: func() func(title, text string) string { return sh.opt.Notify }}
	sh.sending = newSending(sh)
	sh.draft = draft{program: ctx, now: sh.now}
	sh.revocations = newRevocations(sh)
	sh.tour = newTour(sh)
	sh.restyle()
	return sh
}

// time is a time for reading, in the time zone of the user.
func (sh *shell) time(t time.Time) string { return wording.Time(sh.now(), t, sh.opt.Location) }

// restyle makes the styles again after the theme or what is known of the
// terminal has changed.
func (sh *shell) restyle() {
	in := sh.terminal
	if b := sh.opt.Background; b == style.DarkBackground || b == style.LightBackground {
		in.Background = b
	}
	sh.styles = style.New(sh.opt.Theme, in)
}

// update hears what is meant for no screen in particular.
func (sh *shell) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.EnvMsg:
		sh.multiplexer = multiplexerOf(msg)
		sh.terminal.Console = msg.Getenv("TERM") == style.LinuxConsole
		sh.restyle()
	case minuteMsg:
		return minute()
	case abandonedMsg:
		return sh.abandoned(msg)
	case draftPausedMsg:
		return sh.draft.store(msg)
	case draftReadMsg:
		sh.draft.read(msg)
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

// minuteMsg comes every minute, for what is told in minutes.
type minuteMsg struct{}

func minute() tea.Cmd {
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
