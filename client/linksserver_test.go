package client_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/linkserver"
	"github.com/mxinvite/mxinvite/internal/mail"
	"github.com/mxinvite/mxinvite/internal/mail/mailtest"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const linksURL = "https://invite.example.org"

// A linksWorld is a test world with a links server, whose clock is later than that of
// the accounts.
type linksWorld struct {
	*testWorld
	key   linkkey.Key
	later time.Duration
	path  string // of Ada's store
	ada   client.Session
}

func newLinksWorld(t *testing.T) *linksWorld {
	t.Helper()
	n := &linksWorld{testWorld: newTestWorld(t), key: linkkey.New(), path: filepath.Join(t.TempDir(), "store.db")}
	n.AddUser("ken", password, "Ken")
	s, err := linkserver.New(t.Context(), linkserver.Options{
		PublicURL: linksURL, Key: n.key, Uses: filepath.Join(t.TempDir(), "links.db"), Transport: n.World,
		Now: func() time.Time { return time.Now().Add(n.later) }, Log: slog.New(slog.DiscardHandler),
	})
	n.must(err)
	t.Cleanup(func() { _ = s.Close() })
	n.AddHost("invite.example.org", s.Handler())
	n.ada = n.signIn(n.testWorld.ada).Session()
	return n
}

// start returns Ada's account in a new program.
func (n *linksWorld) start(change ...func(*client.Options)) *client.Account {
	n.t.Helper()
	opt := n.options()
	opt.KeyTransport, opt.LinksServer = n.World, client.LinksServer{URL: linksURL, Key: n.key}
	for _, c := range change {
		c(&opt)
	}
	var err error
	opt.Store, err = store.Open(n.t.Context(), n.path)
	n.must(err)
	n.t.Cleanup(func() { _ = opt.Store.Close() })
	a, err := client.Resume(opt, n.ada)
	n.must(err)
	n.must(a.Restore(n.t.Context()))
	n.must(a.Refresh(n.t.Context()))
	return a
}

// makeLink makes a link with limits.
func (n *linksWorld) makeLink(a *client.Account, terms client.LinkTerms) (token string, l link.Link) {
	n.t.Helper()
	plans, err := a.PlanAll(n.t.Context(), client.ByLink, []id.RoomID{n.room}, []recipients.Invitee{{Label: "Grace"}}, nil)
	n.must(err)
	plans[0].Terms = terms
	_, err = a.Enqueue(n.t.Context(), plans)
	n.must(err)
	n.runOutbox(a)
	n.must(a.Refresh(n.t.Context()))
	items := n.outbox(a).Items
	token = items[len(items)-1].Token
	l, err = a.Link(n.room, token)
	n.must(err)
	l, err = link.Parse(l.Format(link.DefaultBase))
	n.must(err)
	return token, l
}

func (n *linksWorld) visitor(user string) *client.Account {
	n.t.Helper()
	opt := n.options()
	opt.KeyTransport = n.World
	a, err := client.Resume(opt, n.signIn(user).Session())
	n.must(err)
	return a
}

// A link of a links server names both servers that are asked, and works once.
func TestLinkOfALinksServerIsAcceptedOnce(t *testing.T) {
	n := newLinksWorld(t)
	a := n.start()
	token, l := n.makeLink(a, client.LinkTerms{Lasts: 14 * 24 * time.Hour})
	if !l.ByLinksServer() || l.IdentityServer != linksURL || l.RoomName != "Compilers" {
		t.Fatalf("%+v", l)
	}
	grace := n.visitor(n.grace)
	i := grace.Preview(l)
	if i.Host != "invite.example.org" || i.Homeserver != "example.org" || i.Asked() != "invite.example.org and example.org" {
		t.Errorf("%+v", i)
	}
	for _, host := range []string{"", "example.org", "invite.example.org"} {
		if _, err := grace.Accept(t.Context(), i, client.Consent{Host: host}); !errors.Is(err, client.ErrNotConfirmed) {
			t.Errorf("asked with the consent for %q: %v", host, err)
		}
	}
	got, err := grace.Accept(t.Context(), i, client.Consent{Host: i.Asked()})
	n.must(err)
	if got != (client.Accepted{RoomID: n.room, Inviter: id.UserID(n.testWorld.ada), Signer: "invite.example.org", Homeserver: "example.org"}) {
		t.Errorf("%+v", got)
	}
	n.checkNoTokenSentTo("invite.example.org", grace)
	for _, r := range n.Requests() {
		if strings.Contains(r.URL.RawQuery, l.PrivateKey()) {
			t.Error("the secret is in a URL")
		}
	}
	if status := n.status(a, token); status != invite.Joined {
		t.Error(status)
	}
	_, err = acceptOwnKey(t, n.visitor("@ken:example.org"), l)
	if err == nil || !strings.Contains(err.Error(), "invite.example.org does not sign: This link was used already") || client.Hint(err) != client.HintAskForInvite {
		t.Errorf("%v, %s", err, client.Hint(err))
	}
}

// A homeserver that cannot send an invite does not prevent the join.
func TestLinkOfALinksServerIsAcceptedBySignature(t *testing.T) {
	n := newLinksWorld(t)
	token, l := n.makeLink(n.start(), client.LinkTerms{})
	n.Inject(sandbox.Fault{Method: "POST", Path: bindPath, Status: 404, Body: `{"errcode":"M_UNRECOGNIZED"}`})
	got, err := acceptOwnKey(t, n.visitor(n.grace), l)
	if err != nil || got.Homeserver != "" || got.Signer != "invite.example.org" {
		t.Errorf("%v %+v", err, got)
	}
	if status := n.status(n.start(), token); status != invite.Joined {
		t.Error(status)
	}
}

// The homeserver asks the links server, and so do the checks of the invite.
func TestExpiredLinkIsRefusedAndShown(t *testing.T) {
	n := newLinksWorld(t)
	a := n.start()
	token, l := n.makeLink(a, client.LinkTerms{Lasts: time.Hour, Uses: 5})
	verdict := func(a *client.Account) invite.Verdict {
		t.Helper()
		a.CheckKeys(t.Context(), func() {})
		i, err := a.Invite(n.room, token)
		n.must(err)
		return a.Judge(i).Verdict
	}
	fresh := verdict(a)
	n.later = time.Hour
	expired := verdict(n.start())
	if fresh != invite.Honoured || expired != invite.Refused {
		t.Errorf("%s, then %s", fresh, expired)
	}
	_, err := acceptOwnKey(t, n.visitor(n.grace), l)
	if err == nil || !strings.Contains(err.Error(), "This link has expired") || client.Hint(err) != client.HintAskForInvite {
		t.Error(err)
	}
}

func TestLinkAndItsLimitsAreStored(t *testing.T) {
	n := newLinksWorld(t)
	token, l := n.makeLink(n.start(), client.LinkTerms{Lasts: time.Hour, Uses: 3})
	a := n.start()
	again, err := a.Link(n.room, token)
	if err != nil || again.Format("") != l.Format("") {
		t.Errorf("%v: another link", err)
	}
	limits := a.LinkLimits(n.room, token)
	if left := time.Until(limits.Expires); limits.Server != "invite.example.org" || limits.Uses != 3 || left > time.Hour || left < 58*time.Minute {
		t.Errorf("%+v", limits)
	}
	// The link stays the same without the server in the settings.
	without := n.start(func(o *client.Options) { o.LinksServer = client.LinksServer{} })
	if again, err := without.Link(n.room, token); err != nil || again.Format("") != l.Format("") {
		t.Errorf("%v: another link", err)
	}
	old, err := a.Invite(n.room, token)
	n.must(err)
	plans, err := a.PlanResend(t.Context(), n.room, []client.Resend{{Invite: old, To: recipients.Invitee{Label: "Grace"}}}, nil)
	if err != nil || plans[0].Terms != (client.LinkTerms{Lasts: time.Hour, Uses: 3}) {
		t.Errorf("%v %+v", err, plans)
	}
	// A link with limits is not replaced by one without. The error comes before the old
	// invite is revoked.
	plans, err = without.PlanResend(t.Context(), n.room, []client.Resend{{Invite: old, To: recipients.Invitee{Label: "Grace"}}}, nil)
	if !errors.Is(err, client.ErrNoLinksServer) {
		t.Errorf("%v %+v", err, plans)
	}
}

// A link that expires in the outbox is neither made nor mailed.
func TestExpiredLinkIsNotSent(t *testing.T) {
	n := newLinksWorld(t)
	server := mailtest.Start(t, mailtest.Options{})
	server.Inject(mailtest.Fault{Step: mailtest.Recipient, Code: 451, Message: "greylisted", Times: 1})
	var err error
	n.mailer, err = mailerTo(strconv.Itoa(server.Port()))
	n.must(err)
	a := n.start(func(o *client.Options) { o.Now = func() time.Time { return time.Now().Add(n.later) } })
	queue := func(way client.Way, who recipients.Invitee) {
		plans, err := a.PlanAll(t.Context(), way, []id.RoomID{n.room}, []recipients.Invitee{who}, nil)
		n.must(err)
		plans[0].Terms = client.LinkTerms{Lasts: time.Hour}
		_, err = a.Enqueue(t.Context(), plans)
		n.must(err)
	}
	queue(client.ByMail, n.invitee("grace@navy.example"))
	if i := n.nextTurn(a).Item; i.State != client.ItemQueued || !i.InRoom() {
		t.Fatalf("%+v", i)
	}
	queue(client.ByLink, recipients.Invitee{Label: "Ken"})
	n.later = 2 * time.Hour
	n.runOutbox(a)
	for _, i := range n.outbox(a).Items {
		if i.State != client.ItemFailed || !strings.Contains(i.Reason, "expired") {
			t.Errorf("%+v", i)
		}
	}
	if mails, events := server.Mails(""), n.inviteEvents(); len(mails) != 0 || len(events) != 1 {
		t.Errorf("%d mails, %v", len(mails), events)
	}
}

func TestNoLinkIsMadeWithoutTheLinksKey(t *testing.T) {
	n := newLinksWorld(t)
	missing := errors.New("no such file")
	a := n.start(func(o *client.Options) { o.LinksServer = client.LinksServer{URL: linksURL, Problem: missing} })
	_, err := a.PlanAll(t.Context(), client.ByLink, []id.RoomID{n.room}, labels(1), nil)
	if !errors.Is(err, missing) || !strings.Contains(err.Error(), linksURL) {
		t.Error(err)
	}
	if _, err := a.PlanAll(t.Context(), client.ByIdentityServer, []id.RoomID{n.room}, []recipients.Invitee{n.invitee("grace@navy.example")}, nil); err != nil {
		t.Error("a mail by the identity server:", err)
	}
}

// A response for another user or invite is not used.
func TestResponseOfALinksServerIsChecked(t *testing.T) {
	for body, want := range map[string]error{
		`{"mxid":"@ken:example.org","token":"T","signatures":{}}`: invite.ErrSignedForOther,
		`{"mxid":"@grace:example.org","token":"other"}`:           invite.ErrSignedOther,
		`[]`: invite.ErrNotSigned,
	} {
		n := newLinksWorld(t)
		_, l := n.makeLink(n.start(), client.LinkTerms{})
		n.Inject(sandbox.Fault{Method: "POST", Path: "/_matrix/identity/v2/sign-ed25519", Status: 200, Body: body})
		if _, err := acceptOwnKey(t, n.visitor(n.grace), l); !errors.Is(err, want) || n.Count("POST", bindPath) != 0 {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// A link for several people is kept until it expires or its sender revokes it.
func TestLinkForSeveralPeopleIsNotRevokedWhenAccepted(t *testing.T) {
	n := newLinksWorld(t)
	a := n.start()
	once, l := n.makeLink(a, client.LinkTerms{})
	n.must(n.acceptAs(n.grace, l))
	several, l := n.makeLink(a, client.LinkTerms{Uses: 2})
	n.must(n.acceptAs("@ken:example.org", l))
	n.must(a.Refresh(t.Context()))
	n.must(a.RevokeAccepted(t.Context()))
	n.must(a.Refresh(t.Context()))
	for token, revoked := range map[string]bool{once: true, several: false} {
		i, err := a.Invite(n.room, token)
		if err != nil || i.Status != invite.Joined || (i.Revocation != nil) != revoked {
			t.Errorf("%v %s, %+v", err, i.Status, i.Revocation)
		}
	}
}

// lastMail is a mail program that keeps the last mail.
type lastMail struct{ mail.Invite }

func (m *lastMail) Deliver(_ context.Context, i mail.Invite) error {
	m.Invite = i
	return nil
}

func TestMailSaysWhenTheLinkExpires(t *testing.T) {
	n := newLinksWorld(t)
	var sent lastMail
	a := n.start(func(o *client.Options) { o.Mailer = &sent })
	plans, err := a.PlanAll(t.Context(), client.ByMail, []id.RoomID{n.room}, []recipients.Invitee{n.invitee("lin@kernel.example")}, nil)
	n.must(err)
	plans[0].Terms = client.LinkTerms{Lasts: 48 * time.Hour}
	before := time.Now().Add(48 * time.Hour).UTC().Format("2 January 2006")
	_, err = a.Enqueue(t.Context(), plans)
	n.must(err)
	n.runOutbox(a)
	if !strings.HasPrefix(sent.Expires, before) || !strings.HasPrefix(sent.Link, linksURL+"/#/room/") {
		t.Errorf("%+v", sent)
	}
}
