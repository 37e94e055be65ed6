package host

import (
	"errors"
	"runtime/debug"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

var errPanicked = errors.New("this session ended because of an internal error")

// contained is a screen whose panics end it and nothing else. Bubble Tea would
// write them to this process's own standard error, with whatever a visitor had
// typed.
type contained struct {
	tea.Model

	report func(value any, stack []byte)
	broken *atomic.Bool
	quit   func() // ends the program from outside of its loop
}

func contain(m tea.Model, report func(any, []byte), quit func()) contained {
	return contained{m, report, new(atomic.Bool), quit}
}

// caught is deferred around everything that is the screen's own.
func (c contained) caught() {
	if r := recover(); r != nil {
		c.broken.Store(true)
		c.report(r, debug.Stack())
		go c.quit()
	}
}

// beside does what belongs to the screen and runs beside it.
func (c contained) beside(f func()) {
	defer c.caught()
	f()
}

// Init starts the screen.
func (c contained) Init() tea.Cmd {
	defer c.caught()
	return c.guard(c.Model.Init())
}

// Update changes the screen.
func (c contained) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	next = c // even if what follows panics
	if !c.broken.Load() {
		defer c.caught()
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
	defer c.caught()
	return c.Model.View()
}

// guard has a command's panics caught, and those of the commands it brings.
func (c contained) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer c.caught()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i, cmd := range batch {
				batch[i] = c.guard(cmd)
			}
		}
		return msg
	}
}
