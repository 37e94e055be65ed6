package ui

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// focusLost and focusGained are the sequences that a terminal sends when it loses and
// gets the focus.
const (
	focusLost   = "\x1b[O"
	focusGained = "\x1b[I"
)

// withDesktop runs the program for Ada in a terminal with desktop notifications.
func (n *testWorld) withDesktop(t *testing.T) *termtest.Terminal {
	t.Helper()
	account := n.account(t)
	term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
		return New(ctx, shell.Options{Client: n.options(), Account: account, Display: shell.Display{Notify: func(title, text string) string {
			return "\x1b]9;" + title + ": " + text + "\x1b\\"
		}}})
	})
	term.Wait(time.Second) // until the keys are checked
	return term
}

// desktopNotifications returns the desktop notifications since the last call.
func desktopNotifications(term *termtest.Terminal) string {
	var all []string
	for _, found := range regexp.MustCompile("\x1b\\]9;mxinvite: ([^\x1b]*)").FindAllStringSubmatch(string(term.Raw()), -1) {
		all = append(all, found[1])
	}
	return strings.Join(all, "; ")
}

func TestDesktopNotificationForAcceptedInvites(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		addresses := []string{"a@one.example", "b@two.example", "c@three.example", "d@four.example", "e@five.example"}
		for _, address := range addresses {
			n.invite(t, n.compilers, address)
		}
		take := func(address, name string) {
			if err := n.AcceptLink(n.Mails(address)[0], n.AddUser(name, "x", name)); err != nil {
				t.Fatal(err)
			}
		}
		term := n.withDesktop(t)
		take(addresses[0], "a")
		term.Wait(time.Minute)
		if got := desktopNotifications(term); got != "" {
			t.Errorf("a notification was shown while the terminal had the focus: %s", got)
		}
		term.Send(focusLost)
		take(addresses[1], "b")
		term.Wait(time.Second)
		if got := desktopNotifications(term); got != "...@two... accepted the invite to #compilers" {
			t.Errorf("told: %q", got)
		}
		take(addresses[2], "c")
		take(addresses[3], "d")
		term.Wait(time.Second)
		if got := desktopNotifications(term); got != "" {
			t.Errorf("too soon: %q", got)
		}
		term.Wait(shell.DesktopPause)
		if got := desktopNotifications(term); !strings.HasSuffix(got, ", and 1 more") || strings.Contains(got, ";") {
			t.Errorf("told: %q", got)
		}
		take(addresses[4], "e")
		term.Wait(time.Second)
		term.Send(focusGained)
		term.Wait(time.Minute)
		if got := desktopNotifications(term); got != "" {
			t.Errorf("a notification shows what is on the screen: %q", got)
		}
	})
}

func TestDesktopNotificationForTheOutbox(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
		term := n.withDesktop(t)
		send(term, people(2)...)
		term.Send(focusLost)
		term.Wait(time.Hour)
		if got := desktopNotifications(term); got != "All invites in the outbox are sent" {
			t.Errorf("told: %q", got)
		}
		term.Send(focusGained)
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":60000}`})
		send(term, "failed@navy.example")
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
		term.Send(focusLost)
		term.Wait(time.Hour)
		if got := desktopNotifications(term); got != "1 invite in the outbox needs a look" {
			t.Errorf("told: %q", got)
		}
	})
}
