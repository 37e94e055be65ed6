// Package shell runs the screen: it holds the stack of pages and cards, delivers
// key presses, mouse events, responses and changes to them, and draws the frame
// around them. It does not depend on the pages: [Pages] supplies the pages that
// the shell itself opens.
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

// Shell is the state that all screens share. It must not be copied.
type Shell struct {
	Ctx          context.Context // ends when the program ends
	Options      Options
	pages        Pages
	Now          func() time.Time
	Keys         keymap.Map
	Styles       style.Styles
	terminal     style.Terminal
	Account      *client.Account // nil before signing in
	Unstored     *client.Account // signed in, but the session is not stored yet; otherwise nil
	VaultKind    string
	Connection   Connection
	Notice       Notice
	stack        []layer
	Revocations  Revocations
	leaving      bool
	SigningOut   bool   // signing out is in progress
	ChoseDemo    bool   // the user chose the demo instead of signing in
	quitQuestion Screen // asks whether to leave while invites wait
	Running      int    // number of running operations that should not be interrupted, such as joining a room
	Sending      Sending
	Desktop      desktopNotifier
	Tour         Tour
	Progress     widget.Progress
	Mouse        mouse
	Draft        Draft

	// SessionEndStored is closed after the program has recorded the end of the last
	// session. The next session must not be stored before. Nil if there was no
	// last session.
	SessionEndStored <-chan struct{}

	multiplexer multiplexer // between the program and the terminal

	chosen map[string]string // the values of settings that the user chose on the screen

	KeysChanged Signal // signals new information about a key

	Width, Height int // size of the area for a page
}

// New returns a shell on which no page is open.
func New(ctx context.Context, opt Options, pages Pages) *Shell {
	sh := &Shell{
		Ctx: ctx, Options: opt, pages: pages, Now: opt.Client.Now, Keys: keymap.New(opt.Keys),
		chosen: map[string]string{}, KeysChanged: newSignal(),
	}
	if opt.Vault != nil {
		sh.VaultKind = opt.Vault.Kind
	}
	sh.Desktop = desktopNotifier{now: sh.Now, sequence: func() func(title, text string) string { return sh.Options.Notify }}
	sh.Sending = newSending(sh)
	sh.Draft = Draft{program: ctx, now: sh.Now}
	sh.Revocations = newRevocations(sh)
	sh.Tour = newTour(sh)
	sh.restyle()
	return sh
}

// Time returns a time as text, in the time zone of the user.
func (sh *Shell) Time(t time.Time) string { return wording.Time(sh.Now(), t, sh.Options.Location) }

// restyle updates the styles after a change of the theme or of the known terminal
// properties.
func (sh *Shell) restyle() {
	in := sh.terminal
	if b := sh.Options.Background; b == style.DarkBackground || b == style.LightBackground {
		in.Background = b
	}
	sh.Styles = style.New(sh.Options.Theme, in)
}

// update handles the messages that do not belong to one screen.
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
	case quitDelayedMsg:
		sh.showQuitDelay()
	case undoPeriodOverMsg:
		return sh.Revocations.undoPeriodOver(msg)
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
	case StoredMsg:
		if msg.Err != nil {
			sh.ShowError(msg.Err)
		}
	case SignedOutMsg:
		return sh.signOutEnded(msg)
	}
	return nil
}

// MinuteMsg arrives every minute, so that times shown in minutes stay correct.
type MinuteMsg struct{}

func minute() tea.Cmd {
	return tea.Tick(time.Minute, func(time.Time) tea.Msg { return MinuteMsg{} })
}

// ChangedMsg informs every screen of a change to the account's rooms or invites.
type ChangedMsg struct{}

// RoomName returns the name of a room, or its ID if the account does not know the
// room.
func (sh *Shell) RoomName(room id.RoomID) string {
	if r, err := sh.Account.Room(room); err == nil {
		return r.Name
	}
	return string(room)
}

// Offline reports whether the connection to the homeserver has failed.
func (sh *Shell) Offline() bool { return sh.Connection.Err != nil }

// ShowProgress shows the progress of an operation that the user waits for.
func (sh *Shell) ShowProgress(p widget.Progress) { sh.Progress = p }
