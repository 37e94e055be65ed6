package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// noteAccepted records the invites that are accepted now and were certainly pending
// before.
func (h *homePage) noteAccepted(before map[shell.InviteKey]*row) {
	for n := range h.All {
		is := &h.All[n]
		was, known := before[shell.KeyOf(*is.invite)]
		taken := is.invite.Status == invite.Invited || is.invite.Status == invite.Joined
		if known && taken && was.invite.Status == invite.Pending && was.room.Certain(*was.invite) {
			h.taken = append(h.taken, is)
		}
	}
}

// notifyAccepted shows a desktop notification for each accepted invite.
func (h *homePage) notifyAccepted() tea.Cmd {
	var cmds []tea.Cmd
	for _, r := range h.taken {
		cmds = append(cmds, h.sh.Desktop.Show(cells.Cut(r.who(), phrase.NameWidth)+" accepted the invite to "+cells.Cut(r.room.Label(), phrase.NameWidth)))
	}
	h.taken = nil
	return tea.Batch(cmds...)
}
