package ui

import (
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestQuittingWaitsForASend(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Delay: 2 * time.Second})
		n.invite(t, n.ops, "rob@bell.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("i")
		term.Send("lin@kernel.example\r")
		sendIt(term)
		term.Press("ctrl+c")
		if term.Exited() {
			t.Fatal("the program ended during a send")
		}
		term.Wait(5 * time.Second)
		if !term.Exited() || len(n.Mails("lin@kernel.example")) != 1 {
			t.Errorf("exited %v\n%s", term.Exited(), term.Screen())
		}
	})
}
