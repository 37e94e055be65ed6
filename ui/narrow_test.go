package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// In the smallest terminal the chosen tab is visible, and the user can scroll the
// help to its end.
func TestNarrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := sandbox.Demo(sandbox.Options{Now: time.Now})
		n := &testWorld{World: w, t: t, ada: "@" + sandbox.DemoUser + ":" + w.Domain()}
		term := n.startAsAda(t, 60, 16)
		term.Press("shift+tab")
		term.Golden("last tab")
		if !strings.Contains(term.Screen(), "! 8") {
			t.Errorf("the selected tab is not visible:\n%s", term.Screen())
		}
		term.Press("shift+tab")
		if !strings.Contains(term.Screen(), string(invite.Revoked)) {
			t.Errorf("the selected tab is not visible:\n%s", term.Screen())
		}
		term.Press("tab", "?")
		term.Golden("help")
		term.Press("down", "down", "down", "down", "down")
		term.Golden("end of the help")
		term.Press("esc", "enter")
		if !strings.Contains(term.Screen(), "esc back") {
			t.Errorf("cannot go back:\n%s", term.Screen())
		}
	})
}
