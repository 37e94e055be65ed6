package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// tourSteps returns the steps of the tour of the demo.
func tourSteps(sh *shell.Shell) []shell.TourStep {
	k := sh.Keys
	name := func(b key.Binding) string { return b.Help().Key }
	return []shell.TourStep{
		{
			Text:  "This is a demo. Each line is an invite: " + first(name(k.Up)) + " " + first(name(k.Down)) + " select, " + name(k.Open) + " opens.",
			Begin: untilOpen[*invitePage],
		},
		{
			Text:  "See whether a server would accept the invite, and why. " + name(k.Back) + " goes back.",
			Begin: untilOpen[*homePage],
		},
		{
			Text:  "Press " + name(k.Invite) + " to invite someone. Choose an address or type any other.",
			Begin: untilMore(func(sh *shell.Shell) int { return len(sh.Sending.Outbox.Items) }),
		},
		{
			Text:  "An invite that you send becomes invited, then joined, within a minute.",
			Begin: untilMore(joined),
		},
		{
			Text:  "Now invite all eight suggested people at once. The server has a limit.",
			Begin: until(func(sh *shell.Shell) bool { return sh.Sending.Next.Left != "" }),
		},
		{
			Text:  fmt.Sprintf("Some are queued; a real server is %d times slower. Press ", sh.Options.Demo.Speed) + name(k.Outbox) + " to see them.",
			Begin: untilOpen[*outboxPage],
		},
		{
			Text:  "Press " + name(k.Back) + " and revoke a pending invite with " + name(k.Revoke) + ". Then " + name(k.Undo) + " undoes it.",
			Begin: until(func(sh *shell.Shell) bool { return sh.Revocations.Any() }),
		},
		{
			Text:  "Press " + name(k.Palette) + " to find any action, " + name(k.Help) + " for keys. " + name(k.Tour) + " starts the tour again.",
			Begin: until(func(sh *shell.Shell) bool { return onTop[*shell.Palette](sh) || onTop[*shell.HelpCard](sh) }),
		},
	}
}

// until returns a Begin function for a step that ends when a condition is true.
func until(holds func(*shell.Shell) bool) func(*shell.Shell) func() bool {
	return func(sh *shell.Shell) func() bool {
		return func() bool { return holds(sh) }
	}
}

// untilOpen is the Begin function of a step that ends when a kind of screen is on top.
func untilOpen[T shell.Screen](sh *shell.Shell) func() bool {
	return func() bool { return onTop[T](sh) }
}

// untilMore returns a Begin function for a step that ends when a count is larger than
// at the beginning of the step.
func untilMore(count func(*shell.Shell) int) func(*shell.Shell) func() bool {
	return func(sh *shell.Shell) func() bool {
		before := count(sh)
		return func() bool { return count(sh) > before }
	}
}

// onTop reports whether the top screen is of type T.
func onTop[T shell.Screen](sh *shell.Shell) bool {
	_, is := sh.Top().(T)
	return is
}

// joined returns the number of invites whose invitee has joined.
func joined(sh *shell.Shell) int {
	if sh.Account == nil {
		return 0
	}
	n := 0
	for _, i := range sh.Account.Invites() {
		if i.Status == invite.Joined {
			n++
		}
	}
	return n
}

// first returns the first of two keys that are separated by a slash.
func first(label string) string {
	one, _, _ := strings.Cut(label, "/")
	return one
}
