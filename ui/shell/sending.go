package shell

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
	Say(format string, args ...any)
	Complain(err error)
	Tell(n Notice)
	Offline() bool
	SignedOutBy(why error) tea.Cmd
	WithHint(text string, a client.Advice) string
	RoomName(room id.RoomID) string
}

// Sending is the outbox of the account that is signed in, and the runner that
// sends it in the background.
type Sending struct {
	host     sendingHost
	program  context.Context // ends when the program ends
	now      func() time.Time
	name     string           // what other programs call this one
	desktop  *desktopNotifier // hears when the outbox is done or cannot go on
	readings chan int         // holds the number of the last reading of the outbox

	account *client.Account // nil before signing in

	Runner *client.Runner // nil if none runs
	ctx    context.Context
	cancel context.CancelFunc
	then   func() tea.Cmd // what is to be done when the runner has ended

	Outbox  client.Outbox
	Reading int   // which reading of the outbox that is; 0 for none yet
	Err     error // why it cannot be
	Trouble error // why nothing can be sent now
	Next    countdown
	toldOf  int64 // when those were queued that the last notice was about
}

// newSending returns the outbox of a shell on which no account is signed in.
func newSending(sh *Shell) Sending {
	s := Sending{
		host: sh, program: sh.Ctx, now: sh.Now, name: cmp.Or(sh.Opt.Sender, "the screen"),
		desktop: &sh.Desktop, readings: make(chan int, 1),
	}
	s.readings <- 0
	return s
}

// Start sends what is in the outbox of an account for as long as the account is
// signed in.
func (s *Sending) start(account *client.Account) tea.Cmd {
	s.account = account
	s.ctx, s.cancel = context.WithCancel(s.program)
	s.Runner, s.then = account.Runner(s.name), nil
	return tea.Batch(s.nextTurn(), s.Read())
}

// turnMsg tells every screen what a runner brought.
type turnMsg struct {
	runner *client.Runner
	turn   client.Turn
}

// nextTurn asks the runner for what comes of the next invite. It is not asked
// again after it has ended, and lets go of the outbox then.
func (s *Sending) nextTurn() tea.Cmd {
	ctx, runner := s.ctx, s.Runner
	return func() tea.Msg {
		turn := runner.Next(ctx)
		if turn.Final {
			runner.Close()
		}
		return turnMsg{runner, turn}
	}
}

// Stop ends the runner, and then calls a function: a request that is under way is
// finished before.
func (s *Sending) Stop(then func() tea.Cmd) tea.Cmd {
	if s.Runner == nil {
		return then()
	}
	s.then = then
	s.cancel()
	return nil
}

// Abandon leaves the runner to end by itself, and forgets the outbox. What the
// runner still brings is ignored.
func (s *Sending) Abandon() {
	if s.cancel != nil {
		s.cancel()
	}
	*s = Sending{host: s.host, program: s.program, now: s.now, name: s.name, desktop: s.desktop, readings: s.readings}
}

// turned handles what the runner brought.
func (s *Sending) turned(msg turnMsg) tea.Cmd {
	switch {
	case msg.runner != s.Runner:
		return nil // of an account that is signed out
	case msg.turn.Final:
		s.cancel()
		s.Runner = nil
		if s.then != nil {
			return s.then()
		}
		if gone := new(client.SignedOutError); errors.As(msg.turn.Err, &gone) {
			return s.host.SignedOutBy(msg.turn.Err)
		}
		s.Trouble = msg.turn.Err
		return s.Read()
	}
	if err := msg.turn.Err; err != nil && s.Trouble == nil && !s.host.Offline() {
		s.host.Complain(err) // once; the outbox goes on saying that it is so
	}
	s.Trouble = msg.turn.Err
	return tea.Batch(s.nextTurn(), s.readAfter(OutboxMsg{item: msg.turn.Item}, nil))
}

// OutboxMsg tells every screen how the outbox is now, and why that was asked.
type OutboxMsg struct {
	account *client.Account
	outbox  client.Outbox
	read    int // the number of the reading
	err     error

	item    client.Item // something came of it; Number 0 for none
	done    string      // the person had this done,
	refused error       // or could not have it done
}

// Read reads the outbox.
func (s *Sending) Read() tea.Cmd { return s.readAfter(OutboxMsg{}, nil) }

// Change changes the outbox; done is what is said when it is changed.
func (s *Sending) Change(done string, change func(context.Context, *client.Account) error) tea.Cmd {
	return s.readAfter(OutboxMsg{done: done}, change)
}

// readAfter changes the outbox, if change is not nil, and reads it. Readings take
// turns and are numbered: they may arrive in another order.
func (s *Sending) readAfter(msg OutboxMsg, change func(context.Context, *client.Account) error) tea.Cmd {
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
func (s *Sending) changed(msg OutboxMsg) tea.Cmd {
	if msg.account != s.account {
		return nil
	}
	var told tea.Cmd
	if msg.read > s.Reading {
		before, first := s.Outbox, s.Reading == 0
		s.Reading, s.Err = msg.read, msg.err
		if msg.err == nil {
			s.Outbox = msg.outbox
			if !first {
				told = s.notifyDesktop(before)
			}
		}
	}
	switch {
	case msg.refused != nil:
		s.host.Complain(msg.refused)
	case msg.done != "":
		s.host.Say("%s", msg.done)
	}
	return tea.Batch(s.tellOf(msg.item), s.countDown(), told)
}

// Waiting is how many invites are still to be sent.
func (s *Sending) Waiting() int { return s.Outbox.Count(client.ItemQueued, client.ItemSending) }

// Elsewhere is the program that sends instead of this one; empty if none does.
func (s *Sending) Elsewhere() string {
	if name := s.Outbox.Sender; name != s.name {
		return name
	}
	return ""
}
