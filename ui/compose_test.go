package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

func TestInviteByMail(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
			"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
		}}})
		n.Inject(sandbox.Fault{Path: lookupPath, Delay: 200 * time.Millisecond})
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Delay: 900 * time.Millisecond})
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Golden("room")
		term.Send("oper\rlin@kernel.example\r") // typed ahead of everything
		term.Golden("terms")
		if len(n.Mails("lin@kernel.example")) > 0 || n.Count("POST", lookupPath) > 0 {
			t.Error("something left before the terms were accepted")
		}
		term.Press("a")
		term.Wait(time.Second)
		term.Golden("preview")
		if len(n.Mails("lin@kernel.example")) > 0 {
			t.Error("a mail left before it was confirmed")
		}
		waitUntil(term, 20*time.Second) // for the spinner
		term.Press("enter")
		waitUntil(term, 20*time.Second+540*time.Millisecond)
		term.Golden("sending")
		term.Wait(2 * time.Second)
		term.Golden("sent")
		if got := len(n.Mails("lin@kernel.example")); got != 1 {
			t.Errorf("%d mails", got)
		}

		grace := n.AddUser("lin", "torvalds", "Lin")
		if err := n.Bind("lin@kernel.example", grace); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Second)
		term.Golden("taken")
		if err := n.Join(n.ops, grace); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Second)
		term.Golden("joined")
	})
}

func TestTermsDeclined(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
			"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
		}}})
		n.invite(t, n.ops, "rob@bell.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("lin@kernel.example\r")
		term.Press("esc")
		term.Golden("declined")
		term.Press("enter")
		if !strings.Contains(term.Screen(), "Privacy Policy") {
			t.Error("not asked again\n" + term.Screen())
		}
	})
}

func TestInviteSomebodyOnMatrix(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		if err := n.Bind("ken@bell.example", n.ken); err != nil {
			t.Fatal(err)
		}
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("compilers\rKen Thompson <Ken@Bell.example>\r")
		term.Golden("unread")
		term.Wait(time.Second)
		term.Golden("preview")
		term.Press("enter")
		term.Golden("invited")
		term.Press("i")
		term.Send("compilers\rken@bell.example\r")
		term.Golden("again")
		if n.Count("POST", invitePath) != 1 {
			t.Error("invited twice")
		}
	})
}

func TestComposeKeepsWhatWasTyped(t *testing.T) {
	for _, tc := range []struct {
		name    string
		address string
		prepare func(*town)
	}{
		{"not an address", "lin at kernel", func(*town) {}},
		{"identity server down", "lin@kernel.example", func(n *town) { n.SetIdentityServerDown(true) }},
		{"homeserver fails", "lin@kernel.example", func(n *town) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/v2/store-invite", Refuse: true})
		}},
		{"limit", "lin@kernel.example", func(n *town) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":399765}`})
		}},
		{"no answer", "lin@kernel.example", func(n *town) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 504})
		}},
		{"similar", "lindsay@kernelcare.example", func(*town) {}},
	} {
		inTown(t, func(t *testing.T, n *town) {
			n.invite(t, n.ops, "lindsay@kernelcare.example")
			tc.prepare(n)
			term := n.startAsAda(t, 80, 24)
			term.Press("i")
			term.Send(tc.address + "\r")
			if tc.name != "similar" {
				term.Wait(time.Second)
				term.Press("enter")
			}
			term.Wait(time.Second)
			term.Golden(tc.name)
			term.Press("o")
			if !strings.Contains(term.Screen(), tc.address) {
				t.Errorf("%s: what was typed is gone", tc.name)
			}
		})
	}
}

func TestNoPowerToInvite(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		term := n.startAsAda(t, 80, 24)
		term.Press("r")
		term.Golden("rooms")
		term.Press("G", "i")
		term.Send("lin@kernel.example\r")
		term.Golden("compose")
	})
}

func TestKickedMeanwhile(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		guests := n.CreateRoom(n.ken, sandbox.RoomOptions{Name: "Guests", PowerLevels: map[string]any{"invite": 0}, Members: []string{n.ada}})
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("guests\rlin@kernel.example\r")
		if err := n.Kick(guests, n.ken, n.ada); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Second)
		term.Press("enter")
		term.Golden("kicked")
	})
}

// sendIt reads the preview and confirms it.
func sendIt(term *termtest.Terminal) {
	term.Wait(time.Second)
	term.Press("enter")
	term.Settle()
}

// The answer about an address that was changed meanwhile says nothing about the
// one that stands there now.
func TestLateAnswerAboutAnotherAddress(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.Inject(sandbox.Fault{Path: lookupPath, Times: 1, Delay: 2 * time.Second})
		n.Inject(sandbox.Fault{Path: lookupPath, Times: 1, Delay: 10 * time.Second})
		n.invite(t, n.ops, "rob@bell.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("alice@navy.example\r")
		term.Press("esc", "ctrl+u")
		term.Send("bob@navy.example\r")
		term.Wait(4 * time.Second)
		term.Press("enter")
		term.Wait(4 * time.Second)
		if len(n.Mails("alice@navy.example")) > 0 {
			t.Fatal("mailed whom nobody meant any more")
		}
		term.Wait(10 * time.Second)
		sendIt(term)
		term.Wait(10 * time.Second)
		if len(n.Mails("bob@navy.example")) != 1 {
			t.Error(term.Screen())
		}
	})
}
