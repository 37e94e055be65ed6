package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/mail"
	"github.com/mxinvite/mxinvite/internal/mail/mailtest"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// mailerTo returns a mailer that sends by the mail server on a port of this machine.
func mailerTo(port string) (client.Mailer, error) {
	server, err := mail.ParseServer("smtp://127.0.0.1:" + port)
	if err != nil {
		return nil, err
	}
	w, err := mail.NewWriter("Ada <ada@example.org>", mail.Templates{}, time.Now)
	return mail.Mailer{Writer: w, Sender: &mail.SMTP{Server: server, Limit: 10 * time.Second}}, err
}

// withMail runs a test with an account that mails links by a mail server, in a bubble
// with fake time.
func withMail(t *testing.T, test func(n *testWorld, a *client.Account, server *mailtest.Server)) {
	t.Helper()
	server := mailtest.Start(t, mailtest.Options{})
	mailer, err := mailerTo(strconv.Itoa(server.Port()))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.mailer = mailer
		n.SetIdentityServerDown(true)
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/user/*/account_data/m.identity_server", Status: 200, Body: `{"base_url":null}`})
		test(n, n.accountWithStore(), server)
	})
}

func (n *testWorld) queueMails(a *client.Account, addresses ...string) []client.Item {
	n.t.Helper()
	var people []recipients.Invitee
	for _, address := range addresses {
		people = append(people, n.invitee(address))
	}
	return n.queueBy(client.ByMail, a, people...)
}

// A readMail is a mail as the invitee reads it.
type readMail struct {
	messageID, text string
	link            link.Link
}

func (n *testWorld) readMail(m mailtest.Mail) readMail {
	n.t.Helper()
	message, err := netmail.ReadMessage(bytes.NewReader(m.Text))
	n.must(err)
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	n.must(err)
	part, err := multipart.NewReader(message.Body, parameters["boundary"]).NextRawPart()
	n.must(err)
	text, err := io.ReadAll(quotedprintable.NewReader(part))
	n.must(err)
	read := readMail{messageID: message.Header.Get("Message-ID"), text: string(text)}
	for line := range strings.Lines(read.text) {
		if strings.HasPrefix(line, "mxinvite://") {
			read.link, err = link.Parse(strings.TrimSpace(line))
			n.must(err)
		}
	}
	return read
}

// A mailed link needs no identity server, and the invitee accepts it.
func TestLinkIsMailedAndAccepted(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
		items := n.queueMails(a, "grace@navy.example")
		if len(items) != 1 || items[0].Way != client.ByMail || items[0].Token != "" {
			n.t.Fatalf("%+v", items)
		}
		n.runOutbox(a)
		sent, mails := n.outbox(a).Items[0], server.Mails("")
		if sent.State != client.ItemSent || sent.Token == "" || len(mails) != 1 || mails[0].To != "grace@navy.example" || mails[0].From != "ada@example.org" {
			n.t.Fatalf("%+v, %+v", sent, mails)
		}
		read := n.readMail(mails[0])
		for _, says := range []string{"Ada (@ada:example.org)", `"Compilers"`, "mxinvite accept"} {
			if !strings.Contains(read.text, says) {
				n.t.Errorf("no %q in %s", says, read.text)
			}
		}
		if strings.Contains(read.messageID, sent.Token) || read.link.Token != sent.Token || read.link.Email != "grace@navy.example" {
			n.t.Errorf("%+v", read)
		}
		if _, err := acceptOwnKey(n.t.(*testing.T), n.graceAccount(), read.link); err != nil {
			n.t.Fatal(err)
		}
		if status := n.status(a, sent.Token); status != invite.Joined {
			n.t.Errorf("status %s", status)
		}
	})
}

// What is known of the mail decides the state of the invite, and what happens with others.
func TestFaultsOfMail(t *testing.T) {
	type counts = map[client.ItemState]int
	for name, tc := range map[string]struct {
		fault  mailtest.Fault
		states counts // of three invites, after the runner stops or waits
		stall  string // "wait", "decision" or empty
		reason string
		hint   client.HintKind
	}{
		"address refused": {
			mailtest.Fault{Step: mailtest.Recipient, To: "two@navy.example", Code: 550, Message: "no such user"},
			counts{client.ItemSent: 2, client.ItemFailed: 1},
			"", "invited, but not mailed: ", client.HintMailFailed,
		},
		"address later": {
			mailtest.Fault{Step: mailtest.Recipient, To: "one@navy.example", Code: 451, Message: "greylisted", Times: 1},
			counts{client.ItemSent: 3},
			"", "", "",
		},
		"refused twice": {
			mailtest.Fault{Step: mailtest.Body, Code: 554, Message: "spam"},
			counts{client.ItemFailed: 2, client.ItemQueued: 1},
			"decision", "spam", client.HintMailFailed,
		},
		"password refused": {
			mailtest.Fault{Step: mailtest.From, Code: 530, Message: "sign in first"},
			counts{client.ItemQueued: 3},
			"decision", "sign in first", client.HintMailSettings,
		},
		"server busy": {
			mailtest.Fault{Step: mailtest.From, Code: 421, Message: "busy", Times: 2},
			counts{client.ItemSent: 3},
			"", "", "",
		},
		"answer lost": {
			mailtest.Fault{Step: mailtest.Body, To: "one@navy.example", Cut: true, Keep: true},
			counts{client.ItemUncertain: 1, client.ItemSent: 2},
			"", "invited, but it is uncertain whether the mail was sent: ", client.HintMailUncertain,
		},
		"answers lost": {
			mailtest.Fault{Step: mailtest.Body, Cut: true},
			counts{client.ItemUncertain: 2, client.ItemQueued: 1},
			"decision", "uncertain", client.HintMailUncertain,
		},
		"cut after the answer": {
			mailtest.Fault{Step: mailtest.Done, Cut: true},
			counts{client.ItemSent: 3},
			"", "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
				server.Inject(tc.fault)
				n.queueMails(a, "one@navy.example", "two@navy.example", "three@navy.example")
				r := a.Runner("test")
				defer r.Close()
				for n.outbox(a).Count(client.ItemQueued) > 0 && !n.outbox(a).Stall.Decision() {
					r.Next(n.t.Context())
				}
				o, states := n.outbox(a), counts{}
				for _, i := range o.Items {
					states[i.State]++
					if (i.State == client.ItemFailed || i.State == client.ItemUncertain) && (!strings.Contains(i.Reason, tc.reason) || i.Advice.Kind != tc.hint) {
						n.t.Errorf("%+v", i)
					}
					if n := len(server.Mails(i.Address.Address)); n > 1 || i.State == client.ItemSent && n == 0 {
						t.Errorf("%s got %d mails", i.Address.Address, n)
					}
					if token := i.Token; token != "" {
						if _, err := a.Link(n.room, token); err != nil {
							n.t.Error(err)
						}
					}
				}
				if len(states) != len(tc.states) || states[client.ItemSent] != tc.states[client.ItemSent] || states[client.ItemFailed] != tc.states[client.ItemFailed] ||
					states[client.ItemUncertain] != tc.states[client.ItemUncertain] {
					n.t.Errorf("%v, want %v: %+v", states, tc.states, o.Items)
				}
				if got := o.Stall.Decision(); got != (tc.stall == "decision") {
					n.t.Errorf("stall %+v", o.Stall)
				}
				for token, count := range n.inviteEvents() {
					if count != 1 {
						n.t.Errorf("%d events for %s", count, token)
					}
				}
			})
		})
	}
}

// An invite whose mail failed stays in the room. Trying again only mails it: the same
// link, with the same Message-ID.
func TestRetryMailsTheSameLink(t *testing.T) {
	for name, fault := range map[string]mailtest.Fault{
		"failed":    {Step: mailtest.Body, Code: 554, Message: "spam", Times: 1},
		"uncertain": {Step: mailtest.Body, Cut: true, Keep: true, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
				server.Inject(fault)
				number := n.queueMails(a, "grace@navy.example")[0].Number
				n.runOutbox(a)
				first := n.outbox(a).Items[0]
				if string(first.State) != name || first.Token == "" {
					n.t.Fatalf("%+v", first)
				}
				n.must(a.Retry(n.t.Context(), number))
				n.runOutbox(a)
				second := n.outbox(a).Items[0]
				if second.State != client.ItemSent || second.Token != first.Token || len(n.inviteEvents()) != 1 || n.Count("PUT", statePath) != 1 {
					n.t.Errorf("%+v after %v", second, n.inviteEvents())
				}
				mails := server.Mails("grace@navy.example")
				read := n.readMail(mails[len(mails)-1])
				if read.link.Token != first.Token {
					n.t.Errorf("%+v", read.link)
				}
				if name == "uncertain" && (len(mails) != 2 || n.readMail(mails[0]).messageID != read.messageID) {
					n.t.Errorf("%d mails", len(mails))
				}
			})
		})
	}
}

// The user says that the mail arrived.
func TestUncertainMailIsSettled(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
		server.Inject(mailtest.Fault{Step: mailtest.Body, Cut: true, Keep: true, Times: 1})
		number := n.queueMails(a, "grace@navy.example")[0].Number
		n.runOutbox(a)
		n.must(a.Refresh(n.t.Context())) // the room shows the invite, but not the mail
		n.runOutbox(a)
		if i := n.outbox(a).Items[0]; i.State != client.ItemUncertain {
			n.t.Fatalf("%+v", i)
		}
		n.must(a.MarkSent(n.t.Context(), number))
		n.runOutbox(a)
		if i := n.outbox(a).Items[0]; i.State != client.ItemSent || len(server.Mails("")) != 1 {
			n.t.Errorf("%+v", i)
		}
	})
}

// An invite that was revoked or accepted before its mail could be sent is not mailed.
func TestRevokedInviteIsNotMailed(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
		server.Inject(mailtest.Fault{Step: mailtest.Body, Code: 554, Message: "spam", Times: 1})
		number := n.queueMails(a, "grace@navy.example")[0].Number
		n.runOutbox(a)
		n.must(a.Refresh(n.t.Context()))
		n.must(a.Revoke(n.t.Context(), n.room, n.outbox(a).Items[0].Token))
		n.must(a.Retry(n.t.Context(), number))
		n.runOutbox(a)
		if i := n.outbox(a).Items[0]; i.State != client.ItemFailed || !strings.Contains(i.Reason, "accepted or revoked") || len(server.Mails("")) != 0 {
			n.t.Errorf("%+v", i)
		}
	})
}

// The same holds if the response to the request that issued it was lost.
func TestRevokedInviteWithoutResponseIsNotMailed(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
		n.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Lose: true, Times: 1})
		n.queueMails(a, "grace@navy.example")
		n.nextTurn(a)
		for token := range n.inviteEvents() {
			n.putInvite(token, struct{}{})
		}
		n.runOutbox(a)
		if i := n.outbox(a).Items[0]; i.State != client.ItemFailed || !strings.Contains(i.Reason, "accepted or revoked") || len(server.Mails("")) != 0 {
			n.t.Errorf("%+v", i)
		}
	})
}

// A homeserver shows the old state of a room to a user who has left it, but it sends no
// invite for the link.
func TestLinkToARoomThatWasLeftIsNotMailed(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
		server.Inject(mailtest.Fault{Step: mailtest.Body, Code: 554, Message: "spam", Times: 1})
		number := n.queueMails(a, "grace@navy.example")[0].Number
		n.runOutbox(a)
		n.must(n.Leave(string(n.room), n.ada))
		n.must(a.Refresh(n.t.Context()))
		n.must(a.Retry(n.t.Context(), number))
		n.runOutbox(a)
		if i := n.outbox(a).Items[0]; i.State != client.ItemFailed || len(server.Mails("")) != 0 {
			n.t.Errorf("%+v", i)
		}
	})
}

// A greylisted mail is sent after some minutes, and meanwhile the others are. The
// forecast says when.
func TestDeferredMailIsSentLater(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
		server.Inject(mailtest.Fault{Step: mailtest.Recipient, To: "one@navy.example", Code: 451, Message: "greylisted", Times: 2})
		begun := time.Now()
		n.queueMails(a, "one@navy.example", "two@navy.example")
		r := a.Runner("test")
		defer r.Close()
		if i := r.Next(n.t.Context()).Item; i.State != client.ItemQueued || !strings.Contains(i.Reason, "greylisted") || i.Advice.Kind != client.HintMailDeferred {
			n.t.Errorf("%+v", i)
		}
		if i := r.Next(n.t.Context()).Item; i.State != client.ItemSent || time.Since(begun) > time.Second {
			n.t.Errorf("%+v after %v", i, time.Since(begun))
		}
		if o := n.outbox(a); o.Next.Sub(begun).Round(time.Second) != 5*time.Minute || o.Last != o.Next {
			n.t.Errorf("next %v, last %v", o.Next.Sub(begun), o.Last.Sub(begun))
		}
		r.Next(n.t.Context())
		if i := r.Next(n.t.Context()).Item; i.State != client.ItemSent || time.Since(begun).Round(time.Minute) != 15*time.Minute {
			n.t.Errorf("%+v after %v", i, time.Since(begun))
		}
	})
}

func TestEndlesslyDeferredMailFails(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, server *mailtest.Server) {
		server.Inject(mailtest.Fault{Step: mailtest.Recipient, Code: 451, Message: "greylisted"})
		begun := time.Now()
		n.queueMails(a, "one@navy.example")
		n.runOutbox(a)
		if i := n.outbox(a).Items[0]; i.State != client.ItemFailed || time.Since(begun) < 5*time.Hour || time.Since(begun) > 7*time.Hour {
			n.t.Errorf("%+v after %v", i, time.Since(begun))
		}
	})
}

// A mail server that cannot be reached is tried again, without other events.
func TestUnreachableMailServer(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	lost := &switchedMailer{}
	var err error
	if lost.Mailer, err = mailerTo(strconv.Itoa(server.Port())); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		lost.err = &mail.Error{Result: mail.Unavailable, By: "mail.example.org:587", Err: errors.New("connection refused")}
		n.mailer = lost
		a := n.accountWithStore()
		n.queueMails(a, "one@navy.example", "two@navy.example")
		turn := n.nextTurn(a)
		o := n.outbox(a)
		if turn.Err == nil || turn.RetryIn == 0 || !strings.Contains(o.Stall.Reason, "connection refused") || o.Stall.Decision() || len(n.inviteEvents()) != 1 {
			t.Errorf("%+v, %+v", turn, o.Stall)
		}
		lost.err = nil
		n.runOutbox(a)
		if len(server.Mails("one@navy.example")) != 1 || len(server.Mails("two@navy.example")) != 1 || n.Count("PUT", statePath) != 2 {
			t.Errorf("%d mails, %d events", len(server.Mails("")), n.Count("PUT", statePath))
		}
	})
}

// A switchedMailer fails with an error while it has one.
type switchedMailer struct {
	client.Mailer
	err error
}

func (m *switchedMailer) Deliver(ctx context.Context, i mail.Invite) error {
	if m.err != nil {
		return m.err
	}
	return m.Mailer.Deliver(ctx, i)
}

// Without a mailer nothing is planned, and nothing is sent by a program that has none.
func TestNoMailer(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, _ *mailtest.Server) {
		n.queueMails(a, "one@navy.example")
		n.mailer = nil
		session, path := n.signIn(n.ada).Session(), n.t.TempDir()+"/store.db"
		other := n.start(session, path)
		n.must(other.Refresh(n.t.Context()))
		_, err := other.PlanAll(n.t.Context(), client.ByMail, []id.RoomID{n.room}, []recipients.Invitee{n.invitee("one@navy.example")}, nil)
		if _, ok := errors.AsType[*client.NoMailError](err); !ok || client.Hint(err) != client.HintMailSettings || other.MayMail() == nil {
			n.t.Errorf("%v", err)
		}
		plans, err := other.PlanAll(n.t.Context(), client.ByMail, []id.RoomID{n.room}, []recipients.Invitee{{UserID: id.UserID(n.grace)}}, nil)
		if err != nil || plans[0].Outcome() != client.PlanUserID {
			n.t.Errorf("%+v, %v", plans, err)
		}
	})
}

// A program without a mailer neither invites nor mails what another program has queued.
func TestQueuedMailsWithoutAMailer(t *testing.T) {
	withMail(t, func(n *testWorld, _ *client.Account, server *mailtest.Server) {
		_, session, path := n.storedSession()
		mailing := n.start(session, path)
		n.must(mailing.Refresh(n.t.Context()))
		n.queueMails(mailing, "one@navy.example")
		n.mailer = nil
		other := n.start(session, path)
		n.must(other.Refresh(n.t.Context()))
		turns := n.nextTurn(other)
		if _, ok := errors.AsType[*client.NoMailError](turns.Err); !ok || !n.outbox(other).Stall.Decision() || len(n.inviteEvents()) != 0 {
			n.t.Errorf("%+v", turns)
		}
		n.must(mailing.PauseOutbox(n.t.Context(), false))
		n.runOutbox(mailing)
		if len(server.Mails("one@navy.example")) != 1 {
			n.t.Error("not mailed")
		}
	})
}

func (n *testWorld) nextTurn(a *client.Account) client.Turn {
	n.t.Helper()
	r := a.Runner("test")
	defer r.Close()
	return r.Next(n.t.Context())
}

// An invite is sent again in its way.
func TestMailedInviteIsResentByMail(t *testing.T) {
	withMail(t, func(n *testWorld, a *client.Account, _ *mailtest.Server) {
		n.queueMails(a, "grace@navy.example")
		n.runOutbox(a)
		n.must(a.ClearOutbox(n.t.Context()))
		n.must(a.Refresh(n.t.Context()))
		i := a.Invites(n.room)[0]
		plans, err := a.PlanResend(n.t.Context(), n.room, []client.Resend{{Invite: i, To: n.invitee("grace@navy.example")}}, nil)
		if err != nil || plans[0].Outcome() != client.PlanMailLink {
			n.t.Errorf("%v, %+v", err, plans)
		}
	})
}

// If a program is killed while it issues and mails links, every address gets one mail or
// is uncertain, and every room has one event for it.
func TestKilledProgramMailsNoLinkTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many programs")
	}
	server := mailtest.Start(t, mailtest.Options{})
	server.Inject(mailtest.Fault{Step: mailtest.Body, Delay: 5 * time.Millisecond, Keep: true})
	port := strconv.Itoa(server.Port())
	n := newServedWorld(t)
	n.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Delay: 5 * time.Millisecond})
	var err error
	n.mailer, err = mailerTo(port)
	n.must(err)
	a := n.killWhileSending(client.ByMail, mailPortVar+"="+port)
	n.runOutbox(a) // the remaining invites

	uncertain, unsure := 0, 0
	for _, i := range n.outbox(a).Items {
		mails := server.Mails(i.Address.Address)
		switch {
		case i.State == client.ItemSent && len(mails) == 1 && n.readMail(mails[0]).link.Token == i.Token:
		case i.State == client.ItemUncertain && len(mails) <= 1 && i.Token != "" && strings.HasPrefix(i.Reason, "invited, but it is uncertain"):
			uncertain++
			unsure += len(mails)
		default:
			t.Errorf("%s is %s (%s) and got %d mails", i.Address.Address, i.State, i.Reason, len(mails))
		}
	}
	events := n.inviteEvents()
	if total := crashes * batch; len(n.outbox(a).Items) != total || len(events) != total || uncertain > crashes {
		t.Errorf("%d of %d left, %d events, %d uncertain", len(n.outbox(a).Items), total, len(events), uncertain)
	}
	shown := 0
	n.must(a.Refresh(t.Context()))
	for _, i := range n.outbox(a).Items {
		if slices.ContainsFunc(a.Invites(n.room), func(x invite.Invite) bool { return x.Token == i.Token && x.Live() }) {
			shown++
		}
	}
	if shown != crashes*batch {
		t.Errorf("the room shows %d invites of %d", shown, crashes*batch)
	}
	t.Logf("%d invites in %d crashes: %d uncertain, of which %d were mailed", crashes*batch, crashes, uncertain, unsure)
}
