package host

import (
	"errors"
	"runtime/debug"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

var errPanicked = errors.New("this session ended because of an internal error")

// contained is a screen that ends when it panics, without ending the process.
// Bubble Tea would write the panic to the standard error of the process, with text
// that a visitor typed.
type contained struct {
	tea.Model

	report func(value any, stack []byte)
	broken *atomic.Bool
	quit   func() // ends the program; must not be called in the update loop
}

func contain(m tea.Model, report func(any, []byte), quit func()) contained {
	return contained{m, report, new(atomic.Bool), quit}
}

// recoverPanic recovers from a panic. It must be deferred.
func (c contained) recoverPanic() {
	if r := recover(); r != nil {
		c.broken.Store(true)
		c.report(r, debug.Stack())
		go c.quit()
	}
}

// run calls f and recovers from its panics. Goroutines of the screen use it.
func (c contained) run(f func()) {
	defer c.recoverPanic()
	f()
}

// Init starts the screen.
func (c contained) Init() tea.Cmd {
	defer c.recoverPanic()
	return c.guard(c.Model.Init())
}

// Update handles a message.
func (c contained) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	next = c // also if the next call panics
	if !c.broken.Load() {
		defer c.recoverPanic()
		c.Model, cmd = c.Model.Update(msg)
		next, cmd = c, c.guard(cmd)
	}
	return next, cmd
}

// View draws the screen.
func (c contained) View() (v tea.View) {
	v = tea.NewView(" ")
	v.AltScreen = true
	if c.broken.Load() {
		return v
	}
	defer c.recoverPanic()
	return c.Model.View()
}

// guard returns a command that recovers from panics, also in the commands of a
// batch.
func (c contained) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer c.recoverPanic()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i, cmd := range batch {
				batch[i] = c.guard(cmd)
			}
		}
		return msg
	}
}
