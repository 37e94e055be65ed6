// Package shell runs the screen: it holds the stack of pages and cards, brings
// keys, the mouse, answers and news to them, and draws the frame around them. It
// knows no page: those that it opens by itself it is given as [Pages].
package shell

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

// Shell is what every screen shares: one pointer, made once, never copied.
type Shell struct {
	Ctx         context.Context // ends when the program ends
	Opt         Options
	pages       Pages
	Now         func() time.Time
	Keys        keymap.Map
	Styles      style.Styles
	terminal    style.Terminal
	Account     *client.Account // nil before signing in
	Unkept      *client.Account // signed in, while it is asked how to keep its session; else nil
	VaultKind   string
	Link        Link
	Notice      Notice
	stack       []layer
	Revocations Revocations
	leaving     bool
	Signing     bool   // out
	Demo        bool   // was chosen instead of signing in
	farewell    Screen // asks whether to leave while invites wait
	Begun       int    // what is under way and should not be cut off, such as joining a room
	Sending     Sending
	Desktop     desktopNotifier
	Tour        Tour
	Work        widget.Progress
	Mouse       mouse
	Draft       Draft

	// Forgotten is closed once it is noted that the last session is over: the next
	// one may not be remembered before. Nil if there was none.
	Forgotten <-chan struct{}

	multiplexer multiplexer // between us and the terminal

	chosen map[string]string // values of settings, chosen on the screen

	KeysChanged Signal // something new is known about a key

	Width, Height int // of the place for a page
}

// New returns a shell on which no page is open.
func New(ctx context.Context, opt Options, pages Pages) *Shell {
	sh := &Shell{
		Ctx: ctx, Opt: opt, pages: pages, Now: opt.Client.Now, Keys: keymap.New(opt.Keys),
		chosen: map[string]string{}, KeysChanged: newSignal(),
	}
	if opt.Vault != nil {
		sh.VaultKind = opt.Vault.Kind
	}
	sh.Desktop = desktopNotifier{now: sh.Now, sequence: func() func(title, text string) string { return sh.Opt.Notify }}
	sh.Sending = newSending(sh)
	sh.Draft = Draft{program: ctx, now: sh.Now}
	sh.Revocations = newRevocations(sh)
	sh.Tour = newTour(sh)
	sh.restyle()
	return sh
}

// Time is a time for reading, in the time zone of the user.
func (sh *Shell) Time(t time.Time) string { return wording.Time(sh.Now(), t, sh.Opt.Location) }

// restyle makes the styles again after the theme or what is known of the
// terminal has changed.
func (sh *Shell) restyle() {
	in := sh.terminal
	if b := sh.Opt.Background; b == style.DarkBackground || b == style.LightBackground {
		in.Background = b
	}
	sh.Styles = style.New(sh.Opt.Theme, in)
}

// update hears what is meant for no screen in particular.
func (sh *Shell) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.EnvMsg:
		sh.multiplexer = multiplexerOf(msg)
		sh.terminal.Console = msg.Getenv("TERM") == style.LinuxConsole
		sh.restyle()
	case MinuteMsg:
		return minute()
	case abandonedMsg:
		return sh.abandoned(msg)
	case draftPausedMsg:
		return sh.Draft.store(msg)
	case draftReadMsg:
		sh.Draft.read(msg)
	case turnMsg:
		return sh.Sending.turned(msg)
	case OutboxMsg:
		return sh.Sending.changed(msg)
	case countdownMsg:
		return sh.Sending.countedDown(msg)
	case leavingMsg:
		sh.askForPatience()
	case graceMsg:
		return sh.Revocations.graceOver(msg)
	case revokeStepMsg:
		return sh.Revocations.step(msg)
	case RevokedMsg:
		return sh.Revocations.ended(msg)
	case tea.FocusMsg:
		sh.Desktop.focus(true)
	case tea.BlurMsg:
		sh.Desktop.focus(false)
	case settingKeptMsg:
		sh.settingKept(msg)
	case desktopMsg:
		return sh.Desktop.showHeld()
	case NotKeptMsg:
		if msg.Err != nil {
			sh.Complain(msg.Err)
		}
	case SignedOutMsg:
		return sh.signOutEnded(msg)
	}
	return nil
}

// MinuteMsg comes every minute, for what is told in minutes.
type MinuteMsg struct{}

func minute() tea.Cmd {
	return tea.Tick(time.Minute, func(time.Time) tea.Msg { return MinuteMsg{} })
}

// ChangedMsg tells every screen that the account's rooms or invites changed.
type ChangedMsg struct{}

// RoomName is what a room is called, as long as one is in it.
func (sh *Shell) RoomName(room id.RoomID) string {
	if r, err := sh.Account.Room(room); err == nil {
		return r.Name
	}
	return string(room)
}

// Offline reports whether the homeserver does not answer.
func (sh *Shell) Offline() bool { return sh.Link.Err != nil }

// ShowProgress shows how far something has come that the user waits for.
func (sh *Shell) ShowProgress(p widget.Progress) { sh.Work = p }
