package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// tourHeight is how many lines above the footer the tour takes. They are its own,
// so that it covers nothing.
const tourHeight = 2

// A tour leads through the demo in steps. A step is over when the user has done
// what it says, or skips it.
type tour struct {
	sh    *shell
	steps []tourStep  // none outside of the demo
	step  int         // counted from 1; 0 if no tour is under way
	done  func() bool // reports whether the user has done what the step says
}

// A tourStep tells the user what to do next.
type tourStep struct {
	text string // at most as long as two lines of a small terminal, with the keys
	// begin is called when the step begins, and returns what reports whether the
	// user has done what it says.
	begin func(*shell) func() bool
}

// newTour returns the tour of a shell, which has steps in the demo only.
func newTour(sh *shell) tour {
	t := tour{sh: sh}
	if sh.opt.Rehearsal != nil {
		t.steps = sh.pages.tour(sh)
	}
	return t
}

// shown reports whether a step of the tour is shown.
func (t *tour) shown() bool { return t.step > 0 && t.sh.account != nil }

// height is how many lines the tour takes now.
func (t *tour) height() int {
	if t.shown() {
		return tourHeight
	}
	return 0
}

// goTo begins a step of the tour. After the last one the tour is over.
func (t *tour) goTo(n int) {
	if n > len(t.steps) {
		t.end()
		return
	}
	t.step, t.done = n, t.steps[n-1].begin(t.sh)
}

// end ends the tour.
func (t *tour) end() { t.step, t.done = 0, nil }

// advance goes on from steps that are done.
func (t *tour) advance() {
	for t.shown() && t.done() {
		t.goTo(t.step + 1)
	}
}

// press handles the keys of the tour, and reports whether it was one.
func (t *tour) press(msg tea.KeyPressMsg) bool {
	switch {
	case !t.shown():
		return false
	case key.Matches(msg, t.sh.keys.TourNext):
		t.goTo(t.step + 1)
	case key.Matches(msg, t.sh.keys.TourEnd):
		t.end()
	default:
		return false
	}
	return true
}

// helpKeys are the keys of the tour, where there is one.
func (t *tour) helpKeys() []key.Binding {
	if len(t.steps) == 0 {
		return nil
	}
	k := t.sh.keys
	return []key.Binding{k.Tour, keymap.When(t.shown(), k.TourNext), keymap.When(t.shown(), k.TourEnd)}
}

// lines are the step and the keys of the tour.
func (t *tour) lines() string {
	sh, st, k := t.sh, t.sh.styles, t.sh.keys
	label := fmt.Sprintf(" %d of %d ", t.step, len(t.steps))
	lines := append(strings.Split(cells.Wrap(t.steps[t.step-1].text, sh.width-cells.Width(label)-1), "\n"), "")
	button := func(b key.Binding, does string) string {
		return sh.button(st.Accent.Render(b.Help().Key)+st.Faint.Render(" "+does), func() tea.Cmd {
			t.press(widget.PressOf(widget.ActionOf(b)))
			return nil
		})
	}
	keys := button(k.TourNext, "skip") + "  " + button(k.TourEnd, "end") + " "
	return st.Accent.Render(label) + lines[0] + "\n" + cells.Ends(strings.Repeat(" ", cells.Width(label))+lines[1], keys, sh.width)
}
