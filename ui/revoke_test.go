package ui

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

func TestRevoke(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		token := n.invite(t, n.compilers, "lin@kernel.example")
		revoked := func() bool {
			events := 0
			for _, r := range n.Requests() {
				if r.Method == http.MethodPut && strings.Contains(r.URL.Path, token) {
					events++
				}
			}
			return events > 0
		}
		term := n.startAsAda(t, 120, 32)
		term.Press("x")
		term.Golden("asked")
		term.Press("n")
		term.Wait(10 * time.Second)
		term.Press("x", "y")
		term.Golden("waiting")
		term.Wait(3 * time.Second)
		term.Press("u")
		term.Golden("undone")
		term.Wait(10 * time.Second)
		if revoked() {
			t.Fatal("revoked nevertheless")
		}
		term.Press("x")
		waitUntil(term, 60*time.Second) // the event IDs on the screen depend on the time
		term.Press("y")
		term.Wait(6 * time.Second)
		term.Golden("revoked")
		if !revoked() {
			t.Error("not revoked")
		}
		term.Press("x")
		if !strings.Contains(term.Screen(), "The invite was already revoked.") {
			t.Error(term.Screen())
		}
	})
}

// quitWhileRevoking returns the program after the user has pressed keys that quit,
// while a revocation can be undone.
func quitWhileRevoking(t *testing.T, n *testWorld, keys ...string) *termtest.Terminal {
	t.Helper()
	n.invite(t, n.compilers, "lin@kernel.example")
	n.Inject(sandbox.Fault{Method: "PUT", Path: "/_matrix/client/v3/rooms/", Delay: time.Second})
	term := n.startAsAda(t, 80, 24)
	term.Press("x", "y")
	term.Wait(3 * time.Second)
	term.Press(keys...)
	return term
}

func TestQuittingAsksWhileARevocationCanBeUndone(t *testing.T) {
	for _, quit := range []string{"q", "ctrl+c"} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			term := quitWhileRevoking(t, n, quit)
			term.Golden("asked")
			term.Wait(time.Minute)
			if term.Exited() || n.statuses(t)[invite.Revoked] != 0 {
				t.Errorf("after %s the question was not waited for:\n%s", quit, term.Screen())
			}
		})
	}
}

func TestQuittingFinishesRevocations(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := quitWhileRevoking(t, n, "q", "y")
		if term.Exited() {
			t.Fatal("the program ended before the revocation was sent")
		}
		term.Wait(2 * time.Second)
		if !term.Exited() || n.statuses(t)[invite.Revoked] != 1 {
			t.Errorf("still running, or not revoked:\n%s", term.Screen())
		}
	})
}

func TestQuittingUndoesRevocations(t *testing.T) {
	for _, keys := range [][]string{{"q", "u"}, {"ctrl+c", "u"}, {"ctrl+c", "ctrl+c"}} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			term := quitWhileRevoking(t, n, keys...)
			term.Wait(time.Second)
			if !term.Exited() || n.statuses(t)[invite.Revoked] != 0 {
				t.Errorf("%v: still here, or revoked:\n%s", keys, term.Screen())
			}
		})
	}
}

func TestStayingRestartsTheTimeToUndo(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := quitWhileRevoking(t, n, "q", "esc")
		term.Wait(4 * time.Second)
		if term.Exited() || n.statuses(t)[invite.Revoked] != 0 || !strings.Contains(term.Screen(), "u undo") {
			t.Fatalf("not back:\n%s", term.Screen())
		}
		term.Wait(3 * time.Second)
		if n.statuses(t)[invite.Revoked] != 1 {
			t.Error("not revoked")
		}
	})
}

// If the server ends a visitor's session, the program does not wait for an answer.
func TestServerShutdownFinishesRevocations(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		account := n.account(t)
		var program *tea.Program
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: account})
		}, func(p *tea.Program) { program = p })
		term.Wait(time.Second)
		term.Press("x", "y")
		program.Send(shell.QuitMsg{})
		term.Wait(time.Second)
		if !term.Exited() || n.statuses(t)[invite.Revoked] != 1 {
			t.Errorf("still running, or not revoked:\n%s", term.Screen())
		}
	})
}

func TestRevokeMarked(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := listed(t, n)
		term.Press("j", "space", "space")
		term.Golden("marked")
		term.Press("x")
		term.Golden("asked")
		term.Press("y")
		term.Golden("waiting")
		term.Press("u")
		term.Wait(10 * time.Second)
		term.Press("x", "y")
		term.Wait(10 * time.Second)
		if a := n.account(t); a.Refresh(t.Context()) != nil || len(a.Invites()) != 4 {
			t.Fatal("some invites are missing")
		} else {
			revoked := 0
			for _, i := range a.Invites() {
				if i.Status == invite.Revoked {
					revoked++
				}
			}
			if revoked != 2 {
				t.Errorf("%d revoked", revoked)
			}
		}
	})
}

// The question lists the invitees that fit, and the number of the others.
func TestQuestionListsTheInvitees(t *testing.T) {
	for _, size := range sizes() {
		inDemo(t, size[0], size[1], func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
			term.Press("ctrl+a", "x")
			term.Golden("asked")
			shows(t, term, "more")
			shows(t, term, "y yes")
		})
	}
}

func TestRefusedRevocationKeepsTheProgramOpen(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		n.Inject(sandbox.Fault{Method: "PUT", Path: "/_matrix/client/v3/rooms/", Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
		term := n.startAsAda(t, 80, 24)
		term.Press("x", "y", "q", "y")
		term.Wait(2 * time.Second)
		if term.Exited() {
			t.Fatal("the program ended without showing the error")
		}
		term.Golden("refused")
		term.Press("q")
		if !term.Exited() {
			t.Error("cannot be left any more")
		}
	})
}

func TestRevokeEverythingShown(t *testing.T) {
	atEverySize(t, func(t *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		for _, address := range people(6) {
			n.invite(t, n.ops, address)
		}
		n.invite(t, n.compilers, "lin@kernel.example")
		term := start()
		term.Press("/")
		term.Send("room:ops\r")
		term.Press("ctrl+a")
		golden("marked")
		term.Press("x")
		golden("asked")
		term.Raw()
		n.Inject(sandbox.Fault{Method: "PUT", Path: "/_matrix/client/v3/rooms/", Times: 3, Delay: time.Second})
		n.Inject(sandbox.Fault{Method: "PUT", Path: "/_matrix/client/v3/rooms/", Times: 2, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
		term.Press("y")
		term.Wait(7 * time.Second)
		golden("under way")
		term.Wait(5 * time.Second)
		golden("partly done")
		if raw := string(term.Raw()); !strings.Contains(raw, "\x1b]9;4;1;") {
			t.Error("the terminal shows no progress")
		}
		if got := n.statuses(t); got[invite.Revoked] != 4 || got[invite.Pending] != 3 {
			t.Errorf("%v", got)
		}
		term.Press("x", "y")
		term.Wait(10 * time.Second)
		if got := n.statuses(t); got[invite.Revoked] != 6 || got[invite.Pending] != 1 {
			t.Errorf("the rest was not marked: %v", got)
		}
	})
}

// Accepting a second invite would change the membership of a user who has already
// joined.
func TestLeftoversAreOfferedForRevocation(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "grace@navy.example")
		if err := n.Bind("grace@navy.example", n.grace); err != nil {
			t.Fatal(err)
		}
		if err := n.Join(n.ops, n.grace); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		for range 2 {
			n.invite(t, n.ops, "gracie@naval.example")
		}
		term := n.startAsAda(t, 80, 24)
		term.Press("G", "enter")
		term.Golden("offered")
		term.Press("X")
		term.Golden("asked")
		term.Press("y")
		term.Wait(10 * time.Second)
		if got := n.statuses(t); got[invite.Revoked] != 2 || got[invite.Joined] != 1 {
			t.Errorf("%v", got)
		}
	})
}
