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

type revocation struct {
	name   string
	stop   chan struct{} // closed to undo
	now    chan struct{} // closed to wait no longer
	hasten bool
	order  int
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

// confirmRevoke asks before an invite is revoked, or says why it cannot be.
func (sh *shell) confirmRevoke(i invite.Invite) tea.Cmd {
	r, err := sh.account.Room(i.RoomID)
	switch {
	case err != nil:
		sh.complain(err)
		return nil
	case i.Status == invite.Revoked:
		sh.notice = notice{text: "This invite is revoked already.", bad: true}
		return nil
	case !r.MayInvite():
		sh.notice = notice{bad: true, text: fmt.Sprintf("Revoking takes power level %d in %s, and yours is %d.", r.InvitePower, r.Name, r.Power)}
		return nil
	}
	what := "The link in the mail stops working in " + r.Name + ". The identity server is not told, and the mail stays where it is."
	if i.Acceptance != nil {
		what = string(i.Acceptance.UserID) + " has taken it already and keeps their place in " + r.Name + ". Nobody can use the link again."
	}
	return sh.openCard(newConfirm(sh, "Revoke the invite of "+nameOf(i)+"?", what, func() tea.Cmd { return sh.revoke(i) }))
}

// revoke takes an invite back after a moment in which it can be undone.
func (sh *shell) revoke(i invite.Invite) tea.Cmd {
	r := &revocation{name: nameOf(i), stop: make(chan struct{}), now: make(chan struct{}), order: len(sh.revokes)}
	sh.revokes[keyOf(i)] = r
	sh.say("Revoking the invite of %s in %d seconds. Press %s to undo.", r.name, grace/time.Second, sh.keys.Undo.Help().Key)
	ctx, account := sh.ctx, sh.account
	return func() tea.Msg {
		done := revokedMsg{key: keyOf(i), name: r.name}
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
		done.err = account.Revoke(ctx, i.RoomID, i.Token)
		return done
	}
}

// undo stops the revocation that was confirmed last.
func (sh *shell) undo() tea.Cmd {
	var last *revocation
	for _, r := range sh.revokes {
		if !r.hasten && (last == nil || r.order > last.order) {
			last = r
		}
	}
	if last != nil {
		last.hasten = true
		close(last.stop)
	}
	return nil
}

// hurry sends all that wait.
func (rs revokes) hurry() {
	for _, r := range rs {
		if !r.hasten {
			r.hasten = true
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
