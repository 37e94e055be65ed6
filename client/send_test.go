package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestSendMailsOnceAndFindsTheToken(t *testing.T) {
	n := newTestWorld(t)
	n.invite("grant@navarra.example") // has the same shortened display name
	a := n.account()
	sent, err := n.send(a, " Grace <GRACE@Navy.Example> ")
	n.must(err)
	mails := n.Mails("grace@navy.example")
	if len(mails) != 1 || mails[0].Token != sent.Token {
		t.Fatalf("%d mails, token %q", len(mails), sent.Token)
	}
	if got := n.status(a, sent.Token); got != invite.Pending {
		t.Errorf("status %s", got)
	}
	var body map[string]string
	for _, r := range n.Requests() {
		if strings.HasSuffix(r.URL.Path, "/invite") && r.Method == http.MethodPost {
			n.must(json.Unmarshal(r.Body, &body))
		}
	}
	if body["address"] != "grace@navy.example" || body["medium"] != "email" || body["id_server"] != "id.example.org" || body["id_access_token"] == "" {
		t.Errorf("asked for %v", body)
	}
}

func TestBoundAddressBecomesAnOrdinaryInvite(t *testing.T) {
	n := newTestWorld(t)
	n.must(n.Bind("grace@navy.example", n.grace))
	a := n.account()
	plan, err := a.Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
	n.must(err)
	if string(plan.UserID) != n.grace {
		t.Fatalf("planned for %q", plan.UserID)
	}
	sent, err := a.Send(t.Context(), plan)
	n.must(err)
	if string(sent.UserID) != n.grace || sent.Token != "" || len(n.Mails("grace@navy.example")) > 0 && n.Mails("grace@navy.example")[0].Token != "" {
		t.Errorf("%+v and %v", sent, n.Mails("grace@navy.example"))
	}
	n.checkMember(a, "invite")
	n.must(n.Join(string(n.room), n.grace))
	n.checkMember(a, "join")
	n.must(n.Ban(string(n.room), n.ada, n.grace))
	n.checkMember(a, "ban")
}

// checkMember checks that Grace cannot be invited because of her membership.
func (n *testWorld) checkMember(a *client.Account, membership string) {
	n.t.Helper()
	_, err := n.send(a, "grace@navy.example")
	var e *client.MemberError
	if !errors.As(err, &e) || e.Membership != membership || client.Hint(err) == "" {
		n.t.Errorf("%s: %v", membership, err)
	}
}

func TestTermsComeFirst(t *testing.T) {
	n := newTestWorld(t)
	n.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "2", Languages: map[string]sandbox.Document{
		"en": {Name: "Privacy", URL: "https://id.example.org/privacy"},
		"fr": {Name: "Vie privée", URL: "https://id.example.org/vie"},
	}}})
	a := n.account()
	_, err := n.send(a, "grace@navy.example")
	var terms *client.TermsError
	if !errors.As(err, &terms) || len(terms.Policies) != 1 || terms.Policies[0].In().Name != "Privacy" {
		t.Fatalf("%v", err)
	}
	if n.Count("POST", lookupPath) > 0 || n.Count("POST", invitePath) > 0 {
		t.Error("an address left before the terms were accepted")
	}
	n.must(a.AcceptTerms(t.Context(), []identity.PolicyText{terms.Policies[0].In()}))
	_, err = n.send(a, "grace@navy.example")
	n.must(err)

	// On another machine the same user is not asked to accept the terms again, also if
	// the identity server no longer knows about it.
	_, err = n.send(n.account(), "lin@kernel.example")
	n.must(err)
}

func TestPlanRefuses(t *testing.T) {
	n := newTestWorld(t)
	quiet := n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Quiet", Preset: "public_chat", Members: []string{n.ada}})
	a := n.account()
	for _, r := range a.Rooms() {
		if r.Name == "Quiet" && (r.MayInvite() || r.InvitePower != 50 || r.Power != 0) {
			t.Errorf("%+v", r)
		}
	}
	quietRoom, err := a.FindRoom("quiet")
	n.must(err)
	_, err = a.Plan(t.Context(), quietRoom.ID, n.invitee("grace@navy.example"))
	var power *client.PowerError
	if !errors.As(err, &power) || power.Have != 0 || power.Need != 50 {
		t.Errorf("%v", err)
	}
	n.must(n.Kick(quiet, n.grace, n.ada))
	n.must(a.Refresh(t.Context()))
	if _, err = a.Plan(t.Context(), quietRoom.ID, n.invitee("grace@navy.example")); !errors.Is(err, client.ErrNotJoined) {
		t.Errorf("after a kick: %v", err)
	}
	if n.Count("POST", lookupPath) > 0 {
		t.Error("an address left for nothing")
	}
}

func TestPlanListsSimilarInvites(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	n.invite("lin@kernel.example")
	plan, err := n.account().Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
	n.must(err)
	if len(plan.Similar) != 1 || plan.Similar[0].Token != token {
		t.Errorf("%+v", plan.Similar)
	}
}

// A domain in Unicode and the same domain in ASCII are equal. The invite is sent to the
// address as it was typed.
func TestPlanKnowsBothSpellingsOfADomain(t *testing.T) {
	letters, ascii := "ada@bücher.example", "ada@xn--bcher-kva.example"
	for _, tt := range []struct{ before, now string }{{letters, ascii}, {ascii, letters}} {
		for _, known := range []bool{true, false} {
			n := newTestWorld(t)
			a := n.account()
			if known { // by the address book
				_, err := n.send(a, tt.before)
				n.must(err)
			} else { // by its display name in the room
				n.invite(tt.before)
			}
			n.must(a.Refresh(t.Context()))
			plan, err := a.Plan(t.Context(), n.room, n.invitee(tt.now))
			n.must(err)
			if len(plan.Similar) != 1 || plan.Address.Address != tt.now {
				t.Errorf("%s after %s, known %v: %+v", tt.now, tt.before, known, plan)
			}
			other, err := a.Plan(t.Context(), n.room, n.invitee("ada@bucher.example"))
			n.must(err)
			if known && len(other.Similar) > 0 {
				t.Errorf("after %s: %+v", tt.before, other)
			}
		}
	}
}

func TestSendFails(t *testing.T) {
	limited := http.Header{"Retry-After": {"400"}}
	for _, tc := range []struct {
		name  string
		spoil func(*testWorld)
		check func(error) bool
		posts int
	}{
		{"429 with a header", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 429, Header: limited, Body: `{"errcode":"M_LIMIT_EXCEEDED"}`})
		}, retryIn(400 * time.Second), 1},
		{"429 with a body", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":399765}`})
		}, retryIn(399765 * time.Millisecond), 1},
		{"429 of a proxy", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 429, Header: http.Header{"Retry-After": {"soon"}}, Body: `slow down`})
		}, retryIn(0), 1},
		{"the homeserver's own limit", func(n *testWorld) { n.LimitInvites(sandbox.StockInvitesPerSecond, 1); n.use() }, func(err error) bool {
			var e *client.RateLimitError
			return errors.As(err, &e) && e.RetryAfter > 6*time.Minute
		}, 2},
		{"500 without an errcode", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 500, Body: `{"Err":""}`})
		}, trouble(nil), 1},
		{"identity server down meanwhile", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: "/_matrix/identity/v2/store-invite", Refuse: true})
		}, trouble(nil), 1},
		{"identity server limits mails", func(n *testWorld) { n.LimitMails(sandbox.StockMailsPerSecond, 1); n.use() }, trouble(nil), 2},
		{"forbidden meanwhile", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"no"}`})
		}, func(err error) bool { return client.HasCode(err, "M_FORBIDDEN") }, 1},
		{"never sent", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Refuse: true})
		}, func(err error) bool {
			var e *client.UnreachableError
			return errors.As(err, &e) && !uncertain(err)
		}, 0},
		{"answer and state both lost", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Lose: true})
			n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/rooms/", Refuse: true})
		}, uncertain, 1},
		{"a proxy gave up", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 504, Body: `<html>`})
		}, uncertain, 1},
	} {
		n := newTestWorld(t)
		a := n.account()
		plan, err := a.Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
		n.must(err)
		tc.spoil(n)
		_, err = a.Send(t.Context(), plan)
		if !tc.check(err) {
			t.Errorf("%s: %#v: %v", tc.name, err, err)
		}
		if err != nil && client.Hint(err) == "" {
			t.Errorf("%s: no hint for: %v", tc.name, err)
		}
		if got := n.Count("POST", invitePath); got != tc.posts {
			t.Errorf("%s: %d requests arrived, want %d", tc.name, got, tc.posts)
		}
	}
}

// use sends one invite, which reaches a limit of one.
func (n *testWorld) use() {
	n.t.Helper()
	_, err := n.send(n.account(), "lin@kernel.example")
	n.must(err)
}

func retryIn(d time.Duration) func(error) bool {
	return func(err error) bool {
		var e *client.RateLimitError
		return errors.As(err, &e) && e.RetryAfter == d
	}
}

func trouble(cause error) func(error) bool {
	return func(err error) bool {
		var e *client.IdentityTroubleError
		return errors.As(err, &e) && (cause == nil) == (e.Err == nil)
	}
}

func uncertain(err error) bool {
	var e *client.UncertainError
	return errors.As(err, &e)
}

func TestLostResponseIsLookedUp(t *testing.T) {
	n := newTestWorld(t)
	a := n.account()
	plan, err := a.Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
	n.must(err)
	n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Lose: true})
	sent, err := a.Send(t.Context(), plan)
	n.must(err)
	if mails := n.Mails("grace@navy.example"); len(mails) != 1 || mails[0].Token != sent.Token {
		t.Errorf("token %q, mails %v", sent.Token, mails)
	}
}

func TestCancelledSendIsUncertain(t *testing.T) {
	n := newTestWorld(t)
	a := n.account()
	plan, err := a.Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
	n.must(err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Delay: time.Minute})
	if _, err := a.Send(ctx, plan); !uncertain(err) {
		t.Error(err)
	}
}

func TestIdentityServerForgotTheAccount(t *testing.T) {
	n := newTestWorld(t)
	a := n.account()
	_, err := n.send(a, "grace@navy.example")
	n.must(err)
	n.Inject(sandbox.Fault{Path: "/_matrix/identity/v2/hash_details", Times: 1, Status: 401, Body: `{"errcode":"M_UNAUTHORIZED"}`})
	_, err = n.send(a, "lin@kernel.example")
	n.must(err)
	if got := n.Count("POST", "/_matrix/identity/v2/account/register"); got != 2 {
		t.Errorf("registered %d times", got)
	}
}

func TestNoErrorContainsTokens(t *testing.T) {
	n := newTestWorld(t)
	a := n.account()
	plan, err := a.Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
	n.must(err)
	n.Inject(sandbox.Fault{Refuse: true, Path: "/"})
	_, err = a.Send(t.Context(), plan)
	if secret := a.Session().AccessToken; strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "access_token") {
		t.Error(err)
	}
}
