package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
)

// grace is how long a revocation can be undone before it is sent.
const grace = 5 * time.Second

// revokes are the revocations that are confirmed and not yet done.
type revokes map[inviteKey]*revocation

// A revocation is one invite of those that were confirmed together.
type revocation struct {
	*batch
	name string
}

// A batch is what was confirmed at once, and can be undone at once.
type batch struct {
	stop    chan struct{} // closed to undo
	now     chan struct{} // closed to wait no longer
	decided bool          // one of them is closed, or the time is over
	order   int
}

// revokedMsg tells every screen what became of a revocation.
type revokedMsg struct {
	key    inviteKey
	name   string
	err    error
	undone bool
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
	question := "Revoke the invite of " + nameOf(able[0]) + "?"
	what := "The link in the mail stops working in this room. The identity server is not told, and the mail stays where it is."
	if len(able) > 1 {
		question = fmt.Sprintf("Revoke %d invites?", len(able))
		what = "The links in their mails stop working in these rooms. The identity server is not told, and the mails stay where they are."
	} else if a := able[0].Acceptance; a != nil {
		what = string(a.UserID) + " has taken it already and keeps their place. Nobody can use the link again."
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
		return fmt.Sprintf("Revoking takes power level %d in %s, and yours is %d", r.InvitePower, r.Name, r.Power)
	default:
		return "This invite is being revoked"
	}
}

// revoke takes invites back after a moment in which it can be undone.
func (sh *shell) revoke(chosen []invite.Invite) tea.Cmd {
	b := &batch{stop: make(chan struct{}), now: make(chan struct{}), order: sh.batches}
	sh.batches++
	var cmds []tea.Cmd
	for _, i := range chosen {
		r := &revocation{batch: b, name: nameOf(i)}
		sh.revokes[keyOf(i)] = r
		cmds = append(cmds, sh.revokeOne(keyOf(i), r))
	}
	who := "the invite of " + nameOf(chosen[0])
	if len(chosen) > 1 {
		who = count(len(chosen), "invite")
	}
	sh.say("Revoking %s in %d seconds. Press %s to undo.", who, grace/time.Second, sh.keys.Undo.Help().Key)
	return tea.Batch(cmds...)
}

func (sh *shell) revokeOne(k inviteKey, r *revocation) tea.Cmd {
	ctx, account := sh.ctx, sh.account
	return func() tea.Msg {
		done := revokedMsg{key: k, name: r.name}
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-r.stop:
			done.undone = true
			return done
		case <-ctx.Done():
			done.err = ctx.Err()
			return done
		case <-r.now:
		case <-t.C:
		}
		done.err = account.Revoke(ctx, k.room, k.token)
		return done
	}
}

// undo stops what was confirmed last.
func (sh *shell) undo() tea.Cmd {
	var last *batch
	for _, r := range sh.revokes {
		if !r.decided && (last == nil || r.order > last.order) {
			last = r.batch
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
	for _, r := range rs {
		if !r.decided {
			r.decided = true
			close(r.now)
		}
	}
}

// revoked says how a revocation ended.
func (sh *shell) revoked(msg revokedMsg) tea.Cmd {
	delete(sh.revokes, msg.key)
	switch {
	case msg.undone:
		sh.say("Undone: the invite stays for %s", msg.name)
	case msg.err != nil:
		sh.complain(msg.err)
	default:
		sh.say("Revoked the invite of %s", msg.name)
	}
	if sh.leaving && len(sh.revokes) == 0 {
		return tea.Quit
	}
	return nil
}
