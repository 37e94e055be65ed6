package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

func TestInviteByMail(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
			"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
		}}})
		n.Inject(sandbox.Fault{Path: lookupPath, Delay: 200 * time.Millisecond})
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Delay: 900 * time.Millisecond})
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Golden("room")
		term.Send("oper\rlin@kernel.example\r") // typed before the pages have loaded
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
	inWorld(t, func(t *testing.T, n *testWorld) {
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

func TestInviteUserOnMatrix(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
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
		prepare func(*testWorld)
	}{
		{"not an address", "lin at kernel", func(*testWorld) {}},
		{"identity server down", "lin@kernel.example", func(n *testWorld) { n.SetIdentityServerDown(true) }},
		{"homeserver fails", "lin@kernel.example", func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/v2/store-invite", Refuse: true})
		}},
		{"limit", "lin@kernel.example", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":399765}`})
		}},
		{"no answer", "lin@kernel.example", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 504})
		}},
		{"similar", "lindsay@kernelcare.example", func(*testWorld) {}},
	} {
		inWorld(t, func(t *testing.T, n *testWorld) {
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
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.startAsAda(t, 80, 24)
		term.Press("r")
		term.Golden("rooms")
		term.Press("G", "i")
		term.Send("lin@kernel.example\r")
		term.Golden("compose")
	})
}

func TestKickedWhileComposing(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
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

// sendIt waits until the preview can be confirmed, and confirms it.
func sendIt(term *termtest.Terminal) {
	term.Wait(time.Second)
	term.Press("enter")
	term.Settle()
}

// A late lookup result does not apply to an address that was typed since.
func TestLateLookupOfAnotherAddressIsIgnored(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
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
			t.Fatal("a mail was sent to an address that is no longer typed")
		}
		term.Wait(10 * time.Second)
		sendIt(term)
		term.Wait(10 * time.Second)
		if len(n.Mails("bob@navy.example")) != 1 {
			t.Error(term.Screen())
		}
	})
}

// pastedList is a list copied from a spreadsheet, with lines that were added by hand.
const pastedList = "name,email\n" +
	"Lin Example,lin@kernel.example\n" +
	"Ken Thompson,ken@bell.example\n" +
	"Grace Hopper,grace@navy.example\n" +
	"Mallory,mallory@evil.example\n" +
	"Already Pending,pending@place.example\n" +
	"Queued Before,queued@place.example\n" +
	"Nobody,nobody at all\n" +
	"Lin again,LIN@kernel.example\n"

// composed prepares the room so that each address of the list is in another state.
func composed(t *testing.T, n *testWorld) {
	t.Helper()
	mallory := n.AddUser("mallory", "x", "Mallory")
	for address, user := range map[string]string{"ken@bell.example": n.ken, "grace@navy.example": n.grace, "mallory@evil.example": mallory} {
		if err := n.Bind(address, user); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(n.Invite(n.ops, n.ada, n.grace), n.Ban(n.ops, n.ada, mallory)); err != nil {
		t.Fatal(err)
	}
	n.invite(t, n.ops, "pending@place.example")
}

func TestComposeForMany(t *testing.T) {
	atEverySize(t, func(t *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		composed(t, n)
		term := start()
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":60000}`})
		send(term, "queued@place.example")
		term.Press("i")
		term.Paste(pastedList)
		golden("pasted")
		term.Send("new@person.example, rob@bell.example")
		golden("typed")
		n.Inject(sandbox.Fault{Path: lookupPath, Times: 1, Delay: 700 * time.Millisecond})
		waitUntil(term, 30*time.Second)
		term.Press("enter")
		waitUntil(term, 30*time.Second+300*time.Millisecond)
		golden("looking up")
		term.Wait(2 * time.Second)
		golden("preview")
		term.Press("space", "j", "j", "j", "j")
		golden("new ones")
		term.Press("G", "space", "k", "space", "g", "j", "j", "j", "j", "j", "space")
		golden("looked into")
		term.Press("m")
		golden("pending too")
		term.Press("esc")
		golden("nothing lost")
		term.Press("enter")
		term.Wait(2 * time.Second)
		if posts := n.Count("POST", invitePath); posts != 1 {
			t.Fatalf("%d requests before anything was confirmed", posts)
		}
		sendIt(term)
		golden("confirmed")
		if width, _ := term.Size(); width != 80 {
			return // the result does not depend on the size of the terminal
		}
		term.Wait(5 * time.Minute)
		for address, mails := range map[string]int{
			"lin@kernel.example": 1, "new@person.example": 1, "rob@bell.example": 1, "queued@place.example": 1,
			"pending@place.example": 1, "ken@bell.example": 0, "grace@navy.example": 0, "mallory@evil.example": 0,
		} {
			got := 0
			for _, m := range n.Mails(address) {
				if m.Token != "" {
					got++
				}
			}
			if got != mails {
				t.Errorf("%s got %d mails", address, got)
			}
		}
	})
}

// Keys that are typed ahead do not confirm a preview that was not on the screen long
// enough.
func TestBurstConfirmsNothing(t *testing.T) {
	for _, burst := range []string{"lin@kernel.example\r\r\r\r", "lin@kernel.example, rob@bell.example\r\r\r\r\r"} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.ops, "ada@home.example")
			term := n.startAsAda(t, 80, 24)
			term.Press("i")
			term.Send(burst)
			for range 20 { // a key that the keyboard repeats
				time.Sleep(50 * time.Millisecond)
				term.Send("\r")
			}
			term.Wait(200 * time.Millisecond)
			term.Send("\r")
			if n.Count("POST", invitePath) > 0 || !strings.Contains(term.Screen(), "Invite people") {
				t.Errorf("sent before the preview could be read\n%s", term.Screen())
			}
			sendIt(term)
			term.Wait(time.Second)
			if n.Count("POST", invitePath) == 0 {
				t.Errorf("cannot be sent any more\n%s", term.Screen())
			}
		})
	}
}

// If the chosen room disappears, the next matching room is not chosen instead.
func TestVanishedRoomIsNotReplaced(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		open := map[string]any{"invite": 0}
		first := n.CreateRoom(n.ken, sandbox.RoomOptions{Name: "Guests", PowerLevels: open, Members: []string{n.ada}})
		n.CreateRoom(n.ken, sandbox.RoomOptions{Name: "Guests of honour", PowerLevels: open, Members: []string{n.ada}})
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("guests\rlin@kernel.example")
		if err := n.Kick(first, n.ken, n.ada); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Second)
		term.Press("enter")
		term.Golden("gone")
		sendIt(term)
		term.Wait(time.Second)
		if n.Count("POST", invitePath) > 0 {
			t.Error("invited to another room")
		}
		term.Press("down", "enter", "enter")
		sendIt(term)
		term.Wait(time.Second)
		if len(n.Mails("lin@kernel.example")) != 1 {
			t.Error(term.Screen())
		}
	})
}

func TestDraftSurvivesThePage(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "ada@home.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Paste("lin@kernel.example\nrob@bell.example\n")
		term.Send("gra")
		term.Press("esc", "i")
		term.Golden("again")
		term.Press("ctrl+u", "backspace")
		term.Golden("dropped")
	})
}

func TestPeopleAreCompleted(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "ada@home.example")
		var asked []string
		complete := func(_ context.Context, typed string) ([]shell.Contact, error) {
			asked = append(asked, typed)
			if typed == "x" {
				return nil, errors.New("the address book is locked")
			}
			var found []shell.Contact
			for _, c := range []shell.Contact{
				{Name: "Grace Hopper", Address: "grace@navy.example"},
				{Name: "Grady \x1b[31mBooch", Address: "grady@uml.example"},
				{Name: "Grant, \"Ulysses\"", Address: "grant@president.example"},
			} {
				if strings.HasPrefix(c.Address, typed) {
					found = append(found, c)
				}
			}
			return found, nil
		}
		opt := n.options()
		account := n.accountWith(t, opt)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Account: account, Complete: complete})
		})
		term.Wait(time.Second)
		term.Press("i")
		for _, letter := range []string{"g", "r", "a"} {
			term.Send(letter)
		}
		term.Wait(time.Second)
		if len(asked) != 1 || asked[0] != "gra" {
			t.Errorf("asked for %q", asked)
		}
		term.Golden("found")
		term.Press("down", "down", "enter")
		term.Golden("chosen")
		term.Send(", grant")
		term.Wait(time.Second)
		term.Press("tab")
		term.Golden("second")
		term.Send(",x")
		term.Wait(time.Second)
		term.Golden("error")
		screenIsClean(t, term)
	})
}

func TestDraftSurvivesBeingSignedOut(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "ada@home.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Paste("lin@kernel.example\nrob@bell.example\n")
		n.SignOutEverywhere(n.ada, false)
		term.Wait(time.Minute)
		term.Press("enter")
		term.Wait(time.Second)
		term.Press("enter")
		term.Send("lovelace\r")
		term.Wait(2 * time.Second)
		term.Press("i")
		if !strings.Contains(term.Screen(), "Your draft from 00:00: 2 people. ctrl+l clears it.") {
			t.Error(term.Screen())
		}
	})
}

// The field accepts e-mail addresses and Matrix IDs, for several rooms at once. The
// preview lists the entries that cannot be invited.
func TestComposeForPeopleAndRooms(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		if err := errors.Join(n.Bind("ken@bell.example", n.ken), n.Invite(n.ops, n.ada, n.grace)); err != nil {
			t.Fatal(err)
		}
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("oper")
		term.Press("ctrl+r")
		term.Send("comp")
		term.Press("ctrl+r")
		term.Send("plan")
		term.Press("ctrl+r")
		term.Golden("rooms")
		term.Press("enter")
		term.Send("lin l@kernel.example, ken@bell.example, @ken:example.org, Grace <@grace:example.org>, +49 30 1234567")
		term.Golden("typed")
		term.Press("enter")
		term.Wait(time.Second)
		term.Golden("preview")
		term.Press("G")
		for range 6 {
			term.Press("space", "k")
		}
		term.Golden("expanded")
		sendIt(term)
		term.Wait(time.Minute)
		term.Press("o")
		term.Golden("outbox")
		if mails, posts := len(n.Mails("l@kernel.example")), n.Count("POST", invitePath); mails != 2 || posts != 4 {
			t.Errorf("%d mails, %d requests", mails, posts)
		}
	})
}

// An invite to a Matrix ID needs no identity server, and the preview describes its
// effect.
func TestComposeForAMatrixID(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetIdentityServerDown(true)
		n.invite(t, n.compilers, "ada@home.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("Ken Thompson matrix:u/ken:example.org\r")
		term.Wait(time.Second)
		term.Golden("preview")
		term.Press("enter")
		term.Wait(time.Second)
		term.Golden("invited")
		term.Press("i")
		term.Send("@ken:example.org\r")
		term.Wait(time.Second)
		term.Golden("again")
		term.Press("ctrl+u")
		term.Send("030 1234567\r")
		term.Golden("phone")
	})
}

// Words beside an address are the person's name, and the form says so before anything
// is sent.
func TestWordBesideAnAddressIsAName(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "ada@home.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("a b@c.example")
		if s := term.Screen(); !strings.Contains(s, `b@c.example, whose name is "a"`) {
			t.Error(s)
		}
		term.Press("enter")
		term.Wait(time.Second)
		if s := term.Screen(); !strings.Contains(s, `The name you gave is "a". It is not sent.`) {
			t.Error(s)
		}
	})
}

func TestChosenRoomsChange(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		guests := n.CreateRoom(n.ken, sandbox.RoomOptions{Name: "Guests", PowerLevels: map[string]any{"invite": 0}, Members: []string{n.ada}})
		n.invite(t, n.ops, "ada@home.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i", "ctrl+r") // from the field People
		term.Send("gue")
		term.Press("ctrl+r", "tab")
		term.Send("@lin:example.org")
		if s := term.Screen(); !strings.Contains(s, "2 rooms: Operations, Guests") {
			t.Error(s)
		}
		if err := n.Kick(guests, n.ken, n.ada); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Second)
		term.Golden("one is gone")
		term.Press("ctrl+r", "ctrl+r")
		if s := term.Screen(); !strings.Contains(s, "ctrl+r add this room") {
			t.Errorf("the only room cannot be dropped\n%s", s)
		}
	})
}
