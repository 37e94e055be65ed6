package shell

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

// undoPeriod is how long a revocation can be undone before it is sent.
const undoPeriod = 5 * time.Second

// A revocationsHost is the part of the shell that revocations use.
type revocationsHost interface {
	ShowSuccess(format string, args ...any)
	ShowError(err error)
	ShowProgress(p widget.Progress)
	QuitIfWaiting(well bool) tea.Cmd
}

// Revocations holds the revocations that are confirmed but not finished.
type Revocations struct {
	host    revocationsHost
	program context.Context // ends when the program ends
	undoKey string          // the ID as it is shown

	batches map[InviteKey]*batch
	begun   int // number of batches so far
}

// newRevocations returns an empty set of revocations.
func newRevocations(sh *Shell) Revocations {
	return Revocations{host: sh, program: sh.Ctx, undoKey: sh.Keys.Undo.Help().Key, batches: map[InviteKey]*batch{}}
}

// Begin revokes invites of an account after a delay in which the user can undo it.
// what names the invitee, or the number of invites.
func (rs *Revocations) Begin(account *client.Account, what string, keys []InviteKey) tea.Cmd {
	b := &batch{account: account, what: what, Keys: keys, order: rs.begun}
	rs.begun++
	for _, k := range keys {
		rs.batches[k] = b
	}
	return rs.startUndoPeriod(b)
}

// forget drops all revocations, for example when the user signs out.
func (rs *Revocations) forget() { rs.batches = map[InviteKey]*batch{} }

// Any reports whether a revocation is confirmed and not finished.
func (rs *Revocations) Any() bool { return len(rs.batches) > 0 }

// Has reports whether the revocation of an invite is confirmed and not finished.
func (rs *Revocations) Has(k InviteKey) bool { return rs.batches[k] != nil }

// A batch is the revocations that the user confirmed together. The user can undo them
// only together; the program sends them one after the other.
type batch struct {
	account *client.Account
	Keys    []InviteKey
	what    string // the invitee or the number of invites, as text
	timers  int    // number of timers started for it; only the last one counts
	decided bool   // it was undone, or sending has begun
	order   int

	Failed []InviteKey
	err    error // the error of the last failure
}

// RevokedMsg reports the result of a batch to every screen.
type RevokedMsg struct {
	Batch  *batch
	Undone bool
	err    error // the error of the last failure
}

// undoPeriodOverMsg arrives when a batch can no longer be undone.
type undoPeriodOverMsg struct {
	batch *batch
	timer int
}

// startUndoPeriod starts the time to undo a batch, from the beginning.
func (rs *Revocations) startUndoPeriod(b *batch) tea.Cmd {
	rs.host.ShowSuccess("Revoking %s in %d seconds. Press %s to undo.", b.what, undoPeriod/time.Second, rs.undoKey)
	b.timers++
	msg := undoPeriodOverMsg{b, b.timers}
	return tea.Tick(undoPeriod, func(time.Time) tea.Msg { return msg })
}

// undoPeriodOver sends a batch that was not undone in time.
func (rs *Revocations) undoPeriodOver(msg undoPeriodOverMsg) tea.Cmd {
	if b := msg.batch; msg.timer == b.timers && !b.decided {
		return b.send()
	}
	return nil
}

// send starts to send a batch. From then on the batch cannot be undone.
func (b *batch) send() tea.Cmd {
	b.decided = true
	return func() tea.Msg { return revokeStepMsg{batch: b} }
}

// revokeStepMsg arrives between the revocations of a batch.
type revokeStepMsg struct {
	batch *batch
	tried int
	err   error // the error of the previous revocation
}

// step sends the next revocation of a batch.
func (rs *Revocations) step(msg revokeStepMsg) tea.Cmd {
	b := msg.batch
	if rs.batches[b.Keys[0]] != b {
		return nil // the batch is of an account that has signed out
	}
	if msg.tried == 0 {
		rs.host.ShowSuccess("Revoking %s…", b.what)
	}
	if msg.err != nil {
		b.Failed, b.err = append(b.Failed, b.Keys[msg.tried-1]), msg.err
	}
	rs.host.ShowProgress(widget.Progress{Done: msg.tried, Total: len(b.Keys)})
	if msg.tried == len(b.Keys) {
		rs.host.ShowProgress(widget.Progress{})
		return func() tea.Msg { return RevokedMsg{Batch: b, err: b.err} }
	}
	ctx, account, k := rs.program, b.account, b.Keys[msg.tried]
	return func() tea.Msg {
		return revokeStepMsg{b, msg.tried + 1, revokeOne(ctx, account, k)}
	}
}

// longestWait is the maximum time that a revocation waits for a rate limit.
const longestWait = time.Minute

// revokeOne revokes an invite. If the homeserver limits the rate, it waits and tries
// once more.
func revokeOne(ctx context.Context, account *client.Account, k InviteKey) error {
	err := account.Revoke(ctx, k.Room, k.Token)
	var limit *client.RateLimitError
	if !errors.As(err, &limit) || limit.RetryAfter > longestWait {
		return err
	}
	select {
	case <-time.After(max(limit.RetryAfter, time.Second)):
		return account.Revoke(ctx, k.Room, k.Token)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waiting returns the batches that can still be undone, the latest first.
func (rs *Revocations) waiting() []*batch {
	var all []*batch
	for _, b := range rs.batches {
		if !b.decided && !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *batch) int { return b.order - a.order })
	return all
}

// Undoable returns the latest batch that can still be undone, or nil.
func (rs *Revocations) Undoable() *batch {
	if all := rs.waiting(); len(all) > 0 {
		return all[0]
	}
	return nil
}

func (b *batch) undo() tea.Cmd {
	b.decided = true
	return func() tea.Msg { return RevokedMsg{Batch: b, Undone: true} }
}

// undo undoes the latest batch that can still be undone.
func (rs *Revocations) undo() tea.Cmd {
	if b := rs.Undoable(); b != nil {
		return b.undo()
	}
	return nil
}

// sendNow sends all batches that can still be undone.
func (rs *Revocations) sendNow() tea.Cmd {
	var cmds []tea.Cmd
	for _, b := range rs.waiting() {
		cmds = append(cmds, b.send())
	}
	return tea.Batch(cmds...)
}

// ended shows the result of a batch.
func (rs *Revocations) ended(msg RevokedMsg) tea.Cmd {
	for _, k := range msg.Batch.Keys {
		delete(rs.batches, k)
	}
	switch {
	case msg.Undone:
		rs.host.ShowSuccess("Undone. Not revoked: %s", msg.Batch.what)
	case msg.err != nil && len(msg.Batch.Keys) > 1:
		failed := len(msg.Batch.Failed)
		rs.host.ShowError(fmt.Errorf("%d of %s revoked, %d not: %w", len(msg.Batch.Keys)-failed, msg.Batch.what, failed, msg.err))
	case msg.err != nil:
		rs.host.ShowError(msg.err)
	default:
		rs.host.ShowSuccess("Revoked %s", msg.Batch.what)
	}
	return rs.host.QuitIfWaiting(msg.err == nil)
}
