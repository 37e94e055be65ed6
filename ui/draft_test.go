package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// The draft survives a lost connection.
func TestDraftSurvivesTheProgram(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		opt := n.options()
		session := n.accountWith(t, opt).Session()
		start := func() *termtest.Terminal {
			account, err := client.Resume(opt, session)
			if err != nil {
				t.Fatal(err)
			}
			term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
				return New(ctx, shell.Options{Location: time.UTC, Client: opt, Account: account})
			})
			term.Wait(time.Second)
			return term
		}
		term := start()
		term.Press("i")
		term.Send("oper\r")
		term.Paste("lin@kernel.example\nrob@bell.example\n")
		term.Send("ken@be")
		term.Wait(2 * shell.DraftPause)
		term.Press("ctrl+c")
		if !term.Exited() {
			t.Fatal("still running")
		}

		term = start()
		term.Press("i")
		if s := term.Screen(); !strings.Contains(s, "Your draft from 00:00: 2 people. ctrl+l clears it.") || !strings.Contains(s, "ken@be") {
			t.Error(s)
		}
		term.Send("oper\rll.example\r")
		sendIt(term)
		term.Wait(2 * shell.DraftPause)
		term.Press("i")
		if s := term.Screen(); strings.Contains(s, "ken@be") {
			t.Errorf("it is still there after it was sent:\n%s", s)
		}
	})
}

func TestDraftIsShownAndCleared(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "ada@home.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("lin@kernel.example, @ken:example.org")
		term.Press("esc")
		term.Wait(25 * time.Hour)
		term.Press("i")
		term.Golden("kept")
		term.Press("ctrl+l")
		term.Golden("cleared")
		term.Wait(2 * shell.DraftPause)
		term.Press("esc", "i")
		if s := term.Screen(); strings.Contains(s, "draft") || strings.Contains(s, "lin@") {
			t.Error(s)
		}
	})
}
