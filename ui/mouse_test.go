package ui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// withMouse shows the program to Ada in a terminal with a mouse.
func (n *testWorld) withMouse(t *testing.T, width, height int) *termtest.Terminal {
	t.Helper()
	account := n.account(t)
	term := termtest.Run(t, width, height, func(ctx context.Context) tea.Model {
		return New(ctx, shell.Options{Client: n.options(), Account: account, Display: shell.Display{Mouse: true}})
	})
	term.Wait(time.Second) // until the keys are checked
	return term
}

// click clicks on a text on the screen. It waits first, so that the program does
// not treat the click as the second of a double click.
func click(t *testing.T, term *termtest.Terminal, text string) {
	t.Helper()
	term.Wait(shell.Readable)
	x, y := find(t, term, text)
	term.Click(x, y)
}

// find returns the position of a text on the screen, counted from 0.
func find(t *testing.T, term *termtest.Terminal, text string) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(term.Screen(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return cells.Width(before), y
		}
	}
	t.Fatalf("%q is not on the screen:\n%s", text, term.Screen())
	return 0, 0
}

// tagged reports whether the screen shows the tag of an action as text. Clicks
// produce such tags as keys; no keyboard has them.
func tagged(screen string) bool {
	return slices.ContainsFunc(keymap.Actions(), func(a keymap.Action) bool { return strings.Contains(screen, widget.Tag(a.Name)) })
}

// shows fails unless the screen contains a text.
func shows(t *testing.T, term *termtest.Terminal, text string) {
	t.Helper()
	if !strings.Contains(term.Screen(), text) {
		t.Errorf("%q is not on the screen:\n%s", text, term.Screen())
	}
}

func TestMouse(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		for at := range 30 {
			n.invite(t, n.compilers, fmt.Sprintf("person%d@%c.example", at, 'a'+rune(at%26)))
		}
		if _, err := n.SendState(n.compilers, n.ada, "m.room.third_party_invite", n.invite(t, n.compilers, "gone@z.example"), struct{}{}); err != nil {
			t.Fatal(err)
		}
		term := n.withMouse(t, 80, 24)
		term.Send("\x1b[<65;5;5M") // the wheel, down
		term.Golden("wheel")
		term.Send("\x1b[<64;5;5M")
		click(t, term, "revoked")
		term.Golden("tab")
		click(t, term, "all 31")
		click(t, term, "@f.")
		term.Golden("chosen")
		click(t, term, "@f.")
		term.Golden("opened")
		term.Press("esc", "r")
		click(t, term, "Plan 9")
		term.Golden("room")
		click(t, term, "Plan 9")
		shows(t, term, "Invites of Plan 9")
	})
}

func TestClickOnAColumnSorts(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.withMouse(t, 120, 32)
		for _, c := range [][2]string{
			{"SENT", "↑SENT"},
			{"INVITED", "INVITED ↑"},
			{"INVITED", "INVITED ↓"},
			{"ROOM", "ROOM ↑"},
			{"STATUS", "STATUS ↑"},
			{"KEY", "KEY ↑"},
			{"BY", "BY ↑"},
			{"SENT", "↓SENT"},
		} {
			click(t, term, c[0])
			shows(t, term, c[1])
		}
	})
}

func TestClickBeforeARowMarksIt(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
		term := n.withMouse(t, 80, 24)
		send(term, people(4)...)
		_, y := find(t, term, "→ person0@")
		term.Click(1, y)
		shows(t, term, "1 marked")
		term.Click(1, y)
		if strings.Contains(term.Screen(), "marked") {
			t.Error(term.Screen())
		}
		click(t, term, "o outbox")
		term.Wait(shell.Readable)
		for n, person := range []string{"person2@", "person3@"} {
			_, y := find(t, term, person)
			term.Click(0, y)
			shows(t, term, fmt.Sprint(n+1, " marked"))
		}
	})
}

func TestClickOnTheDetailsOpensThem(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.withMouse(t, 120, 32)
		click(t, term, "honoured: it can")
		shows(t, term, "History of the event")
	})
}

func TestClickInThePaletteDoesIt(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.withMouse(t, 80, 24)
		term.Press(":")
		term.Send("outb")
		click(t, term, "outbox")
		shows(t, term, "The outbox is empty")
	})
}

func TestMouseInTheComposePage(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		account := n.account(t)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: account, Display: shell.Display{Mouse: true}, Complete: func(context.Context, string) ([]shell.Contact, error) {
				return []shell.Contact{{Name: "Lin", Address: "lin@kernel.example"}, {Name: "Linda", Address: "linda@place.example"}}, nil
			}})
		})
		click(t, term, "i invite")
		click(t, term, "Operations")
		click(t, term, "Operations")
		term.Send("li")
		term.Wait(time.Second)
		click(t, term, "linda@")
		shows(t, term, "Linda <linda@place.example>")
		term.Paste("\nrob@bell.example\nken@bell.example")
		click(t, term, "enter continue")
		term.Wait(time.Second)
		click(t, term, "new: will be e-mailed") // the line of the cursor
		shows(t, term, "rob@bell.example")
		click(t, term, "rob@bell.example")
		click(t, term, "rob@bell.example") // the click only selects
		shows(t, term, "rob@bell.example")
		click(t, term, "enter send 3")
		term.Wait(time.Second)
		if got := len(n.Mails("rob@bell.example")); got != 1 {
			t.Errorf("%d mails:\n%s", got, term.Screen())
		}
	})
}

// The wheel moves the cursor as the arrow keys do, also while the user types text.
func TestWheel(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		for at := range 9 {
			n.invite(t, n.ops, fmt.Sprintf("person%d@%c.example", at, 'a'+rune(at)))
			time.Sleep(time.Minute)
		}
		for at := range 9 {
			n.CreateRoom(n.ada, sandbox.RoomOptions{Name: fmt.Sprint("Room ", at), Preset: "private_chat"})
		}
		term := n.withMouse(t, 80, 16)
		looks := func() string { return term.Screen() + fmt.Sprint(term.Looks()) }
		wheel := func(notches int) (moved bool) {
			before := looks()
			term.Wheel(10, 8, notches)
			return looks() != before
		}
		there := func(page string) {
			t.Helper()
			before := looks()
			if !wheel(1) || !wheel(-1) || looks() != before {
				t.Errorf("the wheel does not move down and up in the %s:\n%s", page, term.Screen())
			}
			if term.Wheel(10, 8, -30); wheel(-1) {
				t.Errorf("the %s moves above the first row:\n%s", page, term.Screen())
			}
		}
		there("list")
		term.Press("/")
		there("list below the filter")
		term.Press("esc", "?")
		there("help")
		term.Press("esc", ":")
		there("palette")
		term.Press("esc", "r")
		there("rooms")
		term.Press("esc", "i", "shift+tab", "ctrl+u")
		there("rooms to invite to")
		term.Press("tab")
		if wheel(1) {
			t.Errorf("the wheel leaves the field:\n%s", term.Screen())
		}
	})
}

// A double click does not answer the question that its first click opens.
func TestDoubleClickConfirmsNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.withMouse(t, 80, 24)
		term.Press("enter")
		x, y := find(t, term, "x revoke")
		term.Click(x, y)
		term.Click(x, y) // "y yes" is now at this place
		shows(t, term, "Revoke the invite of")
		click(t, term, "y yes")
		shows(t, term, "Press u to undo")
	})
}

func TestMouseIsLeftToTheTerminal(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		if raw := string(n.startAsAda(t, 80, 24).Raw()); strings.Contains(raw, "\x1b[?1002h") {
			t.Error("the program took the mouse")
		}
		if raw := string(n.withMouse(t, 80, 24).Raw()); !strings.Contains(raw, "\x1b[?1002h") {
			t.Error("the program did not take the mouse")
		}
	})
}

// Many fast clicks at random places change nothing, on any page.
func TestRandomClicksChangeNothing(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{60, 16}, {120, 32}} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			for range 20 {
				n.invite(t, n.compilers, "lin@kernel.example")
			}
			before := len(changes(n.Requests()))
			term := n.withMouse(t, size[0], size[1])
			random := rand.New(rand.NewPCG(7, uint64(size[0])))
			for range 15 {
				var burst strings.Builder
				for range 30 {
					button := []int{0, 0, 0, 1, 2, 32, 34, 35, 64, 65, 66, 128}[random.IntN(12)]
					x, y, end := random.IntN(size[0]+3), random.IntN(size[1]+3), "Mm"[random.IntN(2)]
					fmt.Fprintf(&burst, "\x1b[<%d;%d;%d%c", button, x, y, end)
				}
				term.Send(burst.String())
				if tagged(term.Screen()) {
					t.Fatalf("a key that no keyboard has was typed:\n%s", term.Screen())
				}
				switch random.IntN(4) {
				case 0:
					term.Press("esc", "f9", "alt+x")
				case 1:
					term.Press("/")
				}
			}
			term.Wait(time.Minute)
			if all := changes(n.Requests()); len(all) != before || term.Exited() {
				t.Errorf("at %v it sent %q, ended: %v", size, all[before:], term.Exited())
			}
		})
	}
}

// Clicks change nothing on any page, unless the clicked text says yes, send,
// accept or quit.
func TestClicksChangeNothingBeforeAYes(t *testing.T) {
	t.Parallel()
	says := regexp.MustCompile(`yes|send|accept|quit|^q$`)
	for _, size := range [][2]int{{60, 16}, {120, 32}} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			for range 20 {
				n.invite(t, n.compilers, "lin@kernel.example")
			}
			before := len(changes(n.Requests()))
			term := n.withMouse(t, size[0], size[1])
			random := rand.New(rand.NewPCG(8, uint64(size[0])))
			titles := map[string]bool{}
			for range 150 {
				y := random.IntN(size[1])
				if random.IntN(2) == 0 {
					y = size[1] - 1 // the most clickable texts are there
				}
				x := random.IntN(size[0])
				if !says.MatchString(words(term, x, y)) {
					term.Click(x, y)
				} else if random.IntN(8) == 0 {
					term.Press("esc")
				}
				titles[term.Title()] = true
				term.Wait(shell.Readable)
			}
			if all := changes(n.Requests()); len(all) != before || term.Exited() {
				t.Errorf("at %v it sent %q, ended: %v", size, all[before:], term.Exited())
			}
			if len(titles) < 5 {
				t.Errorf("at %v it came only to %v", size, titles)
			}
		})
	}
}

// words returns the words around a cell, or the whole line if the cell is in a gap.
func words(term *termtest.Terminal, x, y int) string {
	lines := strings.Split(term.Screen(), "\n")
	if y >= len(lines) {
		return ""
	}
	for _, at := range regexp.MustCompile(`\S+(?: \S+)*`).FindAllStringIndex(lines[y], -1) {
		if cells.Width(lines[y][:at[0]]) <= x && x <= cells.Width(lines[y][:at[1]]) {
			return lines[y][at[0]:at[1]]
		}
	}
	return lines[y]
}

// While the user types a filter, a click does not trigger the keys of the list.
func TestClickWhileTheFilterIsTyped(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		n.invite(t, n.ops, "rob@bell.example")
		term := n.withMouse(t, 120, 32)
		term.Press("/")
		term.Send("@")
		x, y := find(t, term, "honoured: it can")
		term.Click(x, y) // the details
		term.Wait(shell.Readable)
		_, y = find(t, term, "r...@bel...")
		term.Click(1, y) // the place of a mark
		if s := term.Screen(); tagged(s) || !strings.Contains(s, "▌ Filter      @\n") {
			t.Errorf("the filter changed:\n%s", s)
		}
		term.Press("esc")
		if s := term.Screen(); !strings.Contains(s, "\n ▌ r...@bel...") {
			t.Errorf("the clicked row is not selected:\n%s", s)
		}
	})
}
