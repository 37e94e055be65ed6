package ui

import (
	"cmp"
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// sending is how it stands with the outbox: what is in it, and the runner that
// sends it in the background.
type sending struct {
	runner *client.Runner // nil if none runs
	ctx    context.Context
	stop   context.CancelFunc
	then   func() tea.Cmd // what is to be done when the runner has ended

	outbox  client.Outbox
	read    int   // which reading of the outbox that is; 0 for none yet
	err     error // why it cannot be
	trouble error // why nothing can be sent now
	next    countdown
	toldOf  int64 // when those were queued that the last notice was about
}

// startSending has what is in the outbox sent for as long as somebody is signed in.
func (sh *shell) startSending() tea.Cmd {
	s := &sh.sending
	s.ctx, s.stop = context.WithCancel(sh.ctx)
	s.runner, s.then = sh.account.Runner(sh.senderName()), nil
	return tea.Batch(sh.nextTurn(), sh.readOutbox())
}

// senderName is what other programs call this one.
func (sh *shell) senderName() string { return cmp.Or(sh.opt.Sender, "the screen") }

// turnMsg tells every screen what a runner brought.
type turnMsg struct {
	runner *client.Runner
	turn   client.Turn
}

// nextTurn asks the runner for what comes of the next invite. It is not asked
// again after it has ended, and lets go of the outbox then.
func (sh *shell) nextTurn() tea.Cmd {
	ctx, runner := sh.sending.ctx, sh.sending.runner
	return func() tea.Msg {
		turn := runner.Next(ctx)
		if turn.Final {
			runner.Close()
		}
		return turnMsg{runner, turn}
	}
}

// stopSending ends the runner, and does something when it has: a request that is
// under way is finished before.
func (sh *shell) stopSending(then func() tea.Cmd) tea.Cmd {
	if sh.sending.runner == nil {
		return then()
	}
	sh.sending.then = then
	sh.sending.stop()
	return nil
}

// abandonSending leaves the runner to end by itself; nobody listens any more.
func (sh *shell) abandonSending() {
	if sh.sending.stop != nil {
		sh.sending.stop()
	}
	sh.sending = sending{}
}

// turned takes in what the runner brought.
func (sh *shell) turned(msg turnMsg) tea.Cmd {
	s := &sh.sending
	switch {
	case msg.runner != s.runner:
		return nil // of somebody who is signed out
	case msg.turn.Final:
		s.stop()
		s.runner = nil
		if s.then != nil {
			return s.then()
		}
		if gone := new(client.SignedOutError); errors.As(msg.turn.Err, &gone) {
			return sh.signedOutBy(msg.turn.Err)
		}
		s.trouble = msg.turn.Err
		return sh.readOutbox()
	}
	if err := msg.turn.Err; err != nil && s.trouble == nil && sh.link.err == nil {
		sh.complain(err) // once; the outbox goes on saying that it is so
	}
	s.trouble = msg.turn.Err
	return tea.Batch(sh.nextTurn(), sh.outboxCmd(outboxMsg{item: msg.turn.Item}, nil))
}

// outboxMsg tells every screen how the outbox is now, and why that was asked.
type outboxMsg struct {
	account *client.Account
	outbox  client.Outbox
	read    int // the number of the reading
	err     error

	item    client.Item // something came of it; Number 0 for none
	done    string      // the person had this done,
	refused error       // or could not have it done
}

// readOutbox reads the outbox.
func (sh *shell) readOutbox() tea.Cmd { return sh.outboxCmd(outboxMsg{}, nil) }

// changeOutbox does something to the outbox; done says so when it is.
func (sh *shell) changeOutbox(done string, change func(context.Context, *client.Account) error) tea.Cmd {
	return sh.outboxCmd(outboxMsg{done: done}, change)
}

// outboxCmd changes the outbox, if change is not nil, and reads it. Readings take
// turns and are numbered: they may arrive in another order.
func (sh *shell) outboxCmd(msg outboxMsg, change func(context.Context, *client.Account) error) tea.Cmd {
	ctx, account, numbers := sh.ctx, sh.account, sh.readings
	msg.account = account
	return func() tea.Msg {
		if change != nil {
			msg.refused = change(ctx, account)
		}
		last := <-numbers
		msg.outbox, msg.err = account.Outbox(ctx)
		msg.read = last + 1
		numbers <- msg.read
		return msg
	}
}

// outboxChanged takes in how the outbox is now.
func (sh *shell) outboxChanged(msg outboxMsg) tea.Cmd {
	if msg.account != sh.account {
		return nil
	}
	s := &sh.sending
	var told tea.Cmd
	if msg.read > s.read {
		before, first := s.outbox, s.read == 0
		s.read, s.err = msg.read, msg.err
		if msg.err == nil {
			s.outbox = msg.outbox
			if !first {
				told = sh.tellOfOutbox(before)
			}
		}
	}
	switch {
	case msg.refused != nil:
		sh.complain(msg.refused)
	case msg.done != "":
		sh.say("%s", msg.done)
	}
	return tea.Batch(sh.tellOf(msg.item), sh.countDown(), told)
}

// waiting is how many invites are still to be sent.
func (s *sending) waiting() int { return s.outbox.Count(client.ItemQueued, client.ItemSending) }

// elsewhere is the program that sends instead of this one; empty if none does.
func (sh *shell) elsewhere() string {
	if name := sh.sending.outbox.Sender; name != sh.senderName() {
		return name
	}
	return ""
}
