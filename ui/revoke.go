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
)

// grace is how long a revocation can be undone before it is sent.
const grace = 5 * time.Second

// revokes are the revocations that are confirmed and not yet done.
type revokes map[inviteKey]*batch

// A batch is what was confirmed at once: it is undone at once, and carried out
// one after the other.
type batch struct {
	keys    []inviteKey
	what    string        // in words: whose invite, or how many
	stop    chan struct{} // closed to undo
	now     chan struct{} // closed to wait no longer
	decided bool          // it is too late to close one of them
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
	question := "Revoke the invite of " + cut(sh.who(able[0]), nameWidth) + "?"
	what := "The link in the mail stops working in this room. The identity server is not told, and the mail stays where it is."
	if len(able) > 1 {
		question = fmt.Sprintf("Revoke %d invites in %s?", len(able), sh.roomsOf(able))
		what = "The links in their mails stop working there. The identity server is not told, and the mails stay where they are."
	} else if a := able[0].Acceptance; a != nil {
		what = cut(string(a.UserID), nameWidth) + " has taken it already and keeps their place. Nobody can use the link again."
	}
	if left := len(chosen) - len(able); left > 0 {
		what += fmt.Sprintf(" %d of those chosen are revoked already, or you may not revoke them.", left)
	}
	return sh.openCard(newConfirm(sh, question, what, func() tea.Cmd { return sh.revoke(able) }))
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
	return cut(sh.roomName(invites[0].RoomID), nameWidth)
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
	return fmt.Sprintf("%s takes power level %d in %s, and yours is %d", doing, r.InvitePower, cut(r.Name, nameWidth), r.Power)
}

// revoke takes invites back after a moment in which it can be undone.
func (sh *shell) revoke(chosen []invite.Invite) tea.Cmd {
	b := &batch{stop: make(chan struct{}), now: make(chan struct{}), order: sh.batches}
	sh.batches++
	b.what = "the invite of " + cut(sh.who(chosen[0]), nameWidth)
	if len(chosen) > 1 {
		b.what = count(len(chosen), "invite")
	}
	for _, i := range chosen {
		b.keys = append(b.keys, keyOf(i))
		sh.revokes[keyOf(i)] = b
	}
	sh.say("Revoking %s in %d seconds. Press %s to undo.", b.what, grace/time.Second, sh.keys.Undo.Help().Key)
	ctx := sh.ctx
	marksGo := func() tea.Msg { return changedMsg{} }
	return tea.Batch(marksGo, func() tea.Msg {
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-b.stop:
			return revokedMsg{batch: b, undone: true}
		case <-ctx.Done():
			return revokedMsg{batch: b, err: ctx.Err()}
		case <-b.now:
		case <-t.C:
		}
		return revokeStepMsg{batch: b}
	})
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
		b.decided = true
		sh.say("Revoking %s…", b.what)
	}
	if msg.err != nil {
		b.failed, b.err = append(b.failed, b.keys[msg.tried-1]), msg.err
	}
	sh.work = progress{msg.tried, len(b.keys)}
	if msg.tried == len(b.keys) {
		sh.work = progress{}
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

// undoable is what was confirmed last and can still be stopped; nil if nothing.
func (rs revokes) undoable() *batch {
	var last *batch
	for _, b := range rs {
		if !b.decided && (last == nil || b.order > last.order) {
			last = b
		}
	}
	return last
}

// undo stops what was confirmed last.
func (sh *shell) undo() tea.Cmd {
	if b := sh.revokes.undoable(); b != nil {
		b.decided = true
		close(b.stop)
	}
	return nil
}

// hurry sends all that wait.
func (rs revokes) hurry() {
	for _, b := range rs {
		if !b.decided {
			b.decided = true
			close(b.now)
		}
	}
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
