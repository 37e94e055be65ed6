package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const statePath = "/_matrix/client/v3/rooms/*/state/" + invite.TypeThirdPartyInvite + "/*"

// labels returns people without address and Matrix ID.
func labels(count int) []recipients.Invitee {
	people := make([]recipients.Invitee, count)
	for i := range people {
		people[i].Label = fmt.Sprintf("link %d", i+1)
	}
	return people
}

// queueLinks puts invites by link into the outbox.
func (n *testWorld) queueLinks(a *client.Account, people ...recipients.Invitee) []client.Item {
	n.t.Helper()
	return n.queueBy(client.ByLink, a, people...)
}

// queueBy puts invites into the outbox that are sent in some way.
func (n *testWorld) queueBy(way client.Way, a *client.Account, people ...recipients.Invitee) []client.Item {
	n.t.Helper()
	plans, err := a.PlanAll(n.t.Context(), way, []id.RoomID{n.room}, people, nil)
	n.must(err)
	items, err := a.Enqueue(n.t.Context(), client.ToSend(plans, false))
	n.must(err)
	return items
}

// events counts the invites of the room by token.
func (n *testWorld) inviteEvents() map[string]int {
	count := map[string]int{}
	for _, r := range n.Requests() {
		if prefix, token, ok := strings.Cut(r.URL.Path, invite.TypeThirdPartyInvite+"/"); ok && r.Method == http.MethodPut && strings.HasPrefix(prefix, "/_matrix/client") {
			count[token]++
		}
	}
	return count
}

// Links need no identity server, and are accepted by anyone who has them.
func TestLinkIsSentAndAccepted(t *testing.T) {
	n := newTestWorld(t)
	n.SetIdentityServerDown(true)
	a := n.accountWithStore()
	items := n.queueLinks(a, labels(1)...)
	if len(items) != 1 || items[0].Label != "link 1" || items[0].Way != client.ByLink || items[0].Token != "" {
		t.Fatalf("%+v", items)
	}
	n.runOutbox(a)
	sent := n.outbox(a).Items[0]
	if sent.State != client.ItemSent || sent.Token == "" || len(n.Mails("")) != 0 {
		t.Fatalf("%+v", sent)
	}
	n.must(a.Refresh(t.Context()))
	i, err := a.Invite(n.room, sent.Token)
	n.must(err)
	if i.DisplayName != "link 1" || i.Status != invite.Pending || !a.IssuedByOwnKey(n.room, sent.Token) || a.LabelOf(n.room, sent.Token) != "link 1" {
		t.Errorf("%+v", i)
	}
	l, err := a.Link(n.room, sent.Token)
	n.must(err)
	l, err = link.Parse(l.Format(link.DefaultBase))
	n.must(err)
	if l.RoomName != "Compilers" || l.Sender != id.UserID(n.ada) || strings.Join(l.Via, " ") != "example.org" || l.Email != "" {
		t.Errorf("%+v", l)
	}
	if _, err := acceptOwnKey(t, n.graceAccount(), l); err != nil {
		t.Fatal(err)
	}
	n.checkJoined(1)
	if status := n.status(a, sent.Token); status != invite.Joined {
		t.Errorf("status %s", status)
	}
}

// An address is redacted in the room, and the link has it. The identity server, if there
// is one, only looks it up.
func TestLinkForAnAddress(t *testing.T) {
	n := newTestWorld(t)
	a := n.accountWithStore()
	n.queueLinks(a, n.invitee("grace@navy.example"))
	n.runOutbox(a)
	sent := n.outbox(a).Items[0]
	_, content := n.StateEvent(string(n.room), invite.TypeThirdPartyInvite, sent.Token)
	if strings.Contains(string(content), "navy.example") || !strings.Contains(string(content), `"gra...@nav..."`) || len(n.Mails("grace@navy.example")) != 0 {
		t.Errorf("%s", content)
	}
	if l, err := a.Link(n.room, sent.Token); err != nil || l.Email != "grace@navy.example" {
		t.Errorf("%v, %+v", err, l)
	}
	n.must(a.Refresh(t.Context()))
	plans, err := a.PlanAll(t.Context(), client.ByLink, []id.RoomID{n.room}, []recipients.Invitee{n.invitee("Grace@navy.example")}, nil)
	if err != nil || plans[0].Outcome() != client.PlanPending {
		t.Errorf("%v, %+v", err, plans)
	}
}

func TestLinkOutcomes(t *testing.T) {
	n := newTestWorld(t)
	a := n.accountWithStore()
	outcome := func(who recipients.Invitee) client.PlanOutcome {
		t.Helper()
		plans, err := a.PlanAll(t.Context(), client.ByLink, []id.RoomID{n.room}, []recipients.Invitee{who}, nil)
		n.must(err)
		return plans[0].Outcome()
	}
	label := recipients.Invitee{Label: "for the team"}
	if o := outcome(label); o != client.PlanLink {
		t.Errorf("new: %s", o)
	}
	n.queueLinks(a, label)
	if o := outcome(label); o != client.PlanQueued {
		t.Errorf("in the outbox: %s", o)
	}
	n.runOutbox(a)
	n.must(a.Refresh(t.Context()))
	if o := outcome(label); o != client.PlanPending {
		t.Errorf("pending: %s", o)
	}
	if o := outcome(recipients.Invitee{UserID: id.UserID(n.grace)}); o != client.PlanUserID {
		t.Errorf("a Matrix ID: %s", o)
	}
	n.bindGrace()
	if o := outcome(n.invitee("grace@navy.example")); o != client.PlanOnMatrix {
		t.Errorf("an address on Matrix: %s", o)
	}
	_, err := a.Send(t.Context(), client.Plan{Room: client.Room{ID: n.room}, Label: "x", Way: client.ByLink})
	if err == nil {
		t.Error("a link without a stored key was sent")
	}
}

func TestHundredLinksAreSentAtTheLimitOfAStockHomeserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.LimitEvents(sandbox.StockEventsPerSecond, sandbox.StockEventBurst)
		begun := time.Now()
		n.queueLinks(a, labels(100)...)
		n.runOutbox(a)
		took, ideal := time.Since(begun), 90*5*time.Second
		t.Logf("100 links: %.0f s, ideal %.0f s", took.Seconds(), ideal.Seconds()) // for make bench
		if took < ideal || took > ideal+ideal/100 {
			t.Errorf("took %s, ideal is %s", took, ideal)
		}
		events := n.inviteEvents()
		if len(events) != 100 || n.Count("PUT", statePath) != 101 {
			t.Errorf("%d invites by %d requests: all but one before its time", len(events), n.Count("PUT", statePath))
		}
		limits, err := a.Limits(t.Context())
		if err != nil || len(limits) != 1 || limits[0].What != "links" || limits[0].Burst != 10 || limits[0].Interval.Round(100*time.Millisecond) != 5*time.Second {
			t.Errorf("%v, %+v", err, limits)
		}
	})
}

// A lost response is resolved by the state of the room: the invite is never uncertain,
// and keeps its key.
func TestLostResponseToALinkIsResolvedByTheRoom(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"lost":     {Method: "PUT", Path: statePath, Lose: true, Times: 1},
		"refused":  {Method: "PUT", Path: statePath, Refuse: true, Times: 1},
		"an error": {Method: "PUT", Path: statePath, Status: 502, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				a := n.accountWithStore()
				n.Inject(fault)
				n.queueLinks(a, labels(2)...)
				n.runOutbox(a)
				for _, i := range n.outbox(a).Items {
					if i.State != client.ItemSent {
						t.Errorf("%+v", i)
					}
				}
				if events := n.inviteEvents(); len(events) != 2 {
					t.Errorf("%v", events)
				}
				if fault.Lose && n.Count("PUT", statePath) != 2 {
					t.Errorf("%d requests for 2 invites", n.Count("PUT", statePath))
				}
			})
		})
	}
}

// An invite that was revoked before its lost response was resolved stays revoked.
func TestRevokedLinkIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Lose: true, Times: 1})
		n.queueLinks(a, labels(1)...)
		r := a.Runner("a test")
		defer r.Close()
		if turn := r.Next(t.Context()); turn.Err == nil {
			t.Fatalf("%+v", turn)
		}
		var token string
		for token = range n.inviteEvents() {
		}
		n.putInvite(token, struct{}{})
		if turn := r.Next(t.Context()); turn.Item.State != client.ItemSent {
			t.Errorf("%+v", turn)
		}
		if status := n.status(a, token); status != invite.Revoked {
			t.Errorf("status %s", status)
		}
	})
}

func TestLinkIsRefused(t *testing.T) {
	n := newTestWorld(t)
	a := n.accountWithStore()
	n.queueLinks(a, labels(1)...)
	n.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"You don't have permission"}`})
	n.runOutbox(a)
	if i := n.outbox(a).Items[0]; i.State != client.ItemFailed || !strings.Contains(i.Reason, "make a link for link 1") {
		t.Errorf("%+v", i)
	}
}

// The key is encrypted in the store, and another program can show the link again.
func TestKeyOfALinkIsStoredEncrypted(t *testing.T) {
	n := newTestWorld(t)
	a, session, path := n.storedSession()
	n.queueLinks(a, labels(1)...)
	n.runOutbox(a)
	sent := n.outbox(a).Items[0]
	l, err := a.Link(n.room, sent.Token)
	n.must(err)
	n.must(a.ClearOutbox(t.Context()))
	again := n.start(session, path)
	n.must(again.Restore(t.Context()))
	shown, err := again.Link(n.room, sent.Token)
	n.must(err)
	if shown.Format(link.DefaultBase) != l.Format(link.DefaultBase) || again.LabelOf(n.room, sent.Token) != "link 1" {
		t.Errorf("%v", shown)
	}
	if _, err := again.Link(n.room, "other"); !errors.Is(err, client.ErrNoLink) {
		t.Errorf("%v", err)
	}
	for _, r := range n.Requests() {
		text, _ := json.Marshal(r)
		if strings.Contains(string(text), l.PrivateKey()) || strings.Contains(string(text), url.QueryEscape(l.PrivateKey())) {
			t.Errorf("%s %s has the key", r.Method, r.URL.Path)
		}
	}
	files, err := filepath.Glob(path + "*")
	n.must(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		n.must(err)
		if bytes.Contains(data, []byte(l.PrivateKey())) {
			t.Errorf("%s has the key", file)
		}
	}
}

// An account without identity server invites by link, unless the user has chosen to mail.
func TestDefaultWay(t *testing.T) {
	silent := sandbox.Fault{Path: "/.well-known/matrix/client", Status: 200, Body: `{"m.homeserver":{"base_url":"https://matrix.example.org"}}`}
	off := sandbox.Fault{Path: "/_matrix/client/v3/user/*/account_data/m.identity_server", Status: 200, Body: `{"base_url":null}`}
	for name, tc := range map[string]struct {
		fault   *sandbox.Fault
		server  string
		outcome client.PlanOutcome
		err     error // of the way by the identity server
	}{
		"identity server": {nil, "id.example.org", client.PlanMail, nil},
		"none":            {&silent, "", client.PlanLink, client.ErrNoIdentityServer},
		"switched off":    {&off, "", client.PlanLink, client.ErrIdentityServerOff},
	} {
		n := newTestWorld(t)
		if tc.fault != nil {
			n.Inject(*tc.fault)
		}
		a := n.accountWithStore()
		n.must(a.Refresh(t.Context()))
		people := []recipients.Invitee{n.invitee("lin@kernel.example"), {UserID: id.UserID(n.grace)}}
		plans, err := a.PlanAll(t.Context(), client.ByDefault, []id.RoomID{n.room}, people, nil)
		n.must(err)
		if got := plans[0].Outcome(); got != tc.outcome || plans[0].Server != tc.server || plans[1].Outcome() != client.PlanUserID {
			t.Errorf("%s: %s by %q, %s", name, got, plans[0].Server, plans[1].Outcome())
		}
		_, err = a.PlanAll(t.Context(), client.ByIdentityServer, []id.RoomID{n.room}, people, nil)
		if !errors.Is(err, tc.err) {
			t.Errorf("%s: %v", name, err)
		}
		want := []client.WayOffer{{Way: client.ByIdentityServer, Server: tc.server, Err: tc.err}, {Way: client.ByLink}, {Way: client.ByMail, Err: cmpopts.AnyError}}
		if d := cmp.Diff(want, a.OfferWays(t.Context()), cmpopts.EquateErrors()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// A link names the servers of other members as well. They are read once for a room.
func TestLinkNamesServersToJoinThrough(t *testing.T) {
	const membersPath, aclPath = "/_matrix/client/v3/rooms/*/joined_members", "/_matrix/client/v3/rooms/*/state/m.room.server_acl/"
	members := sandbox.Fault{Path: membersPath, Status: 200, Body: `{"joined":{"@ada:example.org":{},"@ken:big.example":{},"@lin:big.example":{},"@rob:small.example":{},"@eve:evil.example":{}}}`}
	for name, tt := range map[string]struct {
		faults []sandbox.Fault
		want   string
	}{
		"one server":  {nil, "example.org"},
		"several":     {[]sandbox.Fault{members}, "example.org big.example evil.example"},
		"one denied":  {[]sandbox.Fault{members, {Path: aclPath, Status: 200, Body: `{"allow":["*"],"deny":["evil.*"]}`}}, "example.org big.example small.example"},
		"no members":  {[]sandbox.Fault{{Path: membersPath, Status: 403}}, "example.org"},
		"no response": {[]sandbox.Fault{members, {Path: aclPath, Status: 502}}, "example.org"},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			a := n.accountWithStore()
			token := n.sendLink(a).Token
			for _, f := range tt.faults {
				n.Inject(f)
			}
			for range 3 {
				a.FindRoutes(t.Context(), n.room)
				l, err := a.Link(n.room, token)
				n.must(err)
				if got := strings.Join(l.Via, " "); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
			}
			if n.Count("GET", membersPath) != 1 {
				t.Errorf("the members were read %d times", n.Count("GET", membersPath))
			}
		})
	}
}
