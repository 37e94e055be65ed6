package ui

import (
	"context"
	"errors"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// home is the page of all invites of all rooms. It follows the account for as
// long as somebody is signed in.
type home struct {
	sh      *shell
	ctx     context.Context
	watcher *client.Watcher
	spinner spinner.Model

	newest []row // of all invites, the newest first
	rows   map[inviteKey]*row
	rooms  int
	counts map[invite.Status]int
	look   int // how many need a look

	tab    tab
	order  int // among orders
	search *form
	typing bool      // the filter line has the cursor
	anchor inviteKey // where the list's cursor was before the filter hid it
	put    inviteKey // where the filter has put it then
	marked map[inviteKey]bool
	list   list[inviteKey]
	taken  []*row    // and nobody was told yet
	wanted inviteKey // just sent; the cursor goes there as soon as it shows

	problem error
}

func newHome(sh *shell) func(context.Context) screen {
	return func(ctx context.Context) screen {
		h := &home{
			sh: sh, ctx: ctx, watcher: sh.account.Watch(), search: newForm(sh),
			spinner: newSpinner(),
			marked:  map[inviteKey]bool{},
		}
		h.search.add("Filter", "words, status:pending, by:@ada, room:#ops, older:30d, warn:, key:, -not", "")
		return h
	}
}

func (h *home) init() tea.Cmd {
	h.refresh()
	return tea.Batch(h.watch(), h.check(), h.hearOfKeys(), h.spinner.Tick)
}

func (h *home) title() string { return "Invites of all rooms" }

func (h *home) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case client.Change:
		return h.changed(msg)
	case keysMsg:
		return tea.Batch(h.hearOfKeys(), func() tea.Msg { return changedMsg{} })
	case trustedMsg, minuteMsg:
		return h.check()
	case revokedMsg:
		h.refresh()
		h.markAgain(msg)
	case changedMsg:
		h.refresh()
		return h.tellOfTaken()
	case sentMsg:
		h.wanted = msg.key
		h.refresh()
	case spinner.TickMsg:
		return turn(&h.spinner, msg, h.loading())
	case tea.PasteMsg:
		if h.typing {
			return h.typed(msg)
		}
	case tea.KeyPressMsg:
		if h.typing {
			return h.pressInSearch(msg)
		}
		return h.press(msg)
	}
	return nil
}

// watch asks for the next change.
func (h *home) watch() tea.Cmd {
	return ask(h.ctx, h, func(ctx context.Context) tea.Msg { return h.watcher.Next(ctx) })
}

// changed takes in what the homeserver told, or that it told nothing.
func (h *home) changed(c client.Change) tea.Cmd {
	sh := h.sh
	if c.Err != nil {
		gone := new(client.SignedOutError)
		if errors.As(c.Err, &gone) {
			if sh.signing {
				return nil // it is what the person wanted
			}
			return sh.signedOutBy(c.Err)
		}
		if h.problem == nil && !h.loading() {
			sh.complain(c.Err) // once; the header goes on saying that it is so
		}
		h.problem = c.Err
		sh.link = link{err: c.Err, retryAt: sh.now().Add(c.RetryIn)}
		if c.Final {
			return nil
		}
		return h.watch()
	}
	if h.problem != nil {
		h.problem, sh.notice = nil, notice{}
	}
	sh.link = link{up: true}
	if err := sh.account.NotKept(); err != nil {
		sh.complain(err)
	}
	return tea.Batch(h.watch(), h.check(), func() tea.Msg { return changedMsg{} })
}

// refresh reads the account's rooms and invites anew.
func (h *home) refresh() {
	account := h.sh.account
	rooms := map[id.RoomID]*client.Room{}
	for _, r := range account.Rooms() {
		rooms[r.ID] = &r
	}
	h.rooms, h.look = len(rooms), 0
	h.counts = map[invite.Status]int{}
	before := h.rows
	invites, facts := account.Invites(), account.Facts()
	h.newest = make([]row, 0, len(invites)) // rows points into it
	h.rows = make(map[inviteKey]*row, len(invites))
	for _, i := range invites {
		room, known := rooms[i.RoomID]
		if !known {
			continue // joined a moment ago; the change is on its way
		}
		h.newest = append(h.newest, h.sh.newRow(i, room, &facts))
		r := &h.newest[len(h.newest)-1]
		h.rows[keyOf(i)] = r
		h.counts[i.Status]++
		if r.needsLook() {
			h.look++
		}
	}
	h.noteTaken(before)
	for k := range h.marked {
		if r, ok := h.rows[k]; !ok || r.invite.Status == invite.Revoked || h.sh.revokes[k] != nil {
			delete(h.marked, k) // gone, or on its way: a mark has served
		}
	}
	h.arrange()
}

// arrange chooses and sorts the rows that are shown.
func (h *home) arrange() {
	wanted, now := parseFilter(h.search.value(0)), h.sh.now()
	shown := make([]*row, 0, len(h.newest))
	for n := range h.newest {
		if r := &h.newest[n]; h.tab.shows(r) && wanted.keeps(r, now) {
			shown = append(shown, r)
		}
	}
	orders()[h.order].sort(shown)
	keys := make([]inviteKey, len(shown))
	for n, r := range shown {
		keys[n] = keyOf(r.invite)
	}
	h.list.set(keys)
	if _, ok := h.rows[h.wanted]; ok {
		h.list.moveTo(h.wanted)
		h.wanted = inviteKey{}
	}
	h.list.scroll(h.lines())
}

// lines is how many invites fit on the page below the counts, an empty line and
// the columns' names.
func (h *home) lines() int { return max(1, h.sh.height-3) }

func (h *home) loading() bool { return !h.sh.account.Synced() }

// filters reports whether there may be something to look for. People type ahead:
// what follows a filter's key must not be taken for keys, nor be lost, because
// the rooms are still being read.
func (h *home) filters() bool { return h.loading() || len(h.rows) > 0 }

// shown are the invites in the list, in its order.
func (h *home) shown() []invite.Invite {
	invites := make([]invite.Invite, len(h.list.keys))
	for n, k := range h.list.keys {
		invites[n] = h.rows[k].invite
	}
	return invites
}

func (h *home) selected() (row, bool) {
	k, ok := h.list.current()
	if !ok {
		return row{}, false
	}
	return *h.rows[k], true
}

func (h *home) press(msg tea.KeyPressMsg) tea.Cmd {
	sh, keys := h.sh, h.sh.keys
	r, some := h.selected()
	switch {
	case key.Matches(msg, keys.NextStatus):
		h.step(1)
	case key.Matches(msg, keys.PrevStatus):
		h.step(-1)
	case key.Matches(msg, keys.Sort):
		h.order = (h.order + 1) % len(orders())
		h.arrange()
	case key.Matches(msg, keys.Filter) && h.filters():
		h.typing = true
		h.search.focus(0)
		h.anchor, _ = h.list.current()
		h.put = h.anchor
	case key.Matches(msg, keys.Clear):
		h.clear()
	case key.Matches(msg, keys.Rooms):
		return sh.open(newRooms(sh))
	case key.Matches(msg, keys.Take):
		return sh.open(newAccept(sh))
	case key.Matches(msg, keys.Accounts) && sh.opt.Accounts != nil:
		return sh.open(newAccounts(sh))
	case key.Matches(msg, keys.SignOut):
		return sh.confirmSignOut()
	case key.Matches(msg, keys.Outbox):
		return sh.open(newOutbox(sh))
	case h.loading():
	case key.Matches(msg, keys.Invite):
		return sh.open(newCompose(sh, r.invite.RoomID))
	case !some:
	case key.Matches(msg, keys.Mark):
		h.mark(keyOf(r.invite))
	case key.Matches(msg, keys.MarkAll):
		h.markAll()
	case key.Matches(msg, keys.Again):
		return sh.sendAgain(r.invite)
	case key.Matches(msg, keys.Export) && sh.opt.Export != nil:
		return sh.openCard(newExport(sh, h.shown()))
	case key.Matches(msg, keys.Open):
		return sh.open(newInvite(sh, r.invite))
	case key.Matches(msg, keys.Revoke):
		return sh.confirmRevoke(h.chosen())
	case key.Matches(msg, keys.Trust):
		return sh.confirmTrust(r.invite)
	case key.Matches(msg, keys.Copy):
		return sh.copyToken(r.invite)
	case key.Matches(msg, keys.CopyLink):
		return sh.copyLink(r.invite)
	default:
		h.list.press(msg, keys, h.lines())
	}
	h.list.scroll(h.lines())
	return nil
}

func (h *home) ShortHelp() []key.Binding {
	k := h.sh.keys
	if h.typing {
		return []key.Binding{as(k.Submit, "keep"), as(k.Clear, "clear"), k.Interrupt}
	}
	_, some := h.selected()
	return []key.Binding{
		when(!h.loading(), k.Invite), when(some, k.Open), when(h.mayRevoke(), k.Revoke),
		when(h.sh.revokes.undoable() != nil, k.Undo), when(h.search.value(0) != "", as(k.Clear, "clear filter")),
		when(len(h.rows) > 0, k.NextStatus), when(h.filters(), k.Filter),
		when(len(h.sh.sending.outbox.Items) > 0, k.Outbox), k.Rooms, k.Help, k.Quit,
	}
}

func (h *home) FullHelp() [][]key.Binding {
	k := h.sh.keys
	if h.typing {
		return [][]key.Binding{h.ShortHelp()}
	}
	r, some := h.selected()
	return [][]key.Binding{
		{
			when(!h.loading(), k.Invite), when(some, k.Open), when(some, k.Mark), when(some, k.MarkAll), when(h.mayRevoke(), k.Revoke),
			when(h.sh.revokes.undoable() != nil, k.Undo), when(some && len(h.sh.account.Untrusted(r.invite)) > 0, k.Trust),
			when(some && h.sh.maySendAgain(r.invite), k.Again), when(some, k.Copy), when(some, k.CopyLink),
			when(some && h.sh.opt.Export != nil, k.Export),
		},
		append(k.moves(some), when(len(h.rows) > 0, k.NextStatus), when(len(h.rows) > 0, k.PrevStatus)),
		{when(h.filters(), k.Filter), k.Clear, when(len(h.rows) > 0, k.Sort), k.Outbox, k.Rooms, k.Take, when(h.sh.opt.Accounts != nil, k.Accounts), k.SignOut, k.Palette, k.Help, k.Quit},
	}
}
