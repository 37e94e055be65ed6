package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// makeLinks makes links to the room of the world, as mxinvite link does.
func (n *testWorld) makeLinks(t *testing.T, a *client.Account, labels ...string) {
	t.Helper()
	people := make([]recipients.Invitee, len(labels))
	for i, label := range labels {
		people[i].Label = label
	}
	if err := a.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	plans, err := a.PlanAllBy(t.Context(), client.ByLink, []id.RoomID{id.RoomID(n.ops)}, people, nil)
	if err == nil {
		_, err = a.Enqueue(t.Context(), plans)
	}
	if err != nil {
		t.Fatal(err)
	}
	runner := a.Runner("test")
	defer runner.Close()
	for range labels {
		if turn := runner.Next(t.Context()); turn.Err != nil {
			t.Fatal(turn.Err)
		}
	}
}

// startAs runs the program with an account, for a visitor or for a user of this machine.
func (n *testWorld) startAs(t *testing.T, a *client.Account, visitor bool) *termtest.Terminal {
	t.Helper()
	term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
		return New(ctx, shell.Options{Location: time.UTC, Client: n.options(), Account: a, Visitor: visitor})
	})
	term.Wait(time.Second) // until the keys are checked
	return term
}

// flow returns the text of a screen without its line breaks and borders.
func flow(screen string) string {
	return strings.Join(strings.FieldsFunc(screen, func(r rune) bool { return strings.ContainsRune(" \n│", r) }), " ")
}

func TestDetailsSayThatMxinviteIssuedALink(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		a := n.account(t)
		n.makeLinks(t, a, "Grace")
		term := n.startAs(t, a, false)
		term.Press("enter")
		term.Wait(time.Second)
		if screen := flow(term.Screen()); !strings.Contains(screen, "Link issued by mxinvite, no identity server; its link works until it is revoked") {
			t.Error(term.Screen())
		}
	})
}

// The screen cannot send links yet, so it leaves them out and names the command.
func TestLinksAreNotMovedOnTheScreen(t *testing.T) {
	for _, visitor := range []bool{false, true} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			a := n.account(t)
			n.makeLinks(t, a, "Grace")
			n.replace(t, n.ops, "New operations")
			term := n.startAs(t, a, visitor)
			term.Wait(time.Minute)
			term.Press("m")
			term.Wait(time.Second)
			screen := flow(term.Screen())
			if !strings.Contains(screen, "inks cannot be sent on the screen") || strings.Contains(screen, "run: mxinvite move") == visitor {
				t.Errorf("visitor %v:\n%s", visitor, term.Screen())
			}
		})
	}
}

func TestLinksAreOfferedWithoutIdentityServer(t *testing.T) {
	for _, visitor := range []bool{false, true} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/user/*/account_data/m.identity_server", Status: 200, Body: `{"base_url":null}`})
			term := n.startAs(t, n.account(t), visitor)
			term.Press("i")
			term.Send("oper\r")
			term.Send("lin@kernel.example\r")
			term.Wait(2 * time.Second)
			screen := flow(term.Screen())
			if !strings.Contains(screen, "choose an identity server") || strings.Contains(screen, "in a shell: mxinvite send --via link ROOM PERSON") == visitor {
				t.Errorf("visitor %v:\n%s", visitor, term.Screen())
			}
		})
	}
}
