package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/termtest"
)

// withMouse shows the program to Ada in a terminal with a mouse.
func (n *town) withMouse(t *testing.T, width, height int) *termtest.Terminal {
	t.Helper()
	account := n.account(t)
	term := termtest.Run(t, width, height, func(ctx context.Context) tea.Model {
		return New(ctx, Options{Client: n.options(), Account: account, Mouse: true})
	})
	term.Wait(time.Second) // until the keys are checked
	return term
}

// click presses and lets go of a button where a text stands on the screen.
func click(t *testing.T, term *termtest.Terminal, text string) {
	t.Helper()
	for y, line := range strings.Split(term.Screen(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			x := lineWidth(before)
			term.Send(fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", x+1, y+1, x+1, y+1))
			return
		}
	}
	t.Fatalf("%q is not on the screen:\n%s", text, term.Screen())
}

func TestMouse(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
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
		if !strings.Contains(term.Screen(), "Invite by e-mail") {
			t.Error(term.Screen())
		}
	})
}

func TestMouseIsLeftToTheTerminal(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.invite(t, n.compilers, "lin@kernel.example")
		if raw := string(n.startAsAda(t, 80, 24).Raw()); strings.Contains(raw, "\x1b[?1002h") {
			t.Error("the program took the mouse")
		}
		if raw := string(n.withMouse(t, 80, 24).Raw()); !strings.Contains(raw, "\x1b[?1002h") {
			t.Error("the program did not take the mouse")
		}
	})
}
