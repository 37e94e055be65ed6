package shell

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// tourHeight is the number of lines that the tour takes above the footer. The page
// gets smaller by these lines, so that the tour covers nothing.
const tourHeight = 2

// A Tour shows the demo in steps. A step ends when the user has done what it says, or
// skips it.
type Tour struct {
	sh    *Shell
	Steps []TourStep  // empty outside of the demo
	step  int         // counted from 1; 0 if the tour is not running
	done  func() bool // reports whether the user has done what the step says
}

// A TourStep tells the user what to do next.
type TourStep struct {
	Text string // at most two lines of a small terminal, with the keys
	// Begin is called when the step begins. It returns a function that reports whether
	// the user has done what the step says.
	Begin func(*Shell) func() bool
}

// newTour returns the tour of a shell. It has steps only in the demo.
func newTour(sh *Shell) Tour {
	t := Tour{sh: sh}
	if sh.Options.Demo != nil {
		t.Steps = sh.pages.Tour(sh)
	}
	return t
}

// shown reports whether a step of the tour is shown.
func (t *Tour) shown() bool { return t.step > 0 && t.sh.Account != nil }

// height returns the number of lines that the tour takes now.
func (t *Tour) height() int {
	if t.shown() {
		return tourHeight
	}
	return 0
}

// GoTo begins a step of the tour. After the last one the tour is over.
func (t *Tour) GoTo(n int) {
	if n > len(t.Steps) {
		t.end()
		return
	}
	t.step, t.done = n, t.Steps[n-1].Begin(t.sh)
}

// end ends the tour.
func (t *Tour) end() { t.step, t.done = 0, nil }

// advance skips the steps that are done.
func (t *Tour) advance() {
	for t.shown() && t.done() {
		t.GoTo(t.step + 1)
	}
}

// press handles the keys of the tour, and reports whether the key was one of them.
func (t *Tour) press(msg tea.KeyPressMsg) bool {
	switch {
	case !t.shown():
		return false
	case key.Matches(msg, t.sh.Keys.TourNext):
		t.GoTo(t.step + 1)
	case key.Matches(msg, t.sh.Keys.TourEnd):
		t.end()
	default:
		return false
	}
	return true
}

// HelpKeys returns the keys of the tour; none without a tour.
func (t *Tour) HelpKeys() []key.Binding {
	if len(t.Steps) == 0 {
		return nil
	}
	k := t.sh.Keys
	return []key.Binding{k.Tour, keymap.When(t.shown(), k.TourNext), keymap.When(t.shown(), k.TourEnd)}
}

// Lines draws the current step and the keys of the tour.
func (t *Tour) Lines() string {
	sh, st, k := t.sh, t.sh.Styles, t.sh.Keys
	label := fmt.Sprintf(" %d of %d ", t.step, len(t.Steps))
	lines := append(strings.Split(cells.Wrap(t.Steps[t.step-1].Text, sh.Width-cells.Width(label)-1), "\n"), "")
	button := func(b key.Binding, does string) string {
		return sh.Button(st.Accent.Render(b.Help().Key)+st.Faint.Render(" "+does), func() tea.Cmd {
			t.press(widget.PressOf(widget.ActionOf(b)))
			return nil
		})
	}
	keys := button(k.TourNext, "skip") + "  " + button(k.TourEnd, "end") + " "
	return st.Accent.Render(label) + lines[0] + "\n" + cells.Ends(strings.Repeat(" ", cells.Width(label))+lines[1], keys, sh.Width)
}
