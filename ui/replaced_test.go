package ui

import (
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// replace creates a room of Ada and replaces an old one by it.
func (n *testWorld) replace(t *testing.T, old, name string) (replacement string) {
	t.Helper()
	replacement = n.CreateRoom(n.ada, sandbox.RoomOptions{Name: name, Preset: "private_chat"})
	_, err := n.SendState(old, n.ada, invite.TypeTombstone, "", map[string]any{"body": "This room was upgraded", "replacement_room": replacement})
	if err != nil {
		t.Fatal(err)
	}
	return replacement
}

func TestReplacedRoomOnItsPages(t *testing.T) {
	atEverySize(t, func(t *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		n.invite(t, n.ops, "rob@bell.example")
		n.replace(t, n.ops, "Operations 2")
		term := start()
		golden("invites")
		term.Press("r")
		golden("rooms")
	})
}

func TestInviteToAReplacedRoom(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		next := n.replace(t, n.ops, "Operations 2")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("operations\r")
		term.Golden("chosen")
		term.Send("lin@kernel.example\r")
		term.Wait(2 * time.Second)
		term.Golden("preview")
		term.Press("enter")
		term.Wait(5 * time.Second)
		if mails := len(n.Mails("lin@kernel.example")); mails != 0 {
			t.Fatalf("%d mails without confirmation", mails)
		}
		term.Press("o")
		term.Wait(2 * time.Second)
		term.Golden("confirmed")
		term.Press("o")
		term.Press("esc")
		term.Press("ctrl+g")
		term.Golden("new room")
		term.Press("enter")
		term.Wait(2 * time.Second)
		term.Press("enter")
		term.Wait(10 * time.Second)
		mails := n.Mails("lin@kernel.example")
		if len(mails) != 1 || mails[0].RoomID != next {
			t.Errorf("%+v", mails)
		}
	})
}

func TestMoveInvitesToTheNewRoom(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.startAsAda(t, 120, 32)
		send(term, "lin@kernel.example")
		send(term, "rob@bell.example")
		n.invite(t, n.ops, "dennis@unix.example") // whose address is not known here
		n.replace(t, n.ops, "Operations 2")
		term.Wait(time.Minute)
		term.Press("r")
		term.Send("/operations\r")
		term.Golden("rooms")
		term.Press("m")
		term.Wait(2 * time.Second)
		term.Golden("preview")
		term.Press("enter")
		term.Wait(time.Second)
		term.Golden("moving")
		term.Wait(20 * time.Second)
		for _, address := range []string{"lin@kernel.example", "rob@bell.example"} {
			if mails := len(n.Mails(address)); mails != 2 {
				t.Errorf("%s: %d mails", address, mails)
			}
		}
		if got := n.statuses(t); got[invite.Revoked] != 2 || got[invite.Pending] != 3 {
			t.Errorf("%v", got)
		}
	})
}

// Links are moved as links, together with mails; an invite whose address is not known stays.
func TestLinksAreMovedAsLinks(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the links are random
	inWorld(t, func(t *testing.T, n *testWorld) {
		a := n.account(t)
		n.makeLinks(t, a, "Grace", "the new team")
		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Resize(120, 32)
		term.Wait(time.Second)
		send(term, "lin@kernel.example")
		n.invite(t, n.ops, "dennis@unix.example")
		n.replace(t, n.ops, "Operations 2")
		term.Wait(time.Minute)
		term.Press("ctrl+a", "m")
		term.Wait(2 * time.Second)
		term.Golden("preview")
		term.Press("space")
		term.Golden("people")
		term.Wait(time.Second)
		term.Press("enter")
		term.Wait(2 * time.Second)
		term.Golden("first link")
		term.Press("right")
		if title := term.Title(); title != "mxinvite · Link for the new team" {
			t.Error(title)
		}
		term.Wait(20 * time.Second)
		if got := n.statuses(t); got[invite.Revoked] != 3 || got[invite.Pending] != 4 || len(n.Mails("lin@kernel.example")) != 2 {
			t.Errorf("%v", got)
		}
	})
}

// A single link is moved, too.
func TestOneLinkIsMoved(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1)
	inWorld(t, func(t *testing.T, n *testWorld) {
		a := n.account(t)
		n.makeLinks(t, a, "Grace")
		n.replace(t, n.ops, "New operations")
		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Wait(time.Minute)
		term.Press("m")
		term.Wait(2 * time.Second)
		term.Golden("preview")
		term.Press("enter")
		term.Wait(2 * time.Second)
		if title := term.Title(); title != "mxinvite · Link for Grace" || !strings.Contains(flow(term.Screen()), "invites Grace to New operations") {
			t.Error(term.Screen())
		}
	})
}
