package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// newsPause is how long the desktop is left alone after it was told something.
const newsPause = 10 * time.Second

// news is what a person is told while they look elsewhere.
type news struct {
	away bool      // the terminal has said so
	next time.Time // before that nothing more is told
	held string    // what waits until then,
	more int       // and how much more than that
}

// newsMsg comes when what was held may be told.
type newsMsg struct{}

// looks takes in whether the person looks at the terminal. What happened they
// can see then.
func (n *news) looks(here bool) {
	n.away = !here
	if here {
		n.held, n.more = "", 0
	}
}

// tellDesktop tells the person something if they do not look.
func (sh *shell) tellDesktop(text string) tea.Cmd {
	n := &sh.news
	now := sh.now()
	switch {
	case !n.away || sh.opt.Notify == nil:
		return nil
	case n.held != "":
		n.more++
		return nil
	case now.Before(n.next):
		n.held = text
		return tea.Tick(n.next.Sub(now), func(time.Time) tea.Msg { return newsMsg{} })
	}
	n.next = now.Add(newsPause)
	return tea.Raw(sh.opt.Notify("mxinvite", text))
}

// tellHeld tells what was held, and counts the rest.
func (sh *shell) tellHeld() tea.Cmd {
	text, more := sh.news.held, sh.news.more
	sh.news.held, sh.news.more = "", 0
	switch {
	case text == "":
		return nil
	case more > 0:
		text = fmt.Sprintf("%s, and %d more", text, more)
	}
	return sh.tellDesktop(text)
}

// noteTaken notes which invites are taken that certainly were pending before.
func (h *home) noteTaken(before map[inviteKey]*row) {
	for n := range h.All {
		is := &h.All[n]
		was, known := before[keyOf(is.invite)]
		taken := is.invite.Status == invite.Invited || is.invite.Status == invite.Joined
		if known && taken && was.invite.Status == invite.Pending && was.room.Certain(was.invite) {
			h.taken = append(h.taken, is)
		}
	}
}

// tellOfTaken tells the desktop of the invites that were taken.
func (h *home) tellOfTaken() tea.Cmd {
	var cmds []tea.Cmd
	for _, r := range h.taken {
		cmds = append(cmds, h.sh.tellDesktop(cells.Cut(r.who(), nameWidth)+" accepted the invite to "+cells.Cut(r.room.Label(), nameWidth)))
	}
	h.taken = nil
	return tea.Batch(cmds...)
}

// tellOfOutbox tells the desktop that the outbox is done, or cannot go on without
// a person.
func (sh *shell) tellOfOutbox(before client.Outbox) tea.Cmd {
	now := sh.sending.outbox
	stuck := func(o client.Outbox) int { return o.Count(client.ItemUncertain, client.ItemFailed) }
	waiting := func(o client.Outbox) int { return o.Count(client.ItemQueued, client.ItemSending) }
	switch {
	case stuck(now) > stuck(before):
		return sh.tellDesktop(count(stuck(now), "invite") + " in the outbox " + need(stuck(now)) + " you")
	case waiting(before) > 0 && waiting(now) == 0:
		return sh.tellDesktop("All invites of the outbox have gone out")
	}
	return nil
}

func need(n int) string {
	if n == 1 {
		return "needs"
	}
	return "need"
}
