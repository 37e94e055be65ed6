package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// grace is how long a revocation can be undone before it is sent.
const grace = 5 * time.Second

// revokes are the revocations that are confirmed and not yet done.
type revokes map[inviteKey]*batch

// A batch is what was confirmed at once: it is undone at once, and carried out
// one after the other.
type batch struct {
	keys    []inviteKey
	what    string // in words: whose invite, or how many
	timers  int    // that were started for it; only the last one counts
	decided bool   // it is undone or being sent
	order   int

	failed []inviteKey
	err    error // of the last that failed
}

// revokedMsg tells every screen what became of a batch.
type revokedMsg struct {
	batch  *batch
	undone bool
	err    error // of the last that failed
}

// mayRevoke reports whether it makes sense to revoke an invite, and is allowed.
func (sh *shell) mayRevoke(i invite.Invite) bool {
	if _, doing := sh.revokes[keyOf(i)]; doing || i.Status == invite.Revoked || i.Token == "" {
		return false
	}
	r, err := sh.account.Room(i.RoomID)
	return err == nil && r.MayInvite()
}

// confirmRevoke asks before invites are revoked, or says why they cannot be.
func (sh *shell) confirmRevoke(chosen []invite.Invite) tea.Cmd {
	var able []invite.Invite
	for _, i := range chosen {
		if sh.mayRevoke(i) {
			able = append(able, i)
		}
	}
	switch {
	case len(chosen) == 0:
		return nil
	case len(able) == 0:
		sh.notice = notice{text: sh.whyNotRevoke(chosen[0]), bad: true}
		return nil
	}
	question := "Revoke the invite of " + cells.Cut(sh.who(able[0]), nameWidth) + "?"
	what := "The link in the mail stops working in this room. The identity server is not told, and the mail stays where it is."
	var people []string
	if len(able) > 1 {
		people = sh.peopleOf(able)
		question = fmt.Sprintf("Revoke %d invites in %s?", len(able), sh.roomsOf(able))
		what = "The links in their mails stop working there. The identity server is not told."
	} else if a := able[0].Acceptance; a != nil {
		what = cells.Cut(string(a.UserID), nameWidth) + " has accepted it already and keeps their membership. The link cannot be used again."
	}
	if left := len(chosen) - len(able); left > 0 {
		what += fmt.Sprintf(" %d more of those chosen cannot be revoked.", left)
	}
	return sh.openCard(newConfirmAll(sh, question, people, what, func() tea.Cmd { return sh.revoke(able) }))
}

// peopleOf names the invitees and, if the invites are of several rooms, the rooms.
func (sh *shell) peopleOf(invites []invite.Invite) []string {
	people := make([]string, len(invites))
	oneRoom := !slices.ContainsFunc(invites, func(i invite.Invite) bool { return i.RoomID != invites[0].RoomID })
	for n, i := range invites {
		people[n] = cells.Cut(sh.who(i), nameWidth)
		if r, err := sh.account.Room(i.RoomID); err == nil && !oneRoom {
			people[n] += " in " + cells.Cut(r.Label(), nameWidth)
		}
	}
	return people
}

// roomsOf names the rooms of invites, or counts them.
func (sh *shell) roomsOf(invites []invite.Invite) string {
	rooms := map[id.RoomID]bool{}
	for _, i := range invites {
		rooms[i.RoomID] = true
	}
	if len(rooms) > 1 {
		return count(len(rooms), "room")
	}
	return cells.Cut(sh.roomName(invites[0].RoomID), nameWidth)
}

func (sh *shell) whyNotRevoke(i invite.Invite) string {
	r, err := sh.account.Room(i.RoomID)
	switch {
	case err != nil:
		return err.Error()
	case i.Status == invite.Revoked:
		return "This invite is revoked already"
	case !r.MayInvite():
		return needsPower("Revoking", r)
	default:
		return "This invite is being revoked"
	}
}

// needsPower says that one may not do something in a room.
func needsPower(doing string, r client.Room) string {
	return fmt.Sprintf("%s needs power level %d in %s, and yours is %d", doing, r.InvitePower, cells.Cut(r.Name, nameWidth), r.Power)
}

// revoke revokes invites after a moment in which that can be undone.
func (sh *shell) revoke(chosen []invite.Invite) tea.Cmd {
	b := &batch{order: sh.batches}
	sh.batches++
	b.what = "the invite of " + cells.Cut(sh.who(chosen[0]), nameWidth)
	if len(chosen) > 1 {
		b.what = count(len(chosen), "invite")
	}
	for _, i := range chosen {
		b.keys = append(b.keys, keyOf(i))
		sh.revokes[keyOf(i)] = b
	}
	marksGo := func() tea.Msg { return changedMsg{} }
	return tea.Batch(marksGo, sh.startGrace(b))
}

// graceMsg comes when the time to undo a batch is over.
type graceMsg struct {
	batch *batch
	timer int
}

// startGrace gives the user the whole time to undo a batch.
func (sh *shell) startGrace(b *batch) tea.Cmd {
	sh.say("Revoking %s in %d seconds. Press %s to undo.", b.what, grace/time.Second, sh.keys.Undo.Help().Key)
	b.timers++
	msg := graceMsg{b, b.timers}
	return tea.Tick(grace, func(time.Time) tea.Msg { return msg })
}

// graceOver sends a batch that was not undone in time.
func (sh *shell) graceOver(msg graceMsg) tea.Cmd {
	if b := msg.batch; msg.timer == b.timers && !b.decided {
		return b.send()
	}
	return nil
}

// send begins to carry a batch out. It cannot be undone any more.
func (b *batch) send() tea.Cmd {
	b.decided = true
	return func() tea.Msg { return revokeStepMsg{batch: b} }
}

// revokeStepMsg comes between the revocations of a batch.
type revokeStepMsg struct {
	batch *batch
	tried int
	err   error // of the one before
}

// revokeStep goes on with the next one of a batch.
func (sh *shell) revokeStep(msg revokeStepMsg) tea.Cmd {
	b := msg.batch
	if sh.revokes[b.keys[0]] != b {
		return nil // of somebody who is signed out
	}
	if msg.tried == 0 {
		sh.say("Revoking %s…", b.what)
	}
	if msg.err != nil {
		b.failed, b.err = append(b.failed, b.keys[msg.tried-1]), msg.err
	}
	sh.work = widget.Progress{Done: msg.tried, Total: len(b.keys)}
	if msg.tried == len(b.keys) {
		sh.work = widget.Progress{}
		return func() tea.Msg { return revokedMsg{batch: b, err: b.err} }
	}
	ctx, account, k := sh.ctx, sh.account, b.keys[msg.tried]
	return func() tea.Msg {
		return revokeStepMsg{b, msg.tried + 1, revokeOne(ctx, account, k)}
	}
}

// longestWait is how long one revocation may wait for a rate limit.
const longestWait = time.Minute

// revokeOne revokes an invite, and waits once if the homeserver asks for that.
func revokeOne(ctx context.Context, account *client.Account, k inviteKey) error {
	err := account.Revoke(ctx, k.room, k.token)
	var limit *client.RateLimitError
	if !errors.As(err, &limit) || limit.RetryAfter > longestWait {
		return err
	}
	select {
	case <-time.After(max(limit.RetryAfter, time.Second)):
		return account.Revoke(ctx, k.room, k.token)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waiting are the batches that can still be undone, the latest first.
func (rs revokes) waiting() []*batch {
	var all []*batch
	for _, b := range rs {
		if !b.decided && !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *batch) int { return b.order - a.order })
	return all
}

// undoable is what was confirmed last and can still be undone; nil if nothing.
func (rs revokes) undoable() *batch {
	if all := rs.waiting(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// undo undoes what was confirmed last; when the user is about to quit, all.
func (sh *shell) undo() tea.Cmd {
	if c, asked := sh.top().(*quitCard); asked {
		return c.undo()
	}
	if b := sh.revokes.undoable(); b != nil {
		return b.undo()
	}
	return nil
}

func (b *batch) undo() tea.Cmd {
	b.decided = true
	return func() tea.Msg { return revokedMsg{batch: b, undone: true} }
}

// hurry sends all that wait.
func (sh *shell) hurry() tea.Cmd {
	var cmds []tea.Cmd
	for _, b := range sh.revokes.waiting() {
		cmds = append(cmds, b.send())
	}
	return tea.Batch(cmds...)
}

// revoked says how a batch ended.
func (sh *shell) revoked(msg revokedMsg) tea.Cmd {
	for _, k := range msg.batch.keys {
		delete(sh.revokes, k)
	}
	switch {
	case msg.undone:
		sh.say("Undone: nothing was revoked of %s", msg.batch.what)
	case msg.err != nil && len(msg.batch.keys) > 1:
		failed := len(msg.batch.failed)
		sh.complain(fmt.Errorf("%d of %s revoked, %d not: %w", len(msg.batch.keys)-failed, msg.batch.what, failed, msg.err))
	case msg.err != nil:
		sh.complain(msg.err)
	default:
		sh.say("Revoked %s", msg.batch.what)
	}
	return sh.leave(msg.err == nil)
}

// leftovers are the pending invites that look like one whose invitee is in the
// room: taking one throws them back to invited.
func (sh *shell) leftovers(of invite.Invite) []invite.Invite {
	if of.Status != invite.Joined {
		return nil
	}
	to, known := sh.account.AddressOf(of.RoomID, of.Token)
	var left []invite.Invite
	for _, i := range sh.account.Invites(of.RoomID) {
		other, otherKnown := sh.account.AddressOf(i.RoomID, i.Token)
		same := i.LooksLike(of) && (!known || !otherKnown || to.Canonical() == other.Canonical())
		if i.Live() && same && slices.Contains(i.Warnings, invite.RejoinHazard) && sh.mayRevoke(i) {
			left = append(left, i)
		}
	}
	return left
}
