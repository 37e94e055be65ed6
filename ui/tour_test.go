package ui

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// A lockedModel can be inspected while the program runs.
type lockedModel struct {
	*shell.Model
	mu sync.Mutex
}

func (g *lockedModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, cmd := g.Model.Update(msg)
	return g, cmd
}

func (g *lockedModel) View() tea.View {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Model.View()
}

// startTour runs the program in the demo, with the tour.
func startTour(t *testing.T, width, height int) (*termtest.Terminal, *lockedModel) {
	t.Helper()
	w := sandbox.Demo(sandbox.Options{Seed: 7, Now: time.Now})
	w.LimitDemo()
	ctx, cancel := context.WithCancel(t.Context())
	var people sync.WaitGroup
	people.Go(func() { w.Simulate(ctx, 20*time.Second) })
	t.Cleanup(func() { cancel(); people.Wait() })
	n := &testWorld{World: w, t: t, ada: "@ada:example.org"}
	r := &shell.Demo{Speed: sandbox.DemoSpeed, Tour: true}
	for _, a := range sandbox.DemoAddresses() {
		r.Addresses = append(r.Addresses, shell.Suggestion(a))
	}
	model := &lockedModel{}
	opt := n.options()
	account := n.accountWith(t, opt)
	term := termtest.Run(t, width, height, func(ctx context.Context) tea.Model {
		model.Model = New(ctx, shell.Options{Location: time.UTC, Client: opt, Account: account, Demo: r})
		return model
	})
	term.Wait(time.Second) // until the keys are checked
	return term, model
}

// The tour continues when the user has done what a step says.
func TestTour(t *testing.T) {
	for _, size := range sizes() {
		synctest.Test(t, func(t *testing.T) {
			term, model := startTour(t, size[0], size[1])
			at := func(step int) {
				t.Helper()
				if !strings.Contains(term.Screen(), fmt.Sprintf(" %d of 8 ", step)) {
					t.Fatalf("%v: not at step %d:\n%s", size, step, term.Screen())
				}
				term.Golden(fmt.Sprintf("step %d", step))
				model.mu.Lock()
				defer model.mu.Unlock()
				fits(t, term, model.Model)
			}
			at(1)
			term.Press("enter")
			at(2)
			term.Press("esc")
			at(3)
			term.Press("i")
			term.Golden("suggested")
			term.Press("tab", "enter")
			term.Wait(time.Second)
			term.Golden("terms")
			term.Press("a")
			term.Wait(time.Second)
			term.Golden("preview")
			term.Press("enter")
			term.Wait(time.Second)
			at(4)
			term.Wait(40 * time.Second)
			at(5)
			term.Press("i", "down", "down", "down", "down", "down", "enter", "enter")
			term.Wait(time.Second)
			term.Golden("eight")
			term.Press("enter")
			term.Wait(time.Second)
			at(6)
			term.Press("o")
			at(7)
			term.Wait(80 * time.Second)
			if s := term.Screen(); strings.Contains(s, "queued") {
				t.Errorf("%v: the outbox is not empty:\n%s", size, s)
			}
			term.Press("esc", "/")
			term.Send("status:pending by:ada\r")
			term.Press("x", "y")
			at(8)
			term.Press("?")
			if s := term.Screen(); strings.Contains(s, "of 8") {
				t.Errorf("%v: the tour does not end:\n%s", size, s)
			}
			term.Wait(10 * time.Second)
		})
	}
}

func TestTourIsSkippedEndedAndStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term, _ := startTour(t, 80, 24)
		shows := func(what string) bool { return strings.Contains(term.Screen(), what) }
		term.Wait(time.Hour)
		if !shows(" 1 of 8 ") {
			t.Error("time alone goes on:\n" + term.Screen())
		}
		term.Press("j", "k", "s", "ctrl+n")
		if !shows(" 2 of 8 ") && !shows(" 3 of 8 ") { // the second step is done on the first screen
			t.Error("not skipped:\n" + term.Screen())
		}
		term.Press("i", "ctrl+n") // the user types text there
		if !shows(" 4 of 8 ") {
			t.Error("not skipped in a form:\n" + term.Screen())
		}
		term.Press("ctrl+x")
		if shows("of 8") {
			t.Error("not ended:\n" + term.Screen())
		}
		term.Press("esc", ":")
		term.Send("tour\r")
		if !shows(" 1 of 8 ") {
			t.Error("not started again:\n" + term.Screen())
		}
		for range 8 {
			term.Press("ctrl+n")
		}
		if shows("of 8") {
			t.Error("not over:\n" + term.Screen())
		}
	})
}

// The form says how to clear a draft while the tour is shown. The tour has other keys.
func TestDraftIsClearedDuringTheTour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term, _ := startTour(t, 80, 24)
		term.Press("i")
		term.Send("edith@clarke.example")
		term.Press("esc", "esc", "i", "ctrl+l")
		if s := term.Screen(); strings.Contains(s, "draft") || !strings.Contains(s, " of 8 ") {
			t.Error(s)
		}
	})
}

// No text of the tour is cut in the smallest terminal.
func TestTourFitsIntoASmallTerminal(t *testing.T) {
	sh := shell.New(t.Context(), shell.Options{Demo: &shell.Demo{Speed: 20}}, allPages())
	sh.Width = shell.MinWidth
	for n, step := range sh.Tour.Steps {
		sh.Tour.GoTo(n + 1)
		shown := strings.Join(strings.Fields(ansi.Strip(sh.Tour.Lines())), " ")
		for word := range strings.FieldsSeq(step.Text) {
			if !strings.Contains(shown, word) {
				t.Errorf("step %d lacks %q: %s", n+1, word, shown)
			}
		}
	}
}

func TestNoTourOutsideTheDemo(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("T", "ctrl+n", "ctrl+x", ":")
		term.Send("tour")
		if s := term.Screen(); strings.Contains(s, " of 8") || strings.Contains(s, "start the tour") {
			t.Error(s)
		}
	})
}

func TestEmptyListsSayWhatToDo(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			for _, room := range []string{n.compilers, n.ops, n.plan9} {
				if err := n.Leave(room, n.ada); err != nil {
					t.Fatal(err)
				}
			}
			term := n.startAsAda(t, size[0], size[1])
			term.Golden("no rooms")
			term.Press("r")
			term.Golden("rooms")
			term.Press("esc", "o")
			term.Golden("outbox")
		})
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.compilers, "lin@kernel.example")
			term := n.startAsAda(t, size[0], size[1])
			term.Press("/")
			term.Send("nobody\r")
			term.Golden("nothing matches")
		})
	}
}
