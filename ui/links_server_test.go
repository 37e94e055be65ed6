package ui

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/linkserver"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// The details say when a link expires. Accepting it shows both servers before they are
// asked.
func TestLinkOfALinksServerOnTheScreen(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		key := linkkey.New()
		s, err := linkserver.New(t.Context(), linkserver.Options{
			PublicURL: "https://invite.example.org", Key: key, Uses: filepath.Join(t.TempDir(), "links.db"),
			Transport: n.World, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		n.AddHost("invite.example.org", s.Handler())
		opt := n.options()
		opt.LinksServer = client.LinksServer{URL: "https://invite.example.org", Key: key}
		a := n.accountWith(t, opt)
		if err := a.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		plans, err := a.PlanAll(t.Context(), client.ByLink, []id.RoomID{id.RoomID(n.ops)}, []recipients.Invitee{{Label: "Grace"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		plans[0].Terms = client.LinkTerms{Lasts: 13*24*time.Hour + time.Hour}
		if _, err := a.Enqueue(t.Context(), plans); err != nil {
			t.Fatal(err)
		}
		runner := a.Runner("test")
		defer runner.Close()
		if turn := runner.Next(t.Context()); turn.Err != nil {
			t.Fatal(turn.Err)
		}
		outbox, err := a.Outbox(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l, err := a.Link(id.RoomID(n.ops), outbox.Items[0].Token)
		if err != nil {
			t.Fatal(err)
		}

		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Wait(time.Second)
		term.Press("enter")
		term.Wait(time.Second)
		if screen := flow(term.Screen()); !strings.Contains(screen, "its link works for 1 person and expires in 13d") || !strings.Contains(screen, "invite.example.org says that key 1 is valid") {
			t.Error(term.Screen())
		}

		grace := n.startAsGrace(t, 100, 30)
		grace.Press("a")
		grace.Paste(l.Format(""))
		grace.Press("enter")
		if screen := flow(grace.Screen()); !strings.Contains(screen, "invite.example.org signs that you accept the invite") || !strings.Contains(screen, "example.org, the homeserver of the sender, is asked to invite you. Both learn your Matrix ID") {
			t.Error(grace.Screen())
		}
		grace.Press("a")
		grace.Wait(2 * time.Second)
		if screen := flow(grace.Screen()); !strings.Contains(screen, "You are in") {
			t.Error(grace.Screen())
		}
	})
}
