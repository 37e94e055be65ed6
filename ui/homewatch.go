package ui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// watch waits for the next change of the account.
func (h *homePage) watch() tea.Cmd {
	return shell.Ask(h.ctx, h, func(ctx context.Context) tea.Msg { return h.watcher.Next(ctx) })
}

// changed handles a change from the homeserver, or an error of the connection.
func (h *homePage) changed(c client.Change) tea.Cmd {
	sh := h.sh
	if c.Err != nil {
		gone := new(client.SignedOutError)
		if errors.As(c.Err, &gone) {
			if sh.SigningOut {
				return nil // the user asked to sign out
			}
			return sh.SessionEnded(c.Err)
		}
		if h.problem == nil && !h.loading() {
			sh.ShowError(c.Err) // only once; the header shows the state of the connection
		}
		h.problem = c.Err
		sh.Connection = shell.Connection{Err: c.Err, RetryAt: sh.Now().Add(c.RetryIn)}
		if c.Final {
			return nil
		}
		return h.watch()
	}
	if h.problem != nil {
		h.problem, sh.Notice = nil, shell.Notice{}
	}
	sh.Connection = shell.Connection{Up: true}
	h.count()
	if err := sh.Account.StoreError(); err != nil {
		sh.ShowError(err)
	}
	return tea.Batch(h.watch(), h.check(), h.revokeAccepted(), func() tea.Msg { return shell.ChangedMsg{} })
}

// count updates the number of rooms that the first sync has read.
func (h *homePage) count() {
	h.sh.Connection.Read, h.sh.Connection.Rooms = h.sh.Account.Reading()
}

// notRevokedMsg says why an accepted link could not be revoked.
type notRevokedMsg struct{ err error }

// revokeAccepted revokes the links that were accepted.
func (h *homePage) revokeAccepted() tea.Cmd {
	account := h.sh.Account
	if !account.Synced() {
		return nil // not all rooms are known
	}
	return shell.Ask(h.ctx, h, func(ctx context.Context) tea.Msg {
		if err := account.RevokeAccepted(ctx); err != nil {
			return notRevokedMsg{err}
		}
		return nil
	})
}

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
