package ui

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

const (
	joinPath = "/_matrix/client/v3/rooms/*/join"
	signPath = "/_matrix/identity/api/v1/sign-ed25519"
)

// startAsGrace runs the program for Grace, who has joined only Compilers.
func (n *testWorld) startAsGrace(t *testing.T, width, height int) *termtest.Terminal {
	t.Helper()
	hs, err := discovery.Find(t.Context(), n.options().Transport, n.grace)
	if err != nil {
		t.Fatal(err)
	}
	account, err := login.WithPassword(t.Context(), n.options(), hs, n.grace, "hopper")
	if err != nil {
		t.Fatal(err)
	}
	term := termtest.Run(t, width, height, func(ctx context.Context) tea.Model {
		return New(ctx, shell.Options{Client: n.options(), Account: account})
	})
	term.Wait(time.Second)
	return term
}

// mailToGrace returns the mail of an invite to Operations.
func (n *testWorld) mailToGrace(t *testing.T) sandbox.Mail {
	t.Helper()
	const address = "grace@navy.example"
	if len(n.Mails(address)) == 0 {
		n.invite(t, n.ops, address)
	}
	return n.Mails(address)[0]
}

func TestAcceptAnInvite(t *testing.T) {
	for _, size := range sizes() {
		synctest.Test(t, func(t *testing.T) {
			n := newTestWorld(t)
			m := n.mailToGrace(t)
			n.Inject(sandbox.Fault{Path: signPath, Delay: 900 * time.Millisecond})
			term := n.startAsGrace(t, size[0], size[1])
			term.Press("a")
			term.Golden("form")
			term.Paste(m.Link)
			term.Press("enter")
			term.Golden("preview")
			if n.Count("POST", signPath) != 0 {
				t.Error("a server was contacted before the confirmation")
			}
			waitUntil(term, 10*time.Second) // for the spinner
			term.Press("a")
			waitUntil(term, 10*time.Second+540*time.Millisecond)
			term.Golden("accepting")
			term.Press("esc", "a", "enter") // a request that is running can neither be cancelled nor repeated
			term.Wait(2 * time.Second)
			term.Golden("joined")
			if got := n.Count("POST", joinPath); got != 1 {
				t.Errorf("asked to join %d times", got)
			}
			term.Press("enter")
			term.Golden("room")
			screenIsClean(t, term)
		})
	}
}

func TestAcceptKeepsWhatWasTyped(t *testing.T) {
	for name, tc := range map[string]struct {
		text    func(sandbox.Mail) string
		prepare func(*testing.T, *testWorld)
	}{
		"nothing":       {func(sandbox.Mail) string { return "" }, nil},
		"another link":  {func(sandbox.Mail) string { return "https://matrix.to/#/!abc:example.org" }, nil},
		"cut off":       {func(m sandbox.Mail) string { return m.Link[:strings.Index(m.Link, m.PrivateKey)+9] }, nil},
		"no room":       {func(m sandbox.Mail) string { return m.SignURL }, nil},
		"identity down": {func(m sandbox.Mail) string { return m.Link }, func(_ *testing.T, n *testWorld) { n.SetIdentityServerDown(true) }},
		"banned": {func(m sandbox.Mail) string { return m.Link }, func(t *testing.T, n *testWorld) {
			if err := n.Ban(n.ops, n.ada, n.grace); err != nil {
				t.Fatal(err)
			}
		}},
		"revoked": {func(m sandbox.Mail) string { return m.Link }, func(t *testing.T, n *testWorld) {
			if _, err := n.SendState(n.ops, n.ada, "m.room.third_party_invite", n.mailToGrace(t).Token, map[string]any{}); err != nil {
				t.Fatal(err)
			}
		}},
		"no answer": {func(m sandbox.Mail) string { return m.Link }, func(_ *testing.T, n *testWorld) {
			n.Inject(sandbox.Fault{Path: joinPath, Status: 504})
		}},
	} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			m := n.mailToGrace(t)
			if tc.prepare != nil {
				tc.prepare(t, n)
			}
			text := tc.text(m)
			term := n.startAsGrace(t, 80, 24)
			term.Press("a")
			term.Paste(text)
			term.Press("enter")
			if strings.Contains(term.Screen(), "to accept it") {
				term.Press("a")
				term.Wait(2 * time.Second)
			}
			term.Golden(name)
			if n.Count("POST", joinPath) > 1 {
				t.Errorf("%s: asked to join more than once", name)
			}
		})
	}
}

// A pasted mail may have broken lines, and its content is not trusted.
func TestAcceptOfAHostileMail(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		m := n.mailToGrace(t)
		link := strings.Replace(m.Link, "inviter_name=Ada", "inviter_name=%1B%5D0%3Bowned%07%E2%80%AEadA", 1)
		link = strings.Replace(link, "room_name=Operations", "room_name=%1B%5B2J%0AYou+join+as+%40root%3Aexample.org", 1)
		term := n.startAsGrace(t, 80, 24)
		term.Press("a")
		term.Paste("Hi,\r\n\r\n<" + link[:70] + "=\r\n" + link[70:140] + "=\r\n" + link[140:] + ">\r\n\r\nYours\r\n")
		term.Press("enter")
		term.Golden("preview")
		term.Press("esc")
		term.Golden("back")
		screenIsClean(t, term)
	})
}

// If the user names the inviter, no server has to confirm the invite. A sign URL alone
// needs a room.
func TestAcceptWithRoomAndInviter(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		m := n.mailToGrace(t)
		term := n.startAsGrace(t, 80, 24)
		term.Press("a")
		term.Paste(m.SignURL)
		term.Send("\t" + n.ops + "\t" + n.ada + "\r")
		term.Golden("preview")
		term.Press("a")
		term.Wait(2 * time.Second)
		if !strings.Contains(term.Screen(), "You are in Operations now") || n.Count("POST", signPath) != 0 {
			t.Error(term.Screen())
		}
		term.Press("esc", "a")
		term.Paste(m.Link)
		term.Press("enter")
		term.Golden("already there")
	})
}
