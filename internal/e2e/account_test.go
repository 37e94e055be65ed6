package e2e

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// These scenarios test our client on every server. The scenarios with HTTP requests
// check the same facts.

// clientOptions returns the options of our client for a world. Dendrite does not
// recommend an identity server, so the options have one.
func clientOptions(w world) client.Options {
	return client.Options{Transport: w.Transport(), Now: time.Now, IdentityServer: w.IdentityServer(), DeviceName: "e2e"}
}

// account signs the person in with our client.
func (p *person) account() *client.Account {
	p.t.Helper()
	hs, err := discovery.Find(p.t.Context(), clientOptions(p.w).Transport, p.w.Homeserver())
	if err != nil {
		p.t.Fatal(err)
	}
	a, err := login.WithPassword(p.t.Context(), clientOptions(p.w), hs, p.ID, p.Password)
	if err != nil {
		p.t.Fatal(err)
	}
	refresh(p.t, p.w, a)
	return a
}

func refresh(tb testing.TB, w world, a *client.Account) {
	tb.Helper()
	w.Settle(tb)
	if err := a.Refresh(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}

// plan plans an invite by e-mail.
func plan(tb testing.TB, a *client.Account, r room, address string) (client.Plan, error) {
	tb.Helper()
	threePID, err := threepid.ParseEmail(address)
	if err != nil {
		tb.Fatal(err)
	}
	return a.Plan(tb.Context(), id.RoomID(r.RoomID), recipients.Invitee{Address: threePID})
}

// mustPlan plans an invite by e-mail. An error fails the test.
func mustPlan(tb testing.TB, a *client.Account, r room, address string) client.Plan {
	tb.Helper()
	p, err := plan(tb, a, r, address)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// send plans and sends an invite by e-mail. An error fails the test.
func send(tb testing.TB, a *client.Account, r room, address string) client.Sent {
	tb.Helper()
	sent, err := a.Send(tb.Context(), mustPlan(tb, a, r, address))
	if err != nil {
		tb.Fatal(err)
	}
	return sent
}

// statusOf returns the status of an invite after a refresh.
func statusOf(tb testing.TB, w world, a *client.Account, r room, token string) invite.Status {
	tb.Helper()
	refresh(tb, w, a)
	i, err := a.Invite(id.RoomID(r.RoomID), token)
	if err != nil {
		tb.Fatal(err)
	}
	return i.Status
}

// checkStatus checks the status of an invite in a, after a refresh, and in a new session
// of the same user.
func checkStatus(tb testing.TB, w world, a *client.Account, r room, token, want string) {
	tb.Helper()
	check(tb, w, want, statusOf(tb, w, a, r, token), want)
	check(tb, w, want+", in a new session", statusOf(tb, w, r.account(), r, token), want)
}

func TestAccountInvitesByEmail(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		a := ada.account()
		to := address("grace")
		sent := send(t, a, room, "Grace Hopper <"+to+">")
		mails := w.Mails(t, to, 1)
		check(t, w, "mails", len(mails), `1`)
		check(t, w, "the token is the mail's", sent.Token == mails[0].Token, `true`)
		check(t, w, "status", statusOf(t, w, a, room, sent.Token), `pending`)
		i, _ := a.Invite(id.RoomID(room.RoomID), sent.Token)
		check(t, w, "name", i.DisplayName, `gra...@exa...`)
		check(t, w, "the name matches the address", invite.Matches(i.DisplayName, to), `true`)
		keys := map[string]bool{} // Synapse writes one of them with two validity URLs
		for _, k := range i.Keys {
			keys[k.Public] = true
		}
		check(t, w, "usable keys", len(keys), `2`)

		again, err := plan(t, a, room, to)
		check(t, w, "may be the same", err == nil && len(again.Similar) == 1 && again.Similar[0].Token == sent.Token, `true`)
	})
}

func TestAccountInvitesAUserWithABoundAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		w.Bind(t, to, grace.ID, grace.token)
		before := len(w.Mails(t, to, 0))
		a := ada.account()
		sent := send(t, a, room, to)
		check(t, w, "invited", string(sent.UserID) == grace.ID, `true`)
		check(t, w, "membership", content(room.awaitMembership(grace.ID, "invite"))["membership"], `invite`)
		check(t, w, "mails for it", len(w.Mails(t, to, 0))-before, `0`)

		refused := func(fact, membership string) {
			t.Helper()
			_, err := plan(t, a, room, to)
			var member *client.MemberError
			if !errors.As(err, &member) || member.Membership != membership {
				t.Errorf("%s: %v", fact, err)
			}
		}
		refused("invited already", "invite")
		room.as(grace).must(http.MethodPost, room.path("/join"), object{})
		refused("a member already", "join")
		room.must(http.MethodPost, room.path("/ban"), object{"user_id": grace.ID})
		refused("banned", "ban")
	})
}

func TestAccountAsksForTheTerms(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		a := ada.account()
		w.SetTerms(t, true)
		t.Cleanup(func() { w.SetTerms(t, false) })
		to := address("grace")
		_, err := plan(t, a, room, to)
		var terms *client.TermsError
		if !errors.As(err, &terms) || len(terms.Policies) == 0 {
			t.Fatalf("no terms: %v", err)
		}
		var shown []identity.PolicyText
		for _, p := range terms.Policies {
			shown = append(shown, p.In())
		}
		if err := a.AcceptTerms(t.Context(), shown); err != nil {
			t.Fatal(err)
		}
		sent := send(t, a, room, to)
		check(t, w, "the token is the mail's", sent.Token == w.Mails(t, to, 1)[0].Token, `true`)
		accepted := ada.must(http.MethodGet, "/user/"+url.PathEscape(ada.ID)+"/account_data/m.accepted_terms", nil).Body["accepted"]
		check(t, w, "remembered for other clients", len(accepted.([]any)) == len(shown), `true`)
	})
}

func TestAccountSendsNothingWithoutPower(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, rob := newPerson(t, w, "ada"), newPerson(t, w, "rob")
		room := ada.createRoom(object{"power_level_content_override": object{"invite": 50}})
		room.inviteAndJoin(rob)
		to := address("grace")
		_, err := plan(t, rob.account(), room, to)
		var power *client.PowerError
		if !errors.As(err, &power) || power.Have != 0 || power.Need != 50 {
			t.Errorf("%v", err)
		}
		check(t, w, "mails", len(w.Mails(t, to, 0)), `0`)
	})
}

func TestAccountReportsThatTheIdentityServerIsDown(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		a := ada.account()
		to := address("grace")
		p := mustPlan(t, a, room, to)
		w.SetIdentityServerDown(t, true)
		t.Cleanup(func() { w.SetIdentityServerDown(t, false) })
		_, err := plan(t, a, room, to)
		var unreachable *identity.UnreachableError
		if !errors.As(err, &unreachable) {
			t.Errorf("before sending: %v", err)
		}
		// The homeserver only reports an internal error.
		_, err = a.Send(t.Context(), p)
		var trouble *client.IdentityTroubleError
		if !errors.As(err, &trouble) || !errors.As(err, &unreachable) || client.Hint(err) == "" {
			t.Errorf("when sending: %v", err)
		}
	})
}

func TestAccountReportsWhyTheHomeserverFailed(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		a := ada.account()
		p := mustPlan(t, a, room, address("grace"))
		w.SetTerms(t, true) // after the plan, before the request
		t.Cleanup(func() { w.SetTerms(t, false) })
		_, err := a.Send(t.Context(), p)
		var terms *client.TermsError
		check(t, w, "it names the terms", errors.As(err, &terms), `true`)
	})
}

func TestAccountSeesAnInviteAcceptedByBinding(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		a := ada.account()
		to := address("grace")
		token := send(t, a, room, to).Token
		w.Bind(t, to, grace.ID, grace.token)
		room.awaitMembership(grace.ID, "invite")
		checkStatus(t, w, a, room, token, "invited")
		room.as(grace).must(http.MethodPost, room.path("/join"), object{})
		checkStatus(t, w, a, room, token, "joined")
		i, _ := a.Invite(id.RoomID(room.RoomID), token)
		check(t, w, "by", string(i.Acceptance.UserID) == grace.ID, `true`)
		room.must(http.MethodPost, room.path("/kick"), object{"user_id": grace.ID})
		checkStatus(t, w, a, room, token, "left")
	})
}

func TestAccountSeesTwoInvitesAcceptedAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		a := ada.account()
		to := address("grace")
		tokens := []string{send(t, a, room, to).Token}
		refresh(t, w, a)
		tokens = append(tokens, send(t, a, room, to).Token)
		check(t, w, "are two", tokens[0] != tokens[1], `true`)
		w.Bind(t, to, grace.ID, grace.token)
		room.awaitMembership(grace.ID, "invite")
		room.as(grace).must(http.MethodPost, room.path("/join"), object{})
		for _, token := range tokens {
			checkStatus(t, w, a, room, token, "joined")
		}
	})
}

func TestAccountSeesAnInviteAcceptedByLink(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		a := ada.account()
		to := address("grace")
		token := send(t, a, room, to).Token
		joined := room.as(grace).joinWith(signByLink(t, w, w.Mails(t, to, 1)[0], grace.ID))
		check(t, w, "status of the join", joined.Status, `200`)
		checkStatus(t, w, a, room, token, "joined")
	})
}

func TestAccountRevokes(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, rob, grace := newPerson(t, w, "ada"), newPerson(t, w, "rob"), newPerson(t, w, "grace")
		room := ada.createRoom()
		room.inviteAndJoin(rob)
		to := address("grace")
		token := send(t, ada.account(), room, to).Token

		// A member who may invite may revoke invites of other senders.
		a := rob.account()
		if err := a.Revoke(t.Context(), id.RoomID(room.RoomID), token); err != nil {
			t.Fatal(err)
		}
		check(t, w, "status", statusOf(t, w, a, room, token), `revoked`)
		i, _ := a.Invite(id.RoomID(room.RoomID), token)
		check(t, w, "revoked by", string(i.Revocation.Sender) == rob.ID, `true`)
		check(t, w, "it was sent by", string(i.Sender) == ada.ID, `true`)
		w.Bind(t, to, grace.ID, grace.token)
		check(t, w, "is invited", content(room.member(grace.ID))["membership"] == "invite", `false`)
	})
}

func TestAccountReportsTheLimit(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		a := ada.account()
		w.LimitInvites(t, 0.01, 1)
		send(t, a, room, address("grace"))
		_, err := a.Send(t.Context(), mustPlan(t, a, room, address("lin")))
		var limit *client.RateLimitError
		if !errors.As(err, &limit) || limit.RetryAfter < 30*time.Second || limit.RetryAfter > 2*time.Minute {
			t.Errorf("%v", err)
		}
	})
}

func TestAccountIsWatched(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		watcher := ada.account().Watch()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		w.Settle(t)
		go room.as(ada).ask(http.MethodPost, room.path("/invite"), room.byEmail(address("grace")))
		for {
			change := watcher.Next(ctx)
			if change.Err != nil {
				t.Fatal(change.Err)
			}
			if len(change.Rooms) > 0 {
				check(t, w, "room", string(change.Rooms[0]) == room.RoomID, `true`)
				return
			}
		}
	})
}

func TestAccountIsSignedOut(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		a := ada.account()
		ada.must(http.MethodPost, "/logout/all", object{})
		var gone *client.SignedOutError
		if err := a.Refresh(t.Context()); !errors.As(err, &gone) {
			t.Errorf("%v", err)
		}
		hs, err := discovery.Find(t.Context(), clientOptions(w).Transport, w.Homeserver())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := login.WithPassword(t.Context(), clientOptions(w), hs, ada.ID, "wrong"); !errors.Is(err, client.ErrPassword) {
			t.Errorf("%v", err)
		}
	})
}

func TestAccountIsKicked(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, rob := newPerson(t, w, "ada"), newPerson(t, w, "rob")
		room := ada.createRoom()
		room.inviteAndJoin(rob)
		a := rob.account()
		room.must(http.MethodPost, room.path("/kick"), object{"user_id": rob.ID})
		refresh(t, w, a)
		if _, err := a.Room(id.RoomID(room.RoomID)); !errors.Is(err, client.ErrNotJoined) {
			t.Errorf("%v", err)
		}
	})
}

// Synapse responds to a repeated sync from a cache. A program that starts, sends, ends
// and starts again must not get old state.
func TestAccountSeesChangesAtEveryStart(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		a := ada.account()
		for n := range 3 {
			token := room.inviteByEmail(address("grace"))["state_key"].(string)
			next, err := client.Resume(clientOptions(w), a.Session())
			if err != nil {
				t.Fatal(err)
			}
			refresh(t, w, next)
			_, err = next.Invite(id.RoomID(room.RoomID), token)
			check(t, w, "invite "+string(rune('a'+n)), err == nil, `true`)
		}
	})
}

// The response of the identity server about the keys of an invite decides the verdict.
func TestAccountChecksKeys(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		opt := clientOptions(w)
		opt.KeyTransport = w.Transport() // the program's own transport would refuse the loopback address of the test
		a, err := client.Resume(opt, ada.account().Session())
		if err != nil {
			t.Fatal(err)
		}
		refresh(t, w, a)
		token := send(t, a, room, address("grace")).Token
		refresh(t, w, a)
		a.CheckKeys(t.Context(), func() {})
		i, err := a.Invite(id.RoomID(room.RoomID), token)
		if err != nil {
			t.Fatal(err)
		}
		check(t, w, "verdict", a.Judge(i).Verdict, `honoured`)
		for n, k := range i.Keys {
			_, answer := call(t, w, http.MethodGet, k.ValidityURL+"?public_key="+url.QueryEscape(k.Public), nil)
			says := map[any]invite.Validity{true: invite.Valid, false: invite.Invalid}[answer["valid"]]
			if got := a.Facts().KeyValidity(k); got != says {
				t.Errorf("key %d is %s, and the identity server says %s", n+1, got, says)
			}
		}

		changed := maps.Clone(content(room.invites()[token]))
		changed["display_name"] = "g...@e..."
		room.inviteAndJoin(newPerson(t, w, "rob")).setState(inviteEvent, token, changed)
		refresh(t, w, a)
		i, _ = a.Invite(id.RoomID(room.RoomID), token)
		check(t, w, "verdict when overwritten by another", a.Judge(i).Verdict, `refused`)
	})
}

func TestAccountSeesARedactedInviteAsRevoked(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		event := room.inviteByEmail(address("grace"))
		token := event["state_key"].(string)
		a := ada.account()
		check(t, w, "before", statusOf(t, w, a, room, token), `pending`)
		room.must(http.MethodPut, room.path("/redact/"+url.PathEscape(event["event_id"].(string))+"/1"), object{})
		checkStatus(t, w, a, room, token, "revoked")
	})
}
