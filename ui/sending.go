package ui

import (
	"cmp"
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
)

// A sendingHost is what sending needs of the shell.
type sendingHost interface {
	say(format string, args ...any)
	complain(err error)
	tell(n notice)
	offline() bool
	signedOutBy(why error) tea.Cmd
	withHint(text string, a client.Advice) string
	roomName(room id.RoomID) string
}

// sending is the outbox of the account that is signed in, and the runner that
// sends it in the background.
type sending struct {
	host     sendingHost
	program  context.Context // ends when the program ends
	now      func() time.Time
	name     string           // what other programs call this one
	desktop  *desktopNotifier // hears when the outbox is done or cannot go on
	readings chan int         // holds the number of the last reading of the outbox

	account *client.Account // nil before signing in

	runner *client.Runner // nil if none runs
	ctx    context.Context
	cancel context.CancelFunc
	then   func() tea.Cmd // what is to be done when the runner has ended

	outbox  client.Outbox
	reading int   // which reading of the outbox that is; 0 for none yet
	err     error // why it cannot be
	trouble error // why nothing can be sent now
	next    countdown
	toldOf  int64 // when those were queued that the last notice was about
}

// newSending returns the outbox of a shell on which no account is signed in.
func newSending(sh *shell) sending {
	s := sending{
		host: sh, program: sh.ctx, now: sh.now, name: cmp.Or(sh.opt.Sender, "the screen"),
		desktop: &sh.desktop, readings: make(chan int, 1),
	}
	s.readings <- 0
	return s
}

// start sends what is in the outbox of an account for as long as the account is
// signed in.
func (s *sending) start(account *client.Account) tea.Cmd {
	s.account = account
	s.ctx, s.cancel = context.WithCancel(s.program)
	s.runner, s.then = account.Runner(s.name), nil
	return tea.Batch(s.nextTurn(), s.read())
}

// turnMsg tells every screen what a runner brought.
type turnMsg struct {
	runner *client.Runner
	turn   client.Turn
}

// nextTurn asks the runner for what comes of the next invite. It is not asked
// again after it has ended, and lets go of the outbox then.
func (s *sending) nextTurn() tea.Cmd {
	ctx, runner := s.ctx, s.runner
	return func() tea.Msg {
		turn := runner.Next(ctx)
		if turn.Final {
			runner.Close()
		}
		return turnMsg{runner, turn}
	}
}

// stop ends the runner, and then calls a function: a request that is under way is
// finished before.
func (s *sending) stop(then func() tea.Cmd) tea.Cmd {
	if s.runner == nil {
		return then()
	}
	s.then = then
	s.cancel()
	return nil
}

// abandon leaves the runner to end by itself, and forgets the outbox. What the
// runner still brings is ignored.
func (s *sending) abandon() {
	if s.cancel != nil {
		s.cancel()
	}
	*s = sending{host: s.host, program: s.program, now: s.now, name: s.name, desktop: s.desktop, readings: s.readings}
}

// turned handles what the runner brought.
func (s *sending) turned(msg turnMsg) tea.Cmd {
	switch {
	case msg.runner != s.runner:
		return nil // of an account that is signed out
	case msg.turn.Final:
		s.cancel()
		s.runner = nil
		if s.then != nil {
			return s.then()
		}
		if gone := new(client.SignedOutError); errors.As(msg.turn.Err, &gone) {
			return s.host.signedOutBy(msg.turn.Err)
		}
		s.trouble = msg.turn.Err
		return s.read()
	}
	if err := msg.turn.Err; err != nil && s.trouble == nil && !s.host.offline() {
		s.host.complain(err) // once; the outbox goes on saying that it is so
	}
	s.trouble = msg.turn.Err
	return tea.Batch(s.nextTurn(), s.readAfter(outboxMsg{item: msg.turn.Item}, nil))
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

// read reads the outbox.
func (s *sending) read() tea.Cmd { return s.readAfter(outboxMsg{}, nil) }

// change changes the outbox; done is what is said when it is changed.
func (s *sending) change(done string, change func(context.Context, *client.Account) error) tea.Cmd {
	return s.readAfter(outboxMsg{done: done}, change)
}

// readAfter changes the outbox, if change is not nil, and reads it. Readings take
// turns and are numbered: they may arrive in another order.
func (s *sending) readAfter(msg outboxMsg, change func(context.Context, *client.Account) error) tea.Cmd {
	ctx, account, numbers := s.program, s.account, s.readings
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

// changed handles what was read of the outbox.
func (s *sending) changed(msg outboxMsg) tea.Cmd {
	if msg.account != s.account {
		return nil
	}
	var told tea.Cmd
	if msg.read > s.reading {
		before, first := s.outbox, s.reading == 0
		s.reading, s.err = msg.read, msg.err
		if msg.err == nil {
			s.outbox = msg.outbox
			if !first {
				told = s.notifyDesktop(before)
			}
		}
	}
	switch {
	case msg.refused != nil:
		s.host.complain(msg.refused)
	case msg.done != "":
		s.host.say("%s", msg.done)
	}
	return tea.Batch(s.tellOf(msg.item), s.countDown(), told)
}

// waiting is how many invites are still to be sent.
func (s *sending) waiting() int { return s.outbox.Count(client.ItemQueued, client.ItemSending) }

// elsewhere is the program that sends instead of this one; empty if none does.
func (s *sending) elsewhere() string {
	if name := s.outbox.Sender; name != s.name {
		return name
	}
	return ""
}
