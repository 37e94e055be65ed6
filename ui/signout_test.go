package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// If the homeserver does not respond to signing out, the program forgets the session
// and tells the user where to end it.
func TestSignOutThatIsNotConfirmed(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		forgot := false
		account := n.account(t)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: account, Forget: func(client.Session) error { forgot = true; return nil }})
		})
		term.Wait(time.Second)
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/logout", Refuse: true})
		term.Press("S", "y")
		term.Wait(time.Minute)
		term.Golden("told")
		if !forgot {
			t.Error("what cannot be used is kept")
		}
	})
}

func TestSignOutOfAnotherAccountThatIsNotConfirmed(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		h, ada := newMemoryAccounts(t, n)
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: ada, Accounts: h.accounts()})
		})
		term.Wait(time.Second)
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/logout", Refuse: true})
		term.Press("@", "j", "S", "y")
		term.Wait(time.Minute)
		term.Golden("told")
		term.Press("k")
		if s := term.Screen(); strings.Contains(s, "could not confirm") || strings.Contains(s, "@grace") {
			t.Error(s)
		}
	})
}

func TestLockedAccountStaysSignedIn(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		account := n.account(t)
		term := termtest.Run(t, 100, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: n.options(), Account: account, End: func(client.Session) error {
				t.Error("the session has not ended")
				return nil
			}})
		})
		term.Wait(time.Second)
		n.LockUser(n.ada, true)
		term.Wait(time.Second)
		term.Golden("locked")
		term.Wait(time.Hour)
		n.LockUser(n.ada, false)
		term.Wait(20 * time.Minute)
		if s := term.Screen(); !strings.Contains(s, "● live") {
			t.Error(s)
		}
	})
}
