package termtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

// A page is a program in one function: it gets a message and its current text,
// and returns the new text and a command.
type page struct {
	text   string
	turns  int
	view   tea.View
	start  tea.Cmd
	update func(p *page, msg tea.Msg) tea.Cmd
}

func (p *page) Init() tea.Cmd { return p.start }

func (p *page) Update(msg tea.Msg) (tea.Model, tea.Cmd) { return p, p.update(p, msg) }

func (p *page) View() tea.View {
	v := p.view
	v.Content = p.text
	v.AltScreen = true
	return v
}

// show runs p in a terminal of 40 by 6 cells.
func show(tb testing.TB, p *page) *Terminal {
	tb.Helper()
	return Run(tb, 40, 6, func(context.Context) tea.Model { return p })
}

// note is a page to type text on; ctrl+q quits.
func note() *page {
	p := &page{text: "Your name?\n> ", update: func(p *page, msg tea.Msg) tea.Cmd {
		switch msg := msg.(type) {
		case tea.KeyPressMsg:
			switch msg.String() {
			case "ctrl+q":
				return tea.Quit
			case "ctrl+y":
				return tea.SetClipboard("copied; twice")
			case "enter":
				p.text += "\n> "
			default:
				p.text += msg.Text
			}
		case tea.PasteMsg:
			p.text += fmt.Sprintf("%q", msg.Content)
		}
		lines := strings.Split(p.text, "\n")
		p.view.Cursor = tea.NewCursor(lipgloss.Width(lines[len(lines)-1]), len(lines)-1)
		return nil
	}}
	p.view.WindowTitle = "note; one"
	return p
}

func TestTypedTextIsOnTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := show(t, note())
		term.Press("a", "d", "a", "enter", "space", "é", "界")
		if want := "Your name?\n> ada\n>  é界\n"; term.Screen() != want {
			t.Errorf("the screen is %q, want %q", term.Screen(), want)
		}
		if x, y, visible := term.Cursor(); x != 6 || y != 2 || !visible {
			t.Errorf("the cursor is at %d,%d, visible: %v", x, y, visible)
		}
		if w := term.Cell(4, 2).Width; w != 2 {
			t.Errorf("a wide cell is %d wide", w)
		}
		if got := term.Cell(99, 99).Content; got != "" {
			t.Errorf("off the screen there is %q", got)
		}
		term.Golden("typed")
	})
}

// TestScreenShowsWhatTheProgramDraws draws at random, so that the renderer uses
// all its optimizations.
func TestScreenShowsWhatTheProgramDraws(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		words := []string{"a", "bb", "----------", "          ", "界", "é", "\x1b[1;31mred\x1b[m", "\x1b[44m     \x1b[m", "नमस्ते"}
		var lines []string
		p := &page{text: "start", update: func(p *page, msg tea.Msg) tea.Cmd {
			if _, ok := msg.(tea.KeyPressMsg); !ok {
				return nil
			}
			switch random.IntN(4) {
			case 0: // scroll
				lines = append(lines[min(len(lines), 1):], "new")
			case 1: // change one line
				if len(lines) > 0 {
					lines[random.IntN(len(lines))] += words[random.IntN(len(words))]
				}
			default: // another page
				lines = lines[:0]
				for range random.IntN(7) {
					var line strings.Builder
					for range random.IntN(8) {
						line.WriteString(words[random.IntN(len(words))])
					}
					lines = append(lines, line.String())
				}
			}
			p.text = " " + strings.Join(lines, "\n")
			return nil
		}}
		term := show(t, p)
		for i := range 500 {
			term.Send("x")
			want := strings.Split(ansi.Strip(p.text), "\n")
			for i := range want {
				want[i] = strings.TrimRight(ansi.Truncate(want[i], 40, ""), " ")
			}
			drawn := strings.TrimRight(strings.Join(want, "\n"), "\n") + "\n"
			if diff := cmp.Diff(drawn, term.Screen()); diff != "" {
				t.Fatalf("frame %d (-drawn +screen):\n%s", i, diff)
			}
		}
	})
}

func TestPanicFailsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{TB: t}
		term := show(r, &page{text: "calm", update: func(_ *page, msg tea.Msg) tea.Cmd {
			if _, ok := msg.(tea.KeyPressMsg); ok {
				panic("on purpose")
			}
			return nil
		}})
		term.Press("x")
		if !term.Exited() {
			t.Error("it goes on")
		}
		r.cleanup()
		if len(r.errors) != 1 || !strings.Contains(r.errors[0], "panicked") {
			t.Errorf("reported %q", r.errors)
		}
	})
}

func TestPasteIsOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := show(t, note())
		term.Paste("a@b\nc@d")
		if !strings.Contains(term.Screen(), `> "a@b\rc@d"`) {
			t.Error(term.Screen())
		}
	})
}

func TestTitleAndClipboard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := show(t, note())
		term.Press("ctrl+y")
		if term.Title() != "note; one" || term.Clipboard() != "copied; twice" {
			t.Errorf("title %q, clipboard %q", term.Title(), term.Clipboard())
		}
	})
}

func TestQuitEndsTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := show(t, note())
		if term.Exited() || term.Err() != nil {
			t.Fatal("ended too early")
		}
		term.Press("ctrl+q")
		if !term.Exited() || term.Err() != nil {
			t.Errorf("ended: %v, error: %v", term.Exited(), term.Err())
		}
		term.Press("x")
		term.Resize(10, 10)
	})
}

func TestNothingIsWrittenWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := show(t, note())
		if len(term.Raw()) == 0 {
			t.Error("nothing was written at the start")
		}
		term.Wait(time.Minute)
		if raw := term.Raw(); len(raw) != 0 {
			t.Errorf("wrote %q", raw)
		}
		term.Send("x")
		if raw := string(term.Raw()); !strings.Contains(raw, "x") {
			t.Errorf("wrote %q", raw)
		}
	})
}

// TestKeysAreReportedByTheirNames presses every named key and compares the name that
// Bubble Tea reports.
func TestKeysAreReportedByTheirNames(t *testing.T) {
	keys := strings.Fields("enter tab esc backspace space a Z ? é 界 + alt++ shift+tab ctrl+space ctrl+enter " +
		"ctrl+a ctrl+c ctrl+z ctrl+\\ alt+x alt+enter alt+esc ctrl+alt+x ctrl+shift+tab ctrl+?")
	for _, name := range strings.Fields("up down left right home end insert delete pgup pgdown " +
		"f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12") {
		keys = append(keys, name, "shift+"+name, "ctrl+"+name, "alt+"+name, "ctrl+alt+shift+"+name)
	}
	p := &page{update: func(p *page, msg tea.Msg) tea.Cmd {
		if msg, ok := msg.(tea.KeyPressMsg); ok {
			p.text += msg.String() + "\n"
		}
		return nil
	}}
	synctest.Test(t, func(t *testing.T) {
		term := show(t, p)
		for _, key := range keys {
			p.text = ""
			term.Press(key)
			if p.text != key+"\n" {
				s, _ := keystroke(key)
				t.Errorf("pressed %s (%q), the program received %q", key, s, p.text)
			}
		}
	})
}

func TestMouse(t *testing.T) {
	p := &page{update: func(p *page, msg tea.Msg) tea.Cmd {
		if msg, ok := msg.(tea.MouseMsg); ok {
			m := msg.Mouse()
			p.text += fmt.Sprintf("%s %d,%d\n", m.Button, m.X, m.Y)
		}
		return nil
	}}
	synctest.Test(t, func(t *testing.T) {
		term := show(t, p)
		term.Click(1, 1)
		if got := term.Screen(); got != "\n" {
			t.Errorf("a program that did not ask for the mouse heard %q", got)
		}
		p.view.MouseMode = tea.MouseModeCellMotion
		term.Send("x")
		term.Click(3, 4)
		term.Wheel(5, 0, 2)
		term.Wheel(5, 0, -1)
		if got, want := term.Screen(), "left 3,4\nleft 3,4\nwheeldown 5,0\nwheeldown 5,0\nwheelup 5,0\n"; got != want {
			t.Errorf("received %q, want %q", got, want)
		}
	})
}

func TestResize(t *testing.T) {
	p := &page{update: func(p *page, msg tea.Msg) tea.Cmd {
		if msg, ok := msg.(tea.WindowSizeMsg); ok {
			p.text = fmt.Sprintf("%s\n%dx%d", strings.Repeat("-", msg.Width), msg.Width, msg.Height)
		}
		return nil
	}}
	synctest.Test(t, func(t *testing.T) {
		term := show(t, p)
		for _, size := range [][2]int{{20, 3}, {60, 9}} {
			term.Resize(size[0], size[1])
			if want := fmt.Sprintf("%s\n%dx%d\n", strings.Repeat("-", size[0]), size[0], size[1]); term.Screen() != want {
				t.Errorf("the screen is %q, want %q", term.Screen(), want)
			}
			if w, h := term.Size(); w != size[0] || h != size[1] {
				t.Errorf("the size is %dx%d, want %v", w, h, size)
			}
		}
	})
}

// tick sends a message every d.
func tick(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(t time.Time) tea.Msg { return t })
}

// spinner is a page that never stops drawing.
func spinner(d time.Duration) *page {
	return &page{text: "0 turns", start: tick(d), update: func(p *page, msg tea.Msg) tea.Cmd {
		if _, ok := msg.(time.Time); !ok {
			return nil
		}
		p.turns++
		p.text = fmt.Sprint(p.turns, " turns")
		return tick(d)
	}}
}

func TestSettleReturnsDespiteASpinner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := show(t, spinner(130*time.Millisecond))
		term.Wait(time.Second)
		if got := term.Screen(); got != "8 turns\n" {
			t.Errorf("after a second the screen is %q", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		term := show(t, spinner(time.Millisecond))
		start := time.Now()
		term.Settle()
		if d := time.Since(start); d != restless*frame {
			t.Errorf("settling took %v", d)
		}
	})
}

func TestSettleWaitsForAChainOfMessages(t *testing.T) {
	type link int
	p := &page{start: func() tea.Msg { return link(0) }}
	p.update = func(p *page, msg tea.Msg) tea.Cmd {
		if n, ok := msg.(link); ok {
			p.text = fmt.Sprint("link ", n)
			if n < 1000 {
				return func() tea.Msg { return n + 1 }
			}
		}
		return nil
	}
	synctest.Test(t, func(t *testing.T) {
		term := show(t, p)
		if got := term.Screen(); got != "link 1000\n" {
			t.Errorf("the screen is %q", got)
		}
	})
}

func TestSettleDoesNotWaitForLongTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := Run(t, 40, 6, func(ctx context.Context) tea.Model {
			return &page{
				text: "waiting",
				start: func() tea.Msg {
					<-ctx.Done()
					return ctx.Err()
				},
				update: func(*page, tea.Msg) tea.Cmd { return nil },
			}
		})
		if got := term.Screen(); got != "waiting\n" {
			t.Errorf("the screen is %q", got)
		}
	})
}

func TestTerminalAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		kind   Kind
		screen string
		synced bool
	}{
		"dark":  {Kind{}, "dark: true\n", true},
		"light": {Kind{Light: true}, "dark: false\n", true},
		"mute":  {Kind{Mute: true}, "\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				term := c.kind.Run(t, 40, 6, func(context.Context) tea.Model {
					return &page{
						start: tea.Batch(tea.RequestBackgroundColor, tea.Raw("\x1b[c\x1b[6n")),
						update: func(p *page, msg tea.Msg) tea.Cmd {
							if msg, ok := msg.(tea.BackgroundColorMsg); ok {
								p.text = fmt.Sprint("dark: ", msg.IsDark())
							}
							return nil
						},
					}
				})
				if term.Screen() != c.screen {
					t.Errorf("the screen is %q, want %q", term.Screen(), c.screen)
				}
				if synced := strings.Contains(string(term.Raw()), "\x1b[?2026h"); synced != c.synced {
					t.Errorf("synchronized output: %v", synced)
				}
			})
		})
	}
}

func TestLoseEndsTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := show(t, note())
		term.Raw()
		term.Lose()
		if !errors.Is(term.Err(), context.Canceled) {
			t.Errorf("ended: %v, error: %v", term.Exited(), term.Err())
		}
		if raw := term.Raw(); len(raw) != 0 {
			t.Errorf("wrote %q after the end of the program", raw)
		}
	})
}

func TestOptionsComeLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &page{update: func(p *page, msg tea.Msg) tea.Cmd {
			if env, ok := msg.(tea.EnvMsg); ok {
				p.text = env.Getenv("TERM")
			}
			return nil
		}}
		term := Run(t, 40, 6, func(context.Context) tea.Model { return p }, tea.WithEnvironment([]string{"TERM=screen"}))
		if got := term.Screen(); got != "screen\n" {
			t.Errorf("the screen is %q", got)
		}
	})
}

// TestRunsAreDeterministic runs the same input twice and compares the output.
func TestRunsAreDeterministic(t *testing.T) {
	var runs []string
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			p := note()
			p.start = tick(time.Second)
			term := show(t, p)
			term.Send("hello")
			term.Press("enter", "esc", "up")
			term.Wait(5 * time.Second)
			term.Resize(30, 5)
			runs = append(runs, string(term.Raw()))
		})
	}
	if runs[0] != runs[1] {
		t.Errorf("one run wrote\n%q\nand another\n%q", runs[0], runs[1])
	}
}

// recorder is a testing.TB whose failures are recorded.
type recorder struct {
	testing.TB
	name     string
	errors   []string
	cleanups []func()
}

func (r *recorder) Name() string { return r.name }

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) cleanup() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

// stuck is a note whose Update blocks at "!" until it is released.
func stuck() (p *page, release chan struct{}) {
	p, release = note(), make(chan struct{})
	update := p.update
	p.update = func(p *page, msg tea.Msg) tea.Cmd {
		if msg, ok := msg.(tea.KeyPressMsg); ok && msg.Text == "!" {
			<-release
		}
		return update(p, msg)
	}
	return p, release
}

func TestTypingDoesNotBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, release := stuck()
		term := show(t, p)
		term.Send("!")
		term.Send(strings.Repeat("x", 999))
		if strings.Contains(term.Screen(), "!") {
			t.Error("it was not stuck")
		}
		close(release)
		term.Settle()
		if n := strings.Count(p.text, "x"); n != 999 {
			t.Errorf("%d keys arrived", n)
		}
	})
}

func TestProgramThatDoesNotEndFailsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, release := stuck()
		r := &recorder{TB: t}
		term := show(r, p)
		term.Send("!")
		time.AfterFunc(linger+time.Second, func() { close(release) })
		r.cleanup()
		if len(r.errors) != 1 || !strings.Contains(r.errors[0], "does not end") {
			t.Errorf("reported %q", r.errors)
		}
	})
}
