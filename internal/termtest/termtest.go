// Package termtest runs a whole program in a terminal in memory, for tests and
// for the screenshots.
//
// A test starts a program, types, and reads the screen. It has to run in a
// [testing/synctest] bubble: time is fake there, and the test knows when the
// program is idle.
//
//	synctest.Test(t, func(t *testing.T) {
//	\tterm := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model { return ui.New(ctx, …) })
//	\tterm.Press("down", "enter")
//	\tterm.Golden("details")
//	})
package termtest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/internal/terminput"
)

const (
	frame    = time.Second / 60 // time between two frames of the renderer
	restless = 30               // frames after which Settle stops waiting for a program that is never idle
	latency  = time.Millisecond // until a reply of the terminal reaches the program
	linger   = time.Minute      // time limit for the program and its timers to end
)

// A Terminal is a terminal in memory with a program running in it. Its methods
// may only be called in the goroutine of the test.
type Terminal struct {
	tb       testing.TB
	kind     Kind
	keyboard *pipe
	display  *display
	program  *tea.Program
	hangUp   context.CancelFunc
	ended    chan struct{} // closed when the program has ended
	err      error         // the program's error; valid after ended is closed
}

// A Kind is a kind of terminal. The zero Kind is a modern one: dark, in true
// color, with synchronized output and graphemes (modes 2026 and 2027).
type Kind struct {
	Light bool // has a light background
	Mute  bool // does not reply to queries, like very old terminals and some connections
	Far   bool // is at the other end of a connection
}

// waits returns how long the program waits for the rest of a sequence.
func (k Kind) waits() terminput.Waits {
	if k.Far {
		return terminput.Remote()
	}
	return terminput.Local()
}

// Run starts a program in a terminal of the zero [Kind].
func Run(tb testing.TB, width, height int, model func(context.Context) tea.Model, opts ...tea.ProgramOption) *Terminal {
	tb.Helper()
	return Kind{}.Run(tb, width, height, model, opts...)
}

// Run starts the program in a terminal of width by height cells and waits until
// it is idle. At the end of the test, the context ends, and the program has to
// end with it. The test fails if the program does not end, panics or leaves a
// goroutine behind.
func (k Kind) Run(tb testing.TB, width, height int, model func(context.Context) tea.Model, opts ...tea.ProgramOption) *Terminal {
	tb.Helper()
	ctx, hangUp := context.WithCancel(tb.Context())
	term := &Terminal{
		tb:       tb,
		kind:     k,
		keyboard: newPipe(),
		display:  newDisplay(k, width, height),
		hangUp:   hangUp,
		ended:    make(chan struct{}),
	}
	opts = append([]tea.ProgramOption{
		tea.WithContext(ctx),
		tea.WithInput(terminput.NewReader(term.keyboard, k.waits())),
		tea.WithOutput(term.display),
		tea.WithWindowSize(width, height),
		tea.WithColorProfile(colorprofile.TrueColor),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "COLORTERM=truecolor"}),
		tea.WithoutSignalHandler(),
	}, opts...)
	term.program = tea.NewProgram(model(ctx), opts...)
	go deliver(term.keyboard, term.display, latency)
	go func() {
		defer close(term.ended)
		_, term.err = term.program.Run()
	}()
	tb.Cleanup(term.close)
	term.Settle()
	return term
}

// close ends the program and the terminal.
func (term *Terminal) close() {
	term.hangUp()
	select {
	case <-term.ended:
	case <-time.After(linger):
		term.tb.Errorf("the program does not end with its context")
	}
	if err := term.Err(); errors.Is(err, tea.ErrProgramPanic) {
		term.tb.Errorf("the program has panicked (see standard error): %v", err)
	}
	_ = term.keyboard.Close()
	term.display.hangUp()
	time.Sleep(linger) // Bubble Tea ignores expired timers, but cannot cancel them
}

// Settle waits until the program is idle: all goroutines of the bubble are
// blocked, and there is no output for two frames. Fake time advances by two
// frames, or by half a second if the program never stops drawing. Later timers
// do not matter.
func (term *Terminal) Settle() {
	term.tb.Helper()
	synctest.Wait()
	still := 0
	for range restless {
		before := term.display.count()
		time.Sleep(frame)
		synctest.Wait()
		if still++; term.display.count() != before {
			still = 0
		}
		if still == 2 {
			return
		}
	}
}

// Wait advances fake time by d, then settles.
func (term *Terminal) Wait(d time.Duration) {
	term.tb.Helper()
	time.Sleep(d)
	term.Settle()
}

// Resize changes the size of the terminal and settles.
func (term *Terminal) Resize(width, height int) {
	term.tb.Helper()
	term.display.resize(width, height)
	go term.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	term.Settle()
}

// Lose simulates a lost connection, as when an SSH client vanishes: input ends,
// output fails and the program's context ends.
func (term *Terminal) Lose() {
	term.tb.Helper()
	_ = term.keyboard.Close()
	term.display.hangUp()
	term.hangUp()
	term.Settle()
}

// Exited reports whether the program has ended.
func (term *Terminal) Exited() bool {
	select {
	case <-term.ended:
		return true
	default:
		return false
	}
}

// Err returns the error the program ended with. It is nil while the program
// runs.
func (term *Terminal) Err() error {
	if !term.Exited() {
		return nil
	}
	return term.err
}
