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

// A sendingHost is the part of the shell that sending uses.
type sendingHost interface {
	ShowSuccess(format string, args ...any)
	ShowError(err error)
	ShowNotice(n Notice)
	Offline() bool
	SessionEnded(why error) tea.Cmd
	WithHint(text string, a client.Advice) string
	RoomName(room id.RoomID) string
	resumeKeys(decision bool) string
}

// Sending holds the outbox of the signed-in account, and the runner that sends it in
// the background.
type Sending struct {
	host     sendingHost
	program  context.Context // ends when the program ends
	now      func() time.Time
	name     string           // the name that other programs show for this one
	desktop  *desktopNotifier // is informed when the outbox is finished or waits for the user
	readings chan int         // the number of the latest read of the outbox

	account *client.Account // nil before signing in

	Runner *client.Runner // nil if sending has stopped
	ctx    context.Context
	cancel context.CancelFunc
	then   func() tea.Cmd // the function to call when the runner has ended

	Outbox  client.Outbox
	Reading int   // the number of the read that Items come from; 0 if there was none yet
	Err     error // why the outbox cannot be read
	Trouble error // why nothing can be sent now
	Next    countdown
	toldOf  int64 // the queue time of the batch of the last notice
}

// newSending returns the state of a shell without an account.
func newSending(sh *Shell) Sending {
	s := Sending{
		host: sh, program: sh.Ctx, now: sh.Now, name: cmp.Or(sh.Options.Sender, "the screen"),
		desktop: &sh.Desktop, readings: make(chan int, 1),
	}
	s.readings <- 0
	return s
}

// start sends the outbox of an account until the account signs out.
func (s *Sending) start(account *client.Account) tea.Cmd {
	s.account = account
	s.ctx, s.cancel = context.WithCancel(s.program)
	s.Runner, s.then = account.Runner(s.name), nil
	return tea.Batch(s.nextTurn(), s.Read())
}

// turnMsg delivers a result of a runner to every screen.
type turnMsg struct {
	runner *client.Runner
	turn   client.Turn
}

// nextTurn waits for the next result of the runner. After the runner's end it releases
// the outbox and is not called again.
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

// Stop stops the runner after the current request has finished, and then calls a
// function.
func (s *Sending) Stop(then func() tea.Cmd) tea.Cmd {
	if s.Runner == nil {
		return then()
	}
	s.then = then
	s.cancel()
	return nil
}

// Abandon drops the outbox without waiting for the runner to end. Later results of the
// runner are ignored.
func (s *Sending) Abandon() {
	if s.cancel != nil {
		s.cancel()
	}
	*s = Sending{host: s.host, program: s.program, now: s.now, name: s.name, desktop: s.desktop, readings: s.readings}
}

// turned handles a result of the runner.
func (s *Sending) turned(msg turnMsg) tea.Cmd {
	switch {
	case msg.runner != s.Runner:
		return nil // the account has signed out
	case msg.turn.Final:
		s.cancel()
		s.Runner = nil
		if s.then != nil {
			return s.then()
		}
		if gone := new(client.SignedOutError); errors.As(msg.turn.Err, &gone) {
			return s.host.SessionEnded(msg.turn.Err)
		}
		s.Trouble = msg.turn.Err
		return s.Read()
	}
	if err := msg.turn.Err; err != nil && s.Trouble == nil && !s.host.Offline() && !s.Stalled() {
		s.host.ShowError(err) // say it once; the outbox page keeps showing it
	}
	s.Trouble = msg.turn.Err
	return tea.Batch(s.nextTurn(), s.readAfter(OutboxMsg{item: msg.turn.Item}, nil))
}

// OutboxMsg informs every screen about the present state of the outbox, and why it was
// read.
type OutboxMsg struct {
	account *client.Account
	outbox  client.Outbox
	read    int // the number of the read
	err     error

	item    client.Item // the result of sending an item; Number is 0 without one
	done    string      // the notice about a change by the user,
	refused error       // or why the change failed
}

// Read reads the outbox.
func (s *Sending) Read() tea.Cmd { return s.readAfter(OutboxMsg{}, nil) }

// Change changes the outbox and then shows the notice done.
func (s *Sending) Change(done string, change func(context.Context, *client.Account) error) tea.Cmd {
	return s.readAfter(OutboxMsg{done: done}, change)
}

// readAfter calls change, if it is not nil, and then reads the outbox. The reads run
// one after the other and have numbers, because their results may arrive in another
// order.
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

// changed handles a new state of the outbox.
func (s *Sending) changed(msg OutboxMsg) tea.Cmd {
	if msg.account != s.account {
		return nil
	}
	var told tea.Cmd
	if msg.read > s.Reading {
		before, first := s.Outbox, s.Reading == 0
		s.Reading, s.Err = msg.read, msg.err
		if msg.err == nil {
			stall := s.Outbox.Stall
			s.Outbox = msg.outbox
			defer s.tellStall(stall)
			if !first {
				told = s.notifyDesktop(before)
			}
		}
	}
	switch {
	case msg.refused != nil:
		s.host.ShowError(msg.refused)
	case msg.done != "":
		s.host.ShowSuccess("%s", msg.done)
	}
	return tea.Batch(s.showResult(msg.item), s.countDown(), told)
}

// shownStall is the shortest wait that the screen explains.
const shownStall = 10 * time.Second

// Stalled reports whether nothing is sent for a reason other than that the user has paused
// the outbox, until the user decides or for a while.
func (s *Sending) Stalled() bool {
	stall := s.Outbox.Stall
	return s.Waiting() > 0 && (stall.Decision() || stall.Wait >= shownStall && stall.Until().After(s.now()))
}

// Waiting returns the number of invites that are still to be sent.
func (s *Sending) Waiting() int { return s.Outbox.Count(client.ItemQueued, client.ItemSending) }

// OtherSender returns the name of another program that sends this outbox; empty if there
// is none.
func (s *Sending) OtherSender() string {
	if name := s.Outbox.Sender; name != s.name {
		return name
	}
	return ""
}
