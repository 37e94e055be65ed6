package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

func TestRoomSaysWhatWasLeftOut(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.Inject(sandbox.Fault{Path: "/_matrix/client/versions", Status: 200, Body: `{"versions":["v1.11"]}`}) // without sliding sync
		n.Inject(sandbox.Fault{Path: syncPath, Times: 1, Status: 200, Body: `{"next_batch":"s1","rooms":{"join":{"!r:example.org":{"state":{"events":[
			{"type":"m.room.name","state_key":"","sender":"@ada:example.org","content":{"name":"Odd"}},{"type":5,"state_key":""},{"type":"m.room.topic","state_key":"","sender":[]}]}}}}}`})
		term := n.startAsAda(t, 80, 24)
		term.Press("r", "j")
		if s := term.Screen(); !strings.Contains(s, "! 2 events of this room could not be read.") {
			t.Error(s)
		}
	})
}

func TestRoomLeadsToItsInvitesAndBack(t *testing.T) {
	for _, size := range sizes() {
		inDemo(t, size[0], size[1], func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
			term.Press("down", "down", "r") // the room of the selected invite
			chosen := line(term, 7)
			if !strings.HasPrefix(chosen, " ▌ Operations") {
				t.Errorf("the cursor is not on the invite's room:\n%s", term.Screen())
			}
			term.Press("enter")
			term.Golden("invites")
			shows(t, term, "Invites of Operations")
			term.Press("/")
			term.Send(" aco\r")
			term.Press("space")
			term.Press("esc", "esc") // clear the filter, and the mark
			shows(t, term, "Invites of Operations")
			term.Press("enter", "r") // the room of the selected invite
			shows(t, term, "▌ Operations")
			term.Press("esc", "esc", "esc")
			if line(term, 7) != chosen {
				t.Errorf("not back on the previous page:\n%s", term.Screen())
			}
			term.Press("enter", "r") // r goes back as well
			if line(term, 7) != chosen {
				t.Errorf("not back on the previous page:\n%s", term.Screen())
			}
			term.Press("esc")
			shows(t, term, "Invites of all rooms")
		})
	}
}

func TestRoomWithoutInvitesSaysWhatToDo(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("r", "g", "enter")
		term.Golden("empty")
		term.Press("i")
		shows(t, term, "#compilers")
	})
}

// Two rooms may have the same name and claim the same alias.
func TestRoomsOfTheSameNameAreDistinguished(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		other := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Compilers", Preset: "private_chat"})
		n.invite(t, n.compilers, "grace@navy.example")
		n.invite(t, other, "lin@kernel.example")
		open := func() (screen string) {
			term := n.startAsAda(t, 80, 24)
			term.Press("r", "enter")
			shows(t, term, "1 of 2")
			screen = term.Screen()
			term.Press("esc", "down", "enter")
			shows(t, term, "1 of 2")
			return screen + term.Screen()
		}
		if both := open(); !strings.Contains(both, "gra...") || !strings.Contains(both, "l...@ker...") || !strings.Contains(both, "room:#compilers:example.org") {
			t.Error(both)
		}
		if _, err := n.PlantState(other, n.ada, "m.room.canonical_alias", "", map[string]any{"alias": "#compilers:example.org"}); err != nil {
			t.Fatal(err)
		}
		if both := open(); !strings.Contains(both, "gra...") || !strings.Contains(both, "l...@ker...") || strings.Contains(both, "room:#compilers") {
			t.Error(both)
		}
	})
}

// The page of a room still shows its invites after its alias has changed.
func TestRoomPageFollowsAnAliasChange(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "grace@navy.example")
		n.invite(t, n.ops, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("r", "g", "enter")
		shows(t, term, "room:#compilers:example.org")
		if _, err := n.PlantState(n.compilers, n.ada, "m.room.canonical_alias", "", map[string]any{"alias": "#languages:example.org"}); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Minute)
		shows(t, term, "room:#languages:example.org")
		shows(t, term, "gra...@nav...")
		term.Press("esc")
		shows(t, term, "▌ Compilers")
	})
}

func TestNumbersOfARoomLeadToThoseInvites(t *testing.T) {
	inDemo(t, 80, 24, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("r", "g", "down") // Compilers
		for _, step := range []struct{ key, shown string }{{"", "14 of 45"}, {"tab", "9 of 45"}, {"tab", "5 of 45"}, {"shift+tab", "9 of 45"}} {
			if step.key != "" {
				term.Press(step.key)
			}
			term.Press("enter")
			shows(t, term, step.shown)
			term.Press("esc")
		}
		_, y := find(t, term, "Kernel")
		x, _ := find(t, term, "PENDING")
		term.Click(x+6, y)
		shows(t, term, "Invites of Kernel")
		shows(t, term, "4 of 45")
		term.Press("esc")
		shows(t, term, "▌ Kernel")
	})
}

func TestRoomsAreFilteredAndSorted(t *testing.T) {
	inDemo(t, 80, 24, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		rooms := func() string {
			var names []string
			for _, l := range strings.Split(term.Screen(), "\n")[4:] {
				if strings.Contains(l, "ROOM") {
					continue // with a filter
				}
				if l = strings.TrimLeft(l, " ▌+"); l == "" || strings.Contains(l, "enter ") {
					break
				}
				names = append(names, strings.Fields(l)[0])
			}
			return strings.Join(names, " ")
		}
		term.Press("r")
		for _, want := range []string{
			"ROOM ↑ Board Compilers Kernel Operations Plan Reading",
			"ALIAS ↑ Board Compilers Kernel Operations Plan Reading",
			"INVITE ↓ Compilers Reading Operations Plan Kernel Board",
			"↓PENDING Compilers Kernel Operations Plan Reading Board",
			"↓LOOK Compilers Operations Kernel Board Plan Reading",
			"↓ALL Compilers Operations Kernel Plan Reading Board",
		} {
			head := line(term, 3)
			n := strings.Index(want, " Board")
			if i := strings.Index(want, " Compilers"); n < 0 || i < n {
				n = i
			}
			if got := rooms(); !strings.Contains(head, want[:n]) || got != want[n+1:] {
				t.Errorf("%s: %s\n%s", want, got, term.Screen())
			}
			term.Press("s")
		}
		term.Press("R")
		if got := rooms(); got != "Reading Plan Operations Kernel Compilers Board" {
			t.Error(got)
		}
		click(t, term, "PENDING")
		if got := rooms(); !strings.HasPrefix(got, "Compilers") {
			t.Error(got)
		}
		term.Press("/")
		for typed, want := range map[string]string{
			"-may:invite": "Board", "may:invite #o": "Operations", "group": "Reading", "has:look may:invite": "Compilers Kernel Operations",
		} {
			term.Press("ctrl+u")
			term.Send(typed)
			if got := rooms(); got != want {
				t.Errorf("%s: %s, want %s", typed, got, want)
			}
		}
		term.Press("ctrl+u")
		term.Send("has:pnd")
		shows(t, term, `! no number begins with "pnd"`)
	})
}

func TestInviteOnlyWithEnoughPower(t *testing.T) {
	inDemo(t, 80, 24, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		const why = "our power level in Board is 0, and inviting needs 75"
		term.Press("r", "g")
		shows(t, term, "✗ 0 of 75")
		if strings.Contains(line(term, 23), "i invite") {
			t.Errorf("offered:\n%s", term.Screen())
		}
		term.Press("i")
		shows(t, term, why)
		term.Press("enter") // the list of its invites
		if strings.Contains(line(term, 23), "i invite") {
			t.Errorf("offered:\n%s", term.Screen())
		}
		term.Press("i")
		shows(t, term, why+".")
		term.Press("esc")
		term.Press("space", "i") // only Board is marked
		shows(t, term, why)
		term.Press("space", "i") // and Compilers
		shows(t, term, "Invite people")
		shows(t, term, why)
	})
}

// Marks remain when the filter is cleared.
func TestHundredsOfRooms(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		for r := range 300 {
			n.CreateRoom(n.ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %03d", r), Preset: "private_chat"})
		}
		term := n.startAsAda(t, 80, 24)
		term.Press("r", "/")
		term.Send("room 29\r")
		shows(t, term, "15 of 303 shown")
		term.Press("ctrl+a")
		shows(t, term, "15 marked, 15 of 303 shown")
		term.Press("esc", "G", "pgup")
		shows(t, term, "15 marked")
	})
}
