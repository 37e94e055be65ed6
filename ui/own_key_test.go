package ui

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/mail"
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
	plans, err := a.PlanAll(t.Context(), client.ByLink, []id.RoomID{id.RoomID(n.ops)}, people, nil)
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

// flow returns the text of a screen without its line breaks and borders.
func flow(screen string) string {
	return strings.Join(strings.FieldsFunc(screen, func(r rune) bool { return strings.ContainsRune(" \n│", r) }), " ")
}

func TestDetailsSayThatMxinviteIssuedALink(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		a := n.account(t)
		n.makeLinks(t, a, "Grace")
		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Wait(time.Second)
		term.Press("enter")
		term.Wait(time.Second)
		if screen := flow(term.Screen()); !strings.Contains(screen, "Link issued by mxinvite, no identity server; its link works until it is revoked. Press L to show it.") {
			t.Error(term.Screen())
		}
	})
}

// noIdentityServer makes the homeserver say that the account uses no identity server.
func (n *testWorld) noIdentityServer() {
	n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/user/*/account_data/m.identity_server", Status: 200, Body: `{"base_url":null}`})
}

// The way is chosen by a key, kept for later invites, and stored with the draft.
func TestWayIsChosen(t *testing.T) {
	atEverySize(t, func(_ *testing.T, _ *testWorld, start func() *termtest.Terminal, golden func(string)) {
		term := start()
		term.Press("i")
		term.Send("oper\r")
		term.Send("lin@kernel.example")
		term.Press("f3")
		golden("form")
		term.Press("enter")
		term.Wait(2 * time.Second)
		golden("preview")
		term.Press("f3")
		term.Wait(2 * time.Second)
		golden("preview of the other way")
		term.Press("f3")
		term.Wait(2 * time.Second)
		term.Press("esc")
		term.Paste("lin@kernel.example, rob@bell.example\n@ken:example.org\n")
		term.Press("enter")
		term.Wait(2 * time.Second)
		golden("preview for many")
		term.Press("esc", "esc", "i")
		golden("form with the draft")
	})
}

// Mails of our own are offered if the settings have a way to send them.
func TestOwnMailsAreOffered(t *testing.T) {
	atEverySize(t, func(t *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		writer, err := mail.NewWriter("Ada <ada@example.org>", mail.Templates{}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		n.mailer = mail.Mailer{Writer: writer, Sender: mail.Command{Argv: []string{"no-such-mailer", "-t"}}}
		term := start()
		term.Press("i")
		term.Send("oper\r")
		term.Send("lin@kernel.example")
		term.Press("f3", "f3")
		golden("form")
		term.Press("enter")
		term.Wait(2 * time.Second)
		golden("preview")
		term.Press("esc")
		term.Paste("lin@kernel.example, rob@bell.example\n@ken:example.org\n")
		term.Press("enter")
		term.Wait(2 * time.Second)
		golden("preview for many")
		term.Press("enter")
		term.Wait(2 * time.Second)
		term.Press("o")
		term.Wait(2 * time.Second)
		golden("outbox")
	})
}

// Without an identity server links are offered at once.
func TestNoIdentityServerMeansLinks(t *testing.T) {
	atEverySize(t, func(_ *testing.T, n *testWorld, start func() *termtest.Terminal, golden func(string)) {
		n.noIdentityServer()
		term := start()
		term.Press("i")
		term.Send("oper\r")
		term.Send("lin@kernel.example")
		golden("form")
		term.Press("enter")
		term.Wait(2 * time.Second)
		golden("preview")
		term.Press("esc")
		term.Paste("lin@kernel.example, rob@bell.example\n@ken:example.org\n")
		term.Press("enter")
		term.Wait(2 * time.Second)
		golden("preview for many")
		term.Press("f1", "esc")
		term.Press("ctrl+p")
		term.Send("next way")
		golden("reason")
	})
}

// A setting for mails is obeyed without an identity server, and the hint names the key.
func TestChosenMailsNeedAnIdentityServer(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.noIdentityServer()
		term := n.startWith(t, func(o *shell.Options) { o.Via = client.ByIdentityServer })
		term.Wait(time.Second)
		term.Press("i")
		term.Send("oper\r")
		term.Send("lin@kernel.example\r")
		term.Wait(2 * time.Second)
		if screen := flow(term.Screen()); !strings.Contains(screen, "choose an identity server") || !strings.Contains(screen, "To send links instead, press f3") {
			t.Error(term.Screen())
		}
		term.Press("f3", "enter")
		term.Wait(2 * time.Second)
		if screen := flow(term.Screen()); !strings.Contains(screen, "You get a link to Operations") || strings.Contains(screen, "No identity server:") {
			t.Error(term.Screen())
		}
	})
}

// The screen revokes a link that was accepted, and shows it as any accepted invite.
func TestScreenRevokesAnAcceptedLink(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		opt := n.options()
		opt.RevokeAccepted = true
		a := n.accountWith(t, opt)
		n.makeLinks(t, a, "Grace")
		term := n.startWith(t, func(o *shell.Options) { o.Account = a })
		term.Wait(time.Second)
		invites := a.Invites()
		l, err := a.Link(invites[0].RoomID, invites[0].Token)
		if err != nil {
			t.Fatal(err)
		}
		hs, err := discovery.Find(t.Context(), n.options().Transport, n.grace)
		if err != nil {
			t.Fatal(err)
		}
		grace, err := login.WithPassword(t.Context(), n.options(), hs, n.grace, "hopper")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := grace.Accept(t.Context(), grace.Preview(l), client.Consent{Host: grace.Preview(l).Asked()}); err != nil {
			t.Fatal(err)
		}
		term.Wait(time.Minute)
		if !strings.Contains(term.Screen(), "● joined") {
			t.Error(term.Screen())
		}
		term.Press("enter")
		term.Wait(time.Second)
		for _, want := range []string{"accepted it and is in the room. Then it was revoked, so it cannot be accepted again.", "; revoked after it was accepted"} {
			if !strings.Contains(flow(term.Screen()), want) {
				t.Errorf("no %q:\n%s", want, term.Screen())
			}
		}
	})
}
