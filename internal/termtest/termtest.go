// Package termtest is a terminal in memory, for tests of whole programs and for
// the screenshots.
//
// A test starts a program in it, types, and reads the screen. It must do so
// inside a [testing/synctest] bubble: there time is fake, and "the program has
// come to rest" can be known instead of guessed.
//
//	synctest.Test(t, func(t *testing.T) {
//		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model { return ui.New(ctx, …) })
//		term.Press("down", "enter")
//		term.Golden("details")
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
)

const (
	frame     = time.Second / 60       // the renderer draws this often
	restless  = 30                     // frames after which a program that never rests is looked at anyway
	latency   = time.Millisecond       // until the terminal's answers reach the program
	lonelyEsc = 101 * time.Millisecond // after it, an ESC with nothing behind it is the escape key
	linger    = time.Minute            // what a timer of the program may still take when the program has ended
)

// Terminal is a whole terminal in memory with a program running in it. Its
// methods are for the goroutine of the test.
type Terminal struct {
	tb       testing.TB
	keyboard *pipe
	display  *display
	program  *tea.Program
	hangUp   context.CancelFunc
	ended    chan struct{} // closed when the program has ended,
	err      error         // with this error
}

// Kind is a kind of terminal. The zero Kind is a modern one: dark, in true
// colour, with synchronized output and graphemes (modes 2026 and 2027).
type Kind struct {
	Light bool // has a light background
	Mute  bool // never answers a query, like the oldest ones and some lines
}

// Run starts a program in a terminal of the zero [Kind].
func Run(tb testing.TB, width, height int, model func(context.Context) tea.Model, opts ...tea.ProgramOption) *Terminal {
	tb.Helper()
	return Kind{}.Run(tb, width, height, model, opts...)
}

// Run starts the program in a terminal of width by height cells and waits until
// it is still. When the test is over the context ends and the program with it;
// that the program does not end, has panicked, or leaves a goroutine behind
// fails the test.
func (k Kind) Run(tb testing.TB, width, height int, model func(context.Context) tea.Model, opts ...tea.ProgramOption) *Terminal {
	tb.Helper()
	ctx, hangUp := context.WithCancel(tb.Context())
	term := &Terminal{
		tb:       tb,
		keyboard: newPipe(),
		display:  newDisplay(k, width, height),
		hangUp:   hangUp,
		ended:    make(chan struct{}),
	}
	opts = append([]tea.ProgramOption{
		tea.WithContext(ctx),
		tea.WithInput(term.keyboard),
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

// close ends the program and whatever belongs to the terminal.
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
	time.Sleep(linger) // Bubble Tea cannot cancel a timer, only ignore it
}

// Settle waits until the program is still: every goroutine of the bubble waits
// for something, and nothing is drawn for two frames. Fake time moves on by as
// much, and by half a second with a program that never stops drawing. A timer
// that is due later does not disturb it.
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

// Wait lets d of fake time pass, then settles.
func (term *Terminal) Wait(d time.Duration) {
	term.tb.Helper()
	time.Sleep(d)
	term.Settle()
}

// Resize gives the terminal another size, tells the program, and settles.
func (term *Terminal) Resize(width, height int) {
	term.tb.Helper()
	term.display.resize(width, height)
	go term.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	term.Settle()
}

// Lose cuts the connection, as when an SSH client vanishes: input ends, output
// fails, the program's context is over.
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

// Err is the error the program ended with. It is nil as long as it runs.
func (term *Terminal) Err() error {
	if !term.Exited() {
		return nil
	}
	return term.err
}
