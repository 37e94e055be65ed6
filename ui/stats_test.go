package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

func TestStatsByRoomAndByInviter(t *testing.T) {
	for _, size := range sizes() {
		inDemo(t, size[0], size[1], func(_ *testing.T, _ *testWorld, term *termtest.Terminal) {
			term.Press("%")
			term.Golden("rooms")
			term.Press("tab")
			term.Golden("inviters")
		})
	}
}

func TestStatsRowLeadsToItsInvitesAndBack(t *testing.T) {
	inDemo(t, 80, 24, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("%", "down", "enter")
		shows(t, term, "Invites of Operations")
		shows(t, term, "10 of 45")
		term.Press("r")
		shows(t, term, "you may invite to 5") // the list of rooms is not below
		term.Press("esc", "esc")
		shows(t, term, "▌ Operations")
		term.Press("tab", "enter")
		shows(t, term, "by:@ada:example.org")
		term.Press("esc")
		shows(t, term, "▌ @ada")
		for !strings.Contains(term.Screen(), "▌ sender not known") {
			term.Press("down")
		}
		term.Press("enter") // no filter finds these
		shows(t, term, "Accepted in 30 days")
		term.Press("esc")
		shows(t, term, "Invites of all rooms")
	})
}

func TestStatsAreFilteredAndSorted(t *testing.T) {
	inDemo(t, 80, 24, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("%")
		first := func() string { return strings.TrimLeft(line(term, 9), " ▌") }
		for _, want := range []string{"Compilers", "Board", "Compilers", "Compilers", "Kernel", "Board", "Board"} {
			if !strings.HasPrefix(first(), want) {
				t.Errorf("%s is not the first:\n%s", want, term.Screen())
			}
			term.Press("s")
		}
		term.Press("R")
		if !strings.HasPrefix(first(), "Board") {
			t.Error(term.Screen())
		}
		term.Press("/")
		term.Send("-has:accepted\r")
		shows(t, term, "Reading group")
		if strings.Contains(term.Screen(), "Compilers") {
			t.Error(term.Screen())
		}
		term.Press("/")
		term.Send(" nothing\r")
		shows(t, term, "Nothing matches the filter.")
		term.Press("esc")
		shows(t, term, "Compilers")
	})
}

func TestStatsOfNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.startAsAda(t, 80, 24)
		term.Press("%")
		term.Golden("empty")
	})
}

func TestStatsWhileTheRoomsAreRead(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "lin@kernel.example")
		n.Inject(sandbox.Fault{Path: syncPath, Times: 1, Delay: 20 * time.Second})
		term := n.startAsAda(t, 80, 24)
		term.Press("%")
		shows(t, term, "The invites are counted when all rooms are read.")
		term.Wait(30 * time.Second)
		shows(t, term, "1 (0 accepted, 1 pending, 0 revoked)")
	})
}

// The history of the rooms is not available.
func TestStatsSayWhatIsNotKnown(t *testing.T) {
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.compilers, "lin@kernel.example")
			n.invite(t, n.compilers, "rob@bell.example")
			time.Sleep(40 * 24 * time.Hour)
			n.invite(t, n.ops, "ida@rhodes.example")
			n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/rooms/*/messages", Status: 500})
			term := n.startAsAda(t, size[0], size[1])
			if err := n.Bind("rob@bell.example", n.ken); err != nil {
				t.Fatal(err)
			}
			term.Press("%")
			term.Golden("uncertain")
		})
	}
}

func TestStatsFollowTheAccount(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "rob@bell.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("%")
		shows(t, term, "1 (0 accepted, 1 pending, 0 revoked)")
		time.Sleep(3 * time.Hour)
		if err := n.Bind("rob@bell.example", n.ken); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Second)
		shows(t, term, "1 (1 accepted, 0 pending, 0 revoked)")
		shows(t, term, "3h (median), of 1 invite with known times")
		shows(t, term, "no invite is that old")
		term.Wait(24 * time.Hour)
		shows(t, term, "100% of 1 invite")
	})
}
