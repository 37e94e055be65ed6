package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/mxinvite/mxinvite/client/invite"
)

// tourSteps are the steps of the tour of the demo.
func tourSteps(sh *shell) []tourStep {
	k := sh.keys
	name := func(b key.Binding) string { return b.Help().Key }
	return []tourStep{
		{
			"This is a demo. Each line is an invite: " + first(name(k.Up)) + " " + first(name(k.Down)) + " select, " + name(k.Open) + " opens.",
			untilOpen[*invitePage],
		},
		{
			"See whether a server would accept the invite, and why. " + name(k.Back) + " goes back.",
			untilOpen[*home],
		},
		{
			"Press " + name(k.Invite) + " to invite someone. Choose an address or type any other.",
			untilMore(func(sh *shell) int { return len(sh.sending.outbox.Items) }),
		},
		{
			"An invite that you send becomes invited, then joined, within a minute.",
			untilMore(joined),
		},
		{
			"Now invite all eight suggested people at once. The server has a limit.",
			until(func(sh *shell) bool { return sh.sending.next.left != "" }),
		},
		{
			fmt.Sprintf("Some are queued; a real server is %d times slower. Press ", sh.opt.Rehearsal.Speed) + name(k.Outbox) + " to see them.",
			untilOpen[*outboxPage],
		},
		{
			"Press " + name(k.Back) + " and revoke a pending invite with " + name(k.Revoke) + ". Then " + name(k.Undo) + " undoes it.",
			until(func(sh *shell) bool { return sh.revocations.any() }),
		},
		{
			"Press " + name(k.Palette) + " to find any action, " + name(k.Help) + " for keys. " + name(k.Tour) + " starts the tour again.",
			until(func(sh *shell) bool { return onTop[*palette](sh) || onTop[*helpCard](sh) }),
		},
	}
}

// until returns a step's begin for a step that is done when a condition holds.
func until(holds func(*shell) bool) func(*shell) func() bool {
	return func(sh *shell) func() bool {
		return func() bool { return holds(sh) }
	}
}

// untilOpen is the begin of a step that is done when a kind of screen is on top.
func untilOpen[T screen](sh *shell) func() bool {
	return func() bool { return onTop[T](sh) }
}

// untilMore returns a step's begin for a step that is done when there are more of
// something than at its beginning.
func untilMore(count func(*shell) int) func(*shell) func() bool {
	return func(sh *shell) func() bool {
		before := count(sh)
		return func() bool { return count(sh) > before }
	}
}

// onTop reports whether the screen on top is of a kind.
func onTop[T screen](sh *shell) bool {
	_, is := sh.top().(T)
	return is
}

// joined is how many invites are accepted and joined.
func joined(sh *shell) int {
	if sh.account == nil {
		return 0
	}
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
