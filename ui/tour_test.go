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

func TestTour(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}, {120, 32}, {200, 50}} {
		inTown(t, func(t *testing.T, n *town) {
			n.invite(t, n.compilers, "lin@kernel.example")
			account := n.account(t)
			term := termtest.Run(t, size[0], size[1], func(ctx context.Context) tea.Model {
				return New(ctx, Options{Client: n.options(), Account: account, Banner: "demo", Tour: true})
			})
			term.Wait(time.Second) // until the keys are checked
			for step := range 4 {
				term.Golden(fmt.Sprintf("%dx%d %d", size[0], size[1], step+1))
				term.Wait(hintTime)
			}
			if strings.Contains(term.Screen(), "4/4") {
				t.Error("the tour does not end")
			}
		})
	}
}

func TestTourEndsWithAKey(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		account := n.account(t)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, Options{Client: n.options(), Account: account, Tour: true})
		})
		term.Press("esc")
		term.Wait(hintTime)
		if strings.Contains(term.Screen(), "/4 ") {
			t.Error(term.Screen())
		}
	})
}

func TestEmptyListsSayWhatToDo(t *testing.T) {
	for _, size := range [][2]int{{60, 16}, {80, 24}} {
		inTown(t, func(t *testing.T, n *town) {
			for _, room := range []string{n.compilers, n.ops, n.plan9} {
				if err := n.Leave(room, n.ada); err != nil {
					t.Fatal(err)
				}
			}
			term := n.startAsAda(t, size[0], size[1])
			at := func(what string) string { return fmt.Sprintf("%dx%d %s", size[0], size[1], what) }
			term.Golden(at("no rooms"))
			term.Press("r")
			term.Golden(at("rooms"))
			term.Press("esc", "o")
			term.Golden(at("outbox"))
		})
		inTown(t, func(t *testing.T, n *town) {
			n.invite(t, n.compilers, "lin@kernel.example")
			term := n.startAsAda(t, size[0], size[1])
			term.Press("/")
			term.Send("nobody\r")
			term.Golden(fmt.Sprintf("%dx%d nothing matches", size[0], size[1]))
		})
	}
}
