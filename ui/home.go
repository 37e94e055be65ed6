package ui

import (
	"context"
	"maps"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/signin"
	"github.com/mxinvite/mxinvite/ui/statistics"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// homePage is the page of all invites of all rooms. It watches the account until the user
// signs out.
//
// If the page is opened from a room, it shows the invites of that room, and the back key
// returns to the rooms.
type homePage struct {
	*inviteTable

	ctx     context.Context
	watcher *client.Watcher // nil on a page of one room: the first page watches the account
	spinner spinner.Model
	taken   []*row // rows that have no notice yet
	inRooms bool   // the page was opened from the list of rooms, which is below it
	problem error
	synced  bool // all rooms are shown
	pressed bool // a key was pressed

	refreshTook time.Duration // of the last refresh
}

func newHomePage(sh *shell.Shell) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		watcher := sh.Account.Watch()
		watcher.EachWindow = true
		return &homePage{inviteTable: newInviteTable(sh), ctx: ctx, watcher: watcher, spinner: widget.NewSpinner()}
	}
}

// openStatistics opens the statistics of the account.
func openStatistics(sh *shell.Shell) tea.Cmd {
	return sh.Open(statistics.New(sh, statistics.Open{
		Room:    func(room id.RoomID) func(context.Context) shell.Screen { return newRoomInvites(sh, room, tab{}, false) },
		Inviter: func(user id.UserID) func(context.Context) shell.Screen { return newInvitesBy(sh, user) },
	}))
}

// newInvitesBy returns the page of the invites that a user sent.
func newInvitesBy(sh *shell.Shell, user id.UserID) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		h := &homePage{inviteTable: newInviteTable(sh), ctx: ctx, spinner: widget.NewSpinner()}
		h.nameRoom("by:" + string(user))
		h.refresh()
		return h
	}
}

// newRoomInvites returns the page of a room's invites. inRooms is set if it is opened
// from the list of rooms.
func newRoomInvites(sh *shell.Shell, room id.RoomID, tab tab, inRooms bool) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		h := &homePage{inviteTable: newInviteTable(sh), ctx: ctx, spinner: widget.NewSpinner()}
		h.room, h.tab, h.inRooms = room, tab, inRooms
		h.refresh()
		return h
	}
}

func (h *homePage) Init() tea.Cmd {
	if h.watcher == nil {
		return nil
	}
	h.refresh()
	return tea.Batch(h.watch(), h.check(), h.waitForKeys(), h.spinner.Tick)
}

func (h *homePage) Title() string {
	if room := h.onlyRoom(); room != nil {
		return "Invites of " + cells.Cut(room.Name, phrase.NameWidth)
	}
	return "Invites of all rooms"
}

func (h *homePage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case client.Change:
		return h.changed(msg)
	case notRevokedMsg:
		h.sh.ShowError(msg.err)
	case keysMsg:
		return tea.Batch(h.waitForKeys(), func() tea.Msg { return shell.ChangedMsg{} })
	case trustedMsg, shell.MinuteMsg:
		if h.watcher != nil {
			return h.check()
		}
	case shell.RevokedMsg:
		h.refresh()
		h.markAgain(msg)
	case shell.ChangedMsg:
		h.refresh()
		return h.notifyAccepted()
	case shell.SentMsg:
		h.wanted = msg.Key
		h.refresh()
	case spinner.TickMsg:
		h.count()
		return widget.UpdateSpinner(&h.spinner, msg, h.loading())
	case tea.PasteMsg:
		if h.Filter.Typing {
			return h.Typed(msg)
		}
	case tea.KeyPressMsg:
		if h.Filter.Typing {
			return h.PressInFilter(msg)
		}
		return h.press(msg)
	}
	return nil
}

// refresh reads the rooms and invites from the account.
func (h *homePage) refresh() {
	account := h.sh.Account
	rooms := map[id.RoomID]*client.Room{}
	for _, r := range account.Rooms() {
		rooms[r.ID] = &r
	}
	start := h.sh.Now()
	defer func() { h.refreshTook = h.sh.Now().Sub(start) }()
	invites, facts := account.Newest(), account.Facts()
	all := make([]row, 0, len(invites))
	for _, i := range invites {
		if room, known := rooms[i.RoomID]; known { // if unknown, the room was joined just now and the next change adds it
			all = append(all, newRow(h.sh, i, room, &facts))
		}
	}
	if room := rooms[h.room]; room != nil {
		h.nameRoom("room:" + roomTerm(*room, maps.Values(rooms)))
	}
	if h.watcher != nil {
		h.noteAccepted(all)
	}
	// While rooms are read, the first row stays the chosen one until the user acts on it.
	top := !h.synced && !h.pressed && h.List.At == 0
	h.synced = account.Synced()
	h.set(rooms, all)
	if top {
		h.List.At = 0
	}
	for k := range h.Marked {
		if h.Rows[k].invite.Revocation != nil || h.sh.Revocations.Has(k) {
			delete(h.Marked, k) // the revocation is confirmed; the mark is no longer needed
		}
	}
}

// loading reports whether there is nothing to show yet. The first sync may have read some
// rooms, but none with invites.
func (h *homePage) loading() bool { return !h.synced && len(h.Rows) == 0 }

// nameRoom updates the page's own filter, because the alias of its room may have changed.
func (h *homePage) nameRoom(own string) {
	if !h.HasUserFilter() {
		h.Filter.Set(own)
	}
	h.PageFilter = own
}

// mayFilter reports whether the filter can be opened. It can be opened while the rooms
// are loading, because users type ahead: the text after the filter key must not be lost,
// and its letters must not act as keys.
func (h *homePage) mayFilter() bool { return h.loading() || len(h.Rows) > 0 }

func (h *homePage) press(msg tea.KeyPressMsg) tea.Cmd {
	h.pressed = true
	sh, keys := h.sh, h.sh.Keys
	r, some := h.Selected()
	switch {
	case key.Matches(msg, keys.Filter) && !h.mayFilter():
	case key.Matches(msg, keys.Filter, keys.Clear, keys.Sort, keys.Reverse, keys.NextStatus, keys.PrevStatus):
		h.inviteTable.press(msg)
	case key.Matches(msg, keys.Rooms):
		return h.openRooms()
	case key.Matches(msg, keys.Stats):
		return openStatistics(sh)
	case key.Matches(msg, keys.AcceptInvite):
		return sh.Open(newAccept(sh))
	case key.Matches(msg, keys.Accounts) && sh.Options.Accounts != nil:
		return sh.Open(signin.NewAccounts(sh))
	case key.Matches(msg, keys.Tour) && sh.Options.Demo != nil:
		sh.Tour.GoTo(1)
	case key.Matches(msg, keys.SignOut):
		return shell.ConfirmSignOut(sh)
	case key.Matches(msg, keys.Outbox):
		return sh.Open(newOutbox(sh))
	case h.loading():
	case key.Matches(msg, keys.Invite):
		return h.invite()
	case !some:
	case key.Matches(msg, keys.SendAgain):
		return sendAgain(sh, *r.invite)
	case key.Matches(msg, keys.Export) && sh.Options.Export != nil:
		return sh.OpenCard(newExport(sh, h.shown(), h.which()))
	case key.Matches(msg, keys.Open):
		return sh.Open(newInvite(sh, *r.invite))
	case key.Matches(msg, keys.Revoke):
		return confirmRevoke(sh, h.chosen())
	case key.Matches(msg, keys.Move):
		return moveInvites(sh, h.chosen())
	case key.Matches(msg, keys.Trust):
		return confirmTrust(sh, *r.invite)
	case key.Matches(msg, keys.Copy):
		return copyToken(sh, *r.invite)
	case key.Matches(msg, keys.CopyLink):
		return copyLink(sh, *r.invite)
	case key.Matches(msg, keys.ShowLink):
		return showLinks(sh, h.chosen())
	default:
		h.inviteTable.press(msg)
	}
	return nil
}

// invite opens the page to send invites, for the room of the page or of the selected
// invite.
func (h *homePage) invite() tea.Cmd {
	if !h.mayInvite() {
		h.sh.Notice = shell.Notice{Text: phrase.Sentence(h.DisabledReason("invite")), Bad: true}
		return nil
	}
	if room := h.onlyRoom(); room != nil {
		return h.sh.Open(newComposePage(h.sh, room.ID))
	}
	if r, some := h.Selected(); some {
		return h.sh.Open(newComposePage(h.sh, r.invite.RoomID))
	}
	return h.sh.Open(newComposePage(h.sh))
}

// openRooms opens the list of rooms, with the cursor on the room of the selected invite.
// If the page was opened from that list, it closes the page.
func (h *homePage) openRooms() tea.Cmd {
	if h.inRooms {
		h.sh.CloseScreen(h)
		return nil
	}
	if r, some := h.Selected(); some {
		return h.sh.Open(newRoomsAt(h.sh, r.invite.RoomID))
	}
	return h.sh.Open(newRooms(h.sh))
}

func (h *homePage) ShortHelp() []key.Binding {
	k := h.sh.Keys
	if h.Filter.Typing {
		return shell.TypingHelp(h.sh, h.Filter.HasCompletions())
	}
	_, some := h.Selected()
	return []key.Binding{
		keymap.When(!h.loading() && h.mayInvite(), k.Invite), keymap.When(some, k.Open), keymap.When(h.mayRevoke(), k.Revoke),
		keymap.When(h.sh.Revocations.Undoable() != nil, k.Undo), keymap.When(h.HasUserFilter(), keymap.As(k.Clear, "clear filter")),
		keymap.When(len(h.Rows) > 0, k.NextStatus), keymap.When(h.mayFilter(), k.Filter),
		keymap.When(len(h.sh.Sending.Outbox.Items) > 0, k.Outbox), k.Rooms, keymap.When(h.canGoBack(), k.Back), k.Help, k.Quit,
	}
}

// canGoBack reports whether the page shows one room and has no filter or mark to clear
// first.
func (h *homePage) canGoBack() bool { return h.watcher == nil && !h.CanClear() }

func (h *homePage) FullHelp() [][]key.Binding {
	k := h.sh.Keys
	if h.Filter.Typing {
		return [][]key.Binding{h.ShortHelp()}
	}
	var chosen invite.Invite
	r, some := h.Selected()
	if some {
		chosen = *r.invite
	}
	filled := len(h.Rows) > 0
	return append([][]key.Binding{
		{
			keymap.When(!h.loading() && h.mayInvite(), k.Invite), keymap.When(some, k.Open), keymap.When(some, k.Mark), keymap.When(some, k.MarkAll), keymap.When(h.mayRevoke(), k.Revoke), keymap.When(some && mayMove(h.sh, h.chosen()), k.Move),
			keymap.When(h.sh.Revocations.Undoable() != nil, k.Undo), keymap.When(some && len(h.sh.Account.Untrusted(chosen)) > 0, k.Trust),
			keymap.When(some && maySendAgain(h.sh, chosen), k.SendAgain), keymap.When(some, k.Copy), keymap.When(some, k.CopyLink),
			keymap.When(some && len(withLink(h.sh, h.chosen())) > 0, k.ShowLink), keymap.When(some && h.sh.Options.Export != nil, k.Export),
		},
		append(k.Moves(some), keymap.When(filled, k.NextStatus), keymap.When(filled, k.PrevStatus), keymap.When(filled, k.Sort), keymap.When(filled, k.Reverse)),
		{
			keymap.When(h.mayFilter(), k.Filter), keymap.When(!h.canGoBack(), k.Clear), keymap.When(h.canGoBack(), k.Back), k.Outbox, k.Rooms, k.Stats, k.AcceptInvite,
			keymap.When(h.sh.Options.Accounts != nil, k.Accounts), k.SignOut, k.Palette, k.Help,
			keymap.When(h.sh.Options.Suspend, k.Suspend), k.Quit,
		},
	}, h.sh.Tour.HelpKeys())
}
