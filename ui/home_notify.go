package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// noteAccepted records the rows that are accepted and that the table has as certainly
// pending.
func (h *homePage) noteAccepted(all []row) {
	for n := range all {
		is := &all[n]
		if is.invite.Status != invite.Invited && is.invite.Status != invite.Joined {
			continue
		}
		was, known := h.Rows[shell.KeyOf(*is.invite)]
		if known && was.invite.Status == invite.Pending && was.room.Certain(*was.invite) {
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
