package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// sideBySide is the width from which the details stand beside the list.
const sideBySide = 110

// inviteKey names an invite among all rooms.
type inviteKey struct {
	room  id.RoomID
	token string
}

func keyOf(i invite.Invite) inviteKey { return inviteKey{i.RoomID, i.Token} }

// home is the page of all invites of all rooms. It follows the account for as
// long as somebody is signed in.
type home struct {
	sh      *shell
	ctx     context.Context
	watcher *client.Watcher
	spinner spinner.Model

	rooms   map[id.RoomID]client.Room
	invites map[inviteKey]invite.Invite // of all
	counts  map[invite.Status]int
	status  invite.Status // shown; empty for all
	list    list[inviteKey]
	wanted  inviteKey // just sent; the cursor goes there as soon as it shows
	problem error
}

func newHome(sh *shell) func(context.Context) screen {
	return func(ctx context.Context) screen {
		return &home{
			sh: sh, ctx: ctx, watcher: sh.account.Watch(),
			spinner: spinner.New(spinner.WithSpinner(spinner.MiniDot)),
		}
	}
}

func (h *home) init() tea.Cmd {
	h.refresh()
	return tea.Batch(h.watch(), h.spinner.Tick)
}

func (h *home) title() string { return "Invites of all rooms" }

// watch asks for the next change.
func (h *home) watch() tea.Cmd {
	return ask(h.ctx, h, func(ctx context.Context) tea.Msg { return h.watcher.Next(ctx) })
}

func (h *home) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case client.Change:
		return h.changed(msg)
	case changedMsg, revokedMsg:
		h.refresh()
	case sentMsg:
		h.wanted = msg.key
		h.refresh()
	case spinner.TickMsg:
		if h.loading() {
			var cmd tea.Cmd
			h.spinner, cmd = h.spinner.Update(msg)
			return cmd
		}
	case tea.KeyPressMsg:
		return h.press(msg)
	}
	return nil
}

// changed takes in what the homeserver told, or that it told nothing.
func (h *home) changed(c client.Change) tea.Cmd {
	sh := h.sh
	if c.Err != nil {
		gone := new(client.SignedOutError)
		if errors.As(c.Err, &gone) {
			return sh.signedOut(c.Err)
		}
		h.problem = c.Err
		sh.link = link{err: c.Err, retryAt: sh.now().Add(c.RetryIn)}
		if c.Final {
			return nil
		}
		return h.watch()
	}
	h.problem = nil
	sh.link = link{up: true}
	return tea.Batch(h.watch(), func() tea.Msg { return changedMsg{} })
}

// refresh reads the account's rooms and invites anew.
func (h *home) refresh() {
	h.rooms = map[id.RoomID]client.Room{}
	for _, r := range h.sh.account.Rooms() {
		h.rooms[r.ID] = r
	}
	h.invites = map[inviteKey]invite.Invite{}
	h.counts = map[invite.Status]int{}
	var keys []inviteKey
	for _, i := range h.sh.account.Invites() {
		h.invites[keyOf(i)] = i
		h.counts[i.Status]++
		if h.status == "" || i.Status == h.status {
			keys = append(keys, keyOf(i))
		}
	}
	h.list.set(keys)
	if _, ok := h.invites[h.wanted]; ok {
		h.list.moveTo(h.wanted)
		h.list.scroll(h.rows())
		h.wanted = inviteKey{}
	}
}

// rows is how many invites fit on the page below the counts, an empty line and
// the columns' names.
func (h *home) rows() int { return max(1, h.sh.height-3) }

func (h *home) loading() bool { return !h.sh.account.Synced() }

func (h *home) selected() (invite.Invite, bool) {
	k, ok := h.list.current()
	return h.invites[k], ok
}

func (h *home) press(msg tea.KeyPressMsg) tea.Cmd {
	sh, keys := h.sh, h.sh.keys
	i, some := h.selected()
	switch {
	case key.Matches(msg, keys.NextStatus):
		h.step(1)
	case key.Matches(msg, keys.PrevStatus):
		h.step(-1)
	case key.Matches(msg, keys.Rooms):
		return sh.open(newRooms(sh))
	case key.Matches(msg, keys.SignOut):
		return sh.openCard(newConfirm(sh, "Sign out?", "The session of "+string(sh.account.UserID())+" ends, here and on the homeserver.", sh.signOut))
	case h.loading():
	case key.Matches(msg, keys.Invite):
		return sh.open(newCompose(sh, i.RoomID))
	case key.Matches(msg, keys.Open) && some:
		return sh.open(newDetails(sh, i))
	case key.Matches(msg, keys.Revoke) && some:
		return sh.confirmRevoke(i)
	default:
		h.list.press(msg, keys, h.rows())
	}
	h.list.scroll(h.rows())
	return nil
}

// step shows the next status that any invite has, or all again.
func (h *home) step(by int) {
	choice := []invite.Status{""}
	at := 0
	for _, st := range invite.Statuses() {
		if h.counts[st] > 0 || st == h.status {
			if st == h.status {
				at = len(choice)
			}
			choice = append(choice, st)
		}
	}
	h.status = choice[(at+by+len(choice))%len(choice)]
	h.refresh()
}

func (h *home) ShortHelp() []key.Binding {
	k := h.sh.keys
	i, some := h.selected()
	return []key.Binding{
		when(!h.loading(), k.Invite), when(some, k.Open), when(some && h.sh.mayRevoke(i), k.Revoke),
		when(len(h.sh.revokes) > 0, k.Undo), when(len(h.invites) > 0, k.NextStatus), k.Rooms, k.Help, k.Quit,
	}
}

func (h *home) FullHelp() [][]key.Binding {
	k := h.sh.keys
	i, some := h.selected()
	return [][]key.Binding{
		{
			when(!h.loading(), k.Invite), when(some, k.Open), when(some && h.sh.mayRevoke(i), k.Revoke),
			when(len(h.sh.revokes) > 0, k.Undo), k.Rooms,
		},
		{when(some, k.Up), when(some, k.Down), when(some, k.PageUp), when(some, k.PageDown), when(some, k.Top), when(some, k.Bottom)},
		{when(len(h.invites) > 0, k.NextStatus), when(len(h.invites) > 0, k.PrevStatus), k.SignOut, k.Help, k.Quit},
	}
}

func (h *home) view(width, height int) (string, *tea.Cursor) {
	st := h.sh.styles
	body := ""
	switch {
	case h.loading() && h.problem != nil:
		body = "\n" + h.sh.problem(h.problem, width-4) + "\n\n" +
			st.faint.Render("Trying again at "+h.sh.link.retryAt.Format("15:04:05")+".")
	case h.loading():
		body = "\n" + h.spinner.View() + " Reading your rooms on " + cut(h.sh.account.UserID().Homeserver(), width/2) + "…"
	case len(h.rooms) == 0:
		body = "\nYou are in no room yet.\n\n" + st.faint.Render("Join or create one in your Matrix client; it will show up here.")
	case len(h.invites) == 0:
		body = "\nNobody has been invited by e-mail to any of your " + count(len(h.rooms), "room") + " yet.\n\nPress " +
			st.accent.Render(h.sh.keys.Invite.Help().Key) + " to invite somebody."
	default:
		return h.table(width, height), nil
	}
	return indent(body, 2), nil
}

// table is the counts and the list, with the details beside it where they fit.
func (h *home) table(width, height int) string {
	left, detailed := width, width >= sideBySide
	if detailed {
		left = width * 3 / 5
	}
	out := block(h.listing(left), left, height-2)
	if detailed {
		pane := ""
		if i, some := h.selected(); some {
			pane = indent(details(h.sh, i, h.rooms[i.RoomID], width-left-3), 1)
		}
		out = beside(out, block(pane, width-left-1, height-2), h.sh.styles.rule.Render("│"))
	}
	return " " + h.countLine(width-2) + "\n\n" + out
}

// listing is the columns' names and the rows that fit.
func (h *home) listing(width int) string {
	st := h.sh.styles
	cols := inviteColumns(width)
	lines := []string{cols.head(st)}
	from, to := h.list.window(h.rows())
	for n := from; n < to; n++ {
		i := h.invites[h.list.keys[n]]
		lines = append(lines, cols.row(h.sh, i, h.rooms[i.RoomID], n == h.list.at))
	}
	if len(h.list.keys) == 0 {
		lines = append(lines, "", "   "+st.faint.Render("None is "+string(h.status)+" any more."))
	}
	return strings.Join(lines, "\n")
}

// countLine says how many invites there are of each status, the chosen one standing out.
func (h *home) countLine(width int) string {
	st := h.sh.styles
	part := func(label string, n int, chosen bool) string {
		text := fmt.Sprintf("%s %d", label, n)
		if chosen {
			return st.accent.Bold(true).Underline(true).Render(text)
		}
		return st.faint.Render(text)
	}
	parts := []string{part("all", len(h.invites), h.status == "")}
	for _, s := range invite.Statuses() {
		if h.counts[s] > 0 || s == h.status {
			parts = append(parts, part(string(s), h.counts[s], s == h.status))
		}
	}
	sep := "   "
	if narrow := strings.Join(parts, sep); lineWidth(narrow) > width {
		sep = " "
	}
	return cutStyled(strings.Join(parts, sep), width)
}
