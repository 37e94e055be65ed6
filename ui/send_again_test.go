package ui

import (
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/mail"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/internal/threepid"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// statuses counts Ada's invites by status, from the state on the homeserver.
func (n *testWorld) statuses(t *testing.T) map[invite.Status]int {
	t.Helper()
	a := n.account(t)
	if err := a.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	counts := map[invite.Status]int{}
	for _, i := range a.Invites() {
		counts[i.Status]++
	}
	return counts
}

func TestSendAgainWithAKnownAddress(t *testing.T) {
	atEverySize(t, func(t *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		n.invite(t, n.ops, "rob@bell.example")
		term := start()
		send(term, "lin@kernel.example")
		term.Press("g", "e")
		golden("asked")
		term.Press("y")
		term.Wait(10 * time.Second)
		golden("sent")
		if got := len(n.Mails("lin@kernel.example")); got != 2 {
			t.Errorf("%d mails", got)
		}
		if got := n.statuses(t); got[invite.Revoked] != 1 || got[invite.Pending] != 2 {
			t.Errorf("%v", got)
		}
	})
}

func TestSendAgainAsksForTheAddress(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("e")
		term.Golden("asked")
		term.Send("not an address\r")
		term.Golden("no address")
		term.Press("ctrl+u")
		term.Send("rob@bell.example\r")
		term.Golden("another")
		if len(n.Mails("rob@bell.example")) > 0 {
			t.Error("sent to another address without confirmation")
		}
		term.Press("ctrl+u")
		term.Send("lin@kernel.example\r")
		term.Wait(10 * time.Second)
		term.Golden("sent")
		if got := len(n.Mails("lin@kernel.example")); got != 2 {
			t.Errorf("%d mails", got)
		}
	})
}

func TestSendAgainThatFailsKeepsTheAddress(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"before":  {Path: lookupPath, Status: 500, Times: 1},
		"revoked": {Method: "PUT", Path: "/_matrix/client/v3/rooms/", Status: 403, Body: `{"errcode":"M_FORBIDDEN"}`},
	} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.ops, "lin@kernel.example")
			n.Inject(fault)
			term := n.startAsAda(t, 80, 24)
			term.Press("e")
			term.Send("lin@kernel.example\r")
			term.Wait(time.Second)
			term.Golden(name)
			if !strings.Contains(term.Screen(), "lin@kernel.example") {
				t.Error("the address is gone")
			}
			if got := n.statuses(t); got[invite.Pending] != 1 {
				t.Errorf("%v", got)
			}
		})
	}
}

// If another pending invite may be to the same address, the card shows it before it
// revokes or sends anything.
func TestSendAgainShowsTheOtherPendingInvite(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "lin@kernel.example")
		time.Sleep(48 * time.Hour)
		n.invite(t, n.ops, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("e")
		term.Send("lin@kernel.example\r")
		term.Golden("other")
		shows(t, term, "Another invite to Operations is pending")
		nothingDone := func() {
			t.Helper()
			if got := n.statuses(t); got[invite.Pending] != 2 || len(n.Mails("lin@kernel.example")) != 2 {
				t.Errorf("done without a yes: %v, %d mails", got, len(n.Mails("lin@kernel.example")))
			}
		}
		nothingDone()
		term.Press("n")
		term.Wait(10 * time.Second)
		nothingDone()
		term.Press("e")
		term.Send("lin@kernel.example\r")
		term.Press("y")
		term.Wait(10 * time.Second)
		if got := n.statuses(t); got[invite.Pending] != 2 || got[invite.Revoked] != 1 || len(n.Mails("lin@kernel.example")) != 3 {
			t.Errorf("%v, %d mails", got, len(n.Mails("lin@kernel.example")))
		}
	})
}

// A link is made again as a link, and the page shows the new one.
func TestLinkIsMadeAgain(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the links are random
	inWorld(t, func(t *testing.T, n *testWorld) {
		a := n.account(t)
		n.makeLinks(t, a, "Grace")
		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Wait(time.Second)
		term.Press("L", "y")
		old := term.Clipboard()
		term.Press("esc", "e")
		term.Golden("asked")
		term.Press("y")
		term.Wait(2 * time.Second)
		term.Golden("new link")
		term.Press("y")
		if link := term.Clipboard(); link == old || !strings.HasPrefix(link, "mxinvite://accept/#/room/") {
			t.Errorf("old %q, new %q", old, link)
		}
		if got := n.statuses(t); got[invite.Revoked] != 1 || got[invite.Pending] != 1 || len(n.Mails("")) != 0 {
			t.Errorf("%v, %d mails", got, len(n.Mails("")))
		}
	})
}

// A link that mxinvite mailed is mailed again: the user has nothing to pass on.
func TestMailedLinkIsMailedAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		writer, err := mail.NewWriter("Ada <ada@example.org>", mail.Templates{}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		n.mailer = mail.Mailer{Writer: writer, Sender: mail.Command{Argv: []string{"no-such-mailer", "-t"}}}
		a := n.account(t)
		if err := a.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		plans, err := a.PlanAll(t.Context(), client.ByMail, []id.RoomID{id.RoomID(n.ops)}, []recipients.Invitee{{Address: threepid.ID{Medium: "email", Address: "lin@kernel.example"}}}, nil)
		if err == nil {
			_, err = a.Enqueue(t.Context(), plans)
		}
		if err != nil {
			t.Fatal(err)
		}
		runner := a.Runner("test")
		runner.Next(t.Context()) // the invite is in the room
		runner.Close()
		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Wait(time.Second)
		term.Press("e")
		if screen := flow(term.Screen()); !strings.Contains(screen, "and a new mail is sent") || strings.Contains(screen, "pass on") {
			t.Error(term.Screen())
		}
	})
}
