package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// grace is how long a revocation can be undone before it is sent.
const grace = 5 * time.Second

// A revocationsHost is what revocations need of the shell.
type revocationsHost interface {
	say(format string, args ...any)
	complain(err error)
	showProgress(p widget.Progress)
	leave(well bool) tea.Cmd
}

// revocations are those that are confirmed and not yet done.
type revocations struct {
	host    revocationsHost
	program context.Context // ends when the program ends
	undoKey string          // as it is shown

	batches map[inviteKey]*batch
	begun   int // batches so far
}

// newRevocations returns the revocations of a shell, of which there are none.
func newRevocations(sh *shell) revocations {
	return revocations{host: sh, program: sh.ctx, undoKey: sh.keys.Undo.Help().Key, batches: map[inviteKey]*batch{}}
}

// begin revokes invites of an account after a moment in which that can be undone.
// what says whose invite that is, or how many.
func (rs *revocations) begin(account *client.Account, what string, keys []inviteKey) tea.Cmd {
	b := &batch{account: account, what: what, keys: keys, order: rs.begun}
	rs.begun++
	for _, k := range keys {
		rs.batches[k] = b
	}
	return rs.startGrace(b)
}

// forget drops all revocations, as on signing out.
func (rs *revocations) forget() { rs.batches = map[inviteKey]*batch{} }

// any reports whether a revocation is confirmed and not yet done.
func (rs *revocations) any() bool { return len(rs.batches) > 0 }

// has reports whether the revocation of an invite is confirmed and not yet done.
func (rs *revocations) has(k inviteKey) bool { return rs.batches[k] != nil }

// A batch is what was confirmed at once: it is undone at once, and carried out
// one after the other.
type batch struct {
	account *client.Account
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

// graceMsg comes when the time to undo a batch is over.
type graceMsg struct {
	batch *batch
	timer int
}

// startGrace gives the user the whole time to undo a batch.
func (rs *revocations) startGrace(b *batch) tea.Cmd {
	rs.host.say("Revoking %s in %d seconds. Press %s to undo.", b.what, grace/time.Second, rs.undoKey)
	b.timers++
	msg := graceMsg{b, b.timers}
	return tea.Tick(grace, func(time.Time) tea.Msg { return msg })
}

// graceOver sends a batch that was not undone in time.
func (rs *revocations) graceOver(msg graceMsg) tea.Cmd {
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

// step goes on with the next one of a batch.
func (rs *revocations) step(msg revokeStepMsg) tea.Cmd {
	b := msg.batch
	if rs.batches[b.keys[0]] != b {
		return nil // of an account that is signed out
	}
	if msg.tried == 0 {
		rs.host.say("Revoking %s…", b.what)
	}
	if msg.err != nil {
		b.failed, b.err = append(b.failed, b.keys[msg.tried-1]), msg.err
	}
	rs.host.showProgress(widget.Progress{Done: msg.tried, Total: len(b.keys)})
	if msg.tried == len(b.keys) {
		rs.host.showProgress(widget.Progress{})
		return func() tea.Msg { return revokedMsg{batch: b, err: b.err} }
	}
	ctx, account, k := rs.program, b.account, b.keys[msg.tried]
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
func (rs *revocations) waiting() []*batch {
	var all []*batch
	for _, b := range rs.batches {
		if !b.decided && !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *batch) int { return b.order - a.order })
	return all
}

// undoable is what was confirmed last and can still be undone; nil if nothing.
func (rs *revocations) undoable() *batch {
	if all := rs.waiting(); len(all) > 0 {
		return all[0]
	}
	return nil
}

func (b *batch) undo() tea.Cmd {
	b.decided = true
	return func() tea.Msg { return revokedMsg{batch: b, undone: true} }
}

// undo undoes what was confirmed last.
func (rs *revocations) undo() tea.Cmd {
	if b := rs.undoable(); b != nil {
		return b.undo()
	}
	return nil
}

// hurry sends all that wait.
func (rs *revocations) hurry() tea.Cmd {
	var cmds []tea.Cmd
	for _, b := range rs.waiting() {
		cmds = append(cmds, b.send())
	}
	return tea.Batch(cmds...)
}

// ended says how a batch ended.
func (rs *revocations) ended(msg revokedMsg) tea.Cmd {
	for _, k := range msg.batch.keys {
		delete(rs.batches, k)
	}
	switch {
	case msg.undone:
		rs.host.say("Undone. Not revoked: %s", msg.batch.what)
	case msg.err != nil && len(msg.batch.keys) > 1:
		failed := len(msg.batch.failed)
		rs.host.complain(fmt.Errorf("%d of %s revoked, %d not: %w", len(msg.batch.keys)-failed, msg.batch.what, failed, msg.err))
	case msg.err != nil:
		rs.host.complain(msg.err)
	default:
		rs.host.say("Revoked %s", msg.batch.what)
	}
	return rs.host.leave(msg.err == nil)
}
