package ui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

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
	decided bool          // one of them is closed
	order   int
}

// revokedMsg tells every screen what became of a batch.
type revokedMsg struct {
	batch  *batch
	undone bool
	done   int
	err    error // the last one
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
	question := "Revoke the invite of " + cut(nameOf(able[0]), nameWidth) + "?"
	what := "The link in the mail stops working in this room. The identity server is not told, and the mail stays where it is."
	if len(able) > 1 {
		question = fmt.Sprintf("Revoke %d invites?", len(able))
		what = "The links in their mails stop working in these rooms. The identity server is not told, and the mails stay where they are."
	} else if a := able[0].Acceptance; a != nil {
		what = cut(string(a.UserID), nameWidth) + " has taken it already and keeps their place. Nobody can use the link again."
	}
	if left := len(chosen) - len(able); left > 0 {
		what += fmt.Sprintf(" %d of those chosen are revoked already, or you may not revoke them.", left)
	}
	return sh.openCard(newConfirm(sh, question, what, func() tea.Cmd { return sh.revoke(able) }))
}

func (sh *shell) whyNotRevoke(i invite.Invite) string {
	r, err := sh.account.Room(i.RoomID)
	switch {
	case err != nil:
		return err.Error()
	case i.Status == invite.Revoked:
		return "This invite is revoked already"
	case !r.MayInvite():
		return fmt.Sprintf("Revoking takes power level %d in %s, and yours is %d", r.InvitePower, cut(r.Name, nameWidth), r.Power)
	default:
		return "This invite is being revoked"
	}
}

// revoke takes invites back after a moment in which it can be undone.
func (sh *shell) revoke(chosen []invite.Invite) tea.Cmd {
	b := &batch{stop: make(chan struct{}), now: make(chan struct{}), order: sh.batches}
	sh.batches++
	b.what = "the invite of " + cut(nameOf(chosen[0]), nameWidth)
	if len(chosen) > 1 {
		b.what = count(len(chosen), "invite")
	}
	for _, i := range chosen {
		b.keys = append(b.keys, keyOf(i))
		sh.revokes[keyOf(i)] = b
	}
	sh.say("Revoking %s in %d seconds. Press %s to undo.", b.what, grace/time.Second, sh.keys.Undo.Help().Key)
	ctx, account := sh.ctx, sh.account
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
		msg := revokedMsg{batch: b}
		for _, k := range b.keys {
			err := revokeOne(ctx, account, k)
			if err == nil {
				msg.done++
			} else {
				msg.err = err
			}
		}
		return msg
	})
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

// undo stops what was confirmed last.
func (sh *shell) undo() tea.Cmd {
	var last *batch
	for _, b := range sh.revokes {
		if !b.decided && (last == nil || b.order > last.order) {
			last = b
		}
	}
	if last != nil {
		last.decided = true
		close(last.stop)
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
		sh.complain(fmt.Errorf("%d of %s revoked, the others not: %w", msg.done, msg.batch.what, msg.err))
	case msg.err != nil:
		sh.complain(msg.err)
	default:
		sh.say("Revoked %s", msg.batch.what)
	}
	return sh.leave(msg.err == nil)
}
