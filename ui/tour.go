package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// tourHeight is how many lines above the footer the tour takes. They are its own,
// so that it covers nothing.
const tourHeight = 2

// A tour leads through the demo in steps. A step is over when the user has done
// what it says, or skips it.
type tour struct {
	step   int // counted from 1; 0 if no tour is under way
	items  int // in the outbox when the step began
	joined int // invites that were accepted and joined then
}

type tourStep struct {
	text string // at most as long as two lines of a small terminal, with the keys
	done func(*shell) bool
}

func (sh *shell) tourSteps() []tourStep {
	k := sh.keys
	name := func(b key.Binding) string { return b.Help().Key }
	return []tourStep{
		{
			"Nothing is real here. Each line is an invite: " + first(name(k.Up)) + " " + first(name(k.Down)) + " choose, " + name(k.Open) + " opens.",
			func(sh *shell) bool { return onTop[*invitePage](sh) },
		},
		{
			"Why a server would accept this invite, or refuse it. " + name(k.Back) + " goes back.",
			func(sh *shell) bool { return onTop[*home](sh) },
		},
		{
			"Press " + name(k.Invite) + " to invite somebody. Addresses are suggested; any works.",
			func(sh *shell) bool { return len(sh.sending.outbox.Items) > sh.tour.items },
		},
		{
			"The mail is out. Within a minute it becomes invited, then joined.",
			func(sh *shell) bool { return sh.joined() > sh.tour.joined },
		},
		{
			"Now invite the eight suggested at once: the server has a limit.",
			func(sh *shell) bool { return sh.sending.next.left != "" },
		},
		{
			fmt.Sprintf("Some wait; a real server is %d times slower. Press ", sh.opt.Rehearsal.Speed) + name(k.Outbox) + " to see them.",
			func(sh *shell) bool { return onTop[*outboxPage](sh) },
		},
		{
			"Press " + name(k.Back) + " and revoke a pending invite with " + name(k.Revoke) + ". Then " + name(k.Undo) + " undoes it.",
			func(sh *shell) bool { return sh.revocations.any() },
		},
		{
			"Press " + name(k.Palette) + " to find any action, " + name(k.Help) + " for keys. " + name(k.Tour) + " starts the tour again.",
			func(sh *shell) bool { return onTop[*palette](sh) || onTop[*helpCard](sh) },
		},
	}
}

// onTop reports whether the screen on top is of a kind.
func onTop[T screen](sh *shell) bool {
	_, is := sh.top().(T)
	return is
}

func (sh *shell) joined() int {
	n := 0
	for _, i := range sh.account.Invites() {
		if i.Status == invite.Joined {
			n++
		}
	}
	return n
}

// first is the first of two keys with a stroke between.
func first(label string) string {
	one, _, _ := strings.Cut(label, "/")
	return one
}

// touring reports whether a step of the tour is shown.
func (sh *shell) touring() bool { return sh.tour.step > 0 && sh.account != nil }

func (sh *shell) tourHeight() int {
	if sh.touring() {
		return tourHeight
	}
	return 0
}

// goToStep begins a step of the tour. After the last one the tour is over.
func (sh *shell) goToStep(n int) {
	if n > len(sh.tourSteps()) {
		n = 0
	}
	sh.tour = tour{step: n, items: len(sh.sending.outbox.Items)}
	if sh.account != nil {
		sh.tour.joined = sh.joined()
	}
}

// advanceTour goes on from steps that are done.
func (sh *shell) advanceTour() {
	for sh.touring() && sh.tourSteps()[sh.tour.step-1].done(sh) {
		sh.goToStep(sh.tour.step + 1)
	}
}

// pressTour handles the keys of the tour, and reports whether it was one.
func (sh *shell) pressTour(msg tea.KeyPressMsg) bool {
	switch {
	case !sh.touring():
		return false
	case key.Matches(msg, sh.keys.TourNext):
		sh.goToStep(sh.tour.step + 1)
	case key.Matches(msg, sh.keys.TourEnd):
		sh.tour = tour{}
	default:
		return false
	}
	return true
}

// tourKeys are the keys of the tour, where there is one.
func (sh *shell) tourKeys() []key.Binding {
	if sh.opt.Rehearsal == nil {
		return nil
	}
	k := sh.keys
	return []key.Binding{k.Tour, when(sh.touring(), k.TourNext), when(sh.touring(), k.TourEnd)}
}

// tourLines are the step and the keys of the tour.
func (sh *shell) tourLines() string {
	st, k, steps := sh.styles, sh.keys, sh.tourSteps()
	label := fmt.Sprintf(" %d of %d ", sh.tour.step, len(steps))
	lines := append(strings.Split(cells.Wrap(steps[sh.tour.step-1].text, sh.width-cells.Width(label)-1), "\n"), "")
	button := func(b key.Binding, does string) string {
		return sh.button(st.Accent.Render(b.Help().Key)+st.Faint.Render(" "+does), func() tea.Cmd {
			sh.pressTour(widget.PressOf(widget.ActionOf(b)))
			return nil
		})
	}
	keys := button(k.TourNext, "skip") + "  " + button(k.TourEnd, "end") + " "
	return st.Accent.Render(label) + lines[0] + "\n" + cells.Ends(strings.Repeat(" ", cells.Width(label))+lines[1], keys, sh.width)
}
