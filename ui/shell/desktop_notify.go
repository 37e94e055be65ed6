package shell

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// DesktopPause is the minimum time between two desktop notifications.
const DesktopPause = 10 * time.Second

// A desktopNotifier shows desktop notifications while the terminal has no focus.
type desktopNotifier struct {
	now func() time.Time
	// sequence returns the control sequence that makes the terminal show a
	// notification; it is nil if notifications are off.
	sequence func() func(title, text string) string

	away bool      // the terminal has no focus
	next time.Time // before that no notification is shown
	held string    // the text to show then,
	more int       // and the number of other texts since
}

// desktopMsg arrives when a delayed text may be shown.
type desktopMsg struct{}

// focus handles a change of the terminal's focus. It drops the delayed text when the
// terminal gets the focus, because the screen shows the same.
func (n *desktopNotifier) focus(here bool) {
	n.away = !here
	if here {
		n.held, n.more = "", 0
	}
}

// Show shows a text if the terminal has no focus: now, or after the pause.
func (n *desktopNotifier) Show(text string) tea.Cmd {
	now, sequence := n.now(), n.sequence()
	switch {
	case !n.away || sequence == nil:
		return nil
	case n.held != "":
		n.more++
		return nil
	case now.Before(n.next):
		n.held = text
		return tea.Tick(n.next.Sub(now), func(time.Time) tea.Msg { return desktopMsg{} })
	}
	n.next = now.Add(DesktopPause)
	return tea.Raw(sequence("mxinvite", text))
}

// showHeld shows the delayed text and the number of other delayed texts.
func (n *desktopNotifier) showHeld() tea.Cmd {
	text, more := n.held, n.more
	n.held, n.more = "", 0
	switch {
	case text == "":
		return nil
	case more > 0:
		text = fmt.Sprintf("%s, and %d more", text, more)
	}
	return n.Show(text)
}

// notifyDesktop shows a desktop notification when the outbox is finished or waits for
// the user.
func (s *Sending) notifyDesktop(before client.Outbox) tea.Cmd {
	now := s.Outbox
	stuck := func(o client.Outbox) int { return o.Count(client.ItemUncertain, client.ItemFailed) }
	waiting := func(o client.Outbox) int { return o.Count(client.ItemQueued, client.ItemSending) }
	switch {
	case s.Stalled() && now.Stall.Decision() && !before.Stall.Decision():
		return s.desktop.Show("Sending has stopped: the outbox needs a look")
	case stuck(now) > stuck(before):
		return s.desktop.Show(phrase.Count(stuck(now), "invite") + " in the outbox " + need(stuck(now)) + " a look")
	case waiting(before) > 0 && waiting(now) == 0:
		return s.desktop.Show("All invites in the outbox are sent")
	}
	return nil
}

func need(n int) string {
	if n == 1 {
		return "needs"
	}
	return "need"
}
