package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestAcceptedBeforeTheFirstSync(t *testing.T) {
	n := newTestWorld(t)
	taken, open, revoked := n.invite("grace@navy.example"), n.invite("lin@kernel.example"), n.invite("rob@bell.example")
	second := n.invite("grace@navy.example")
	n.must(n.Bind("grace@navy.example", n.grace)) // Grace accepts two invites at once
	n.must(n.Join(string(n.room), n.grace))
	n.SendState(string(n.room), n.ada, invite.TypeThirdPartyInvite, revoked, struct{}{})
	for range 150 { // more than a page of events, sent by the inviter
		n.SendState(string(n.room), n.ada, "m.room.member", n.ada, map[string]any{"membership": "join", "displayname": time.Now().String()})
	}
	a := n.account()
	for token, want := range map[string]invite.Status{taken: invite.Joined, second: invite.Joined, open: invite.Pending, revoked: invite.Revoked} {
		i, err := a.Invite(n.room, token)
		n.must(err)
		if i.Status != want {
			t.Errorf("%s, want %s", i.Status, want)
		}
	}
}

// The room has no pending invite, so only the revoked one is looked up in its history.
func TestAcceptedAndRevokedBeforeTheFirstSync(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	n.must(n.AcceptLink(n.Mails("grace@navy.example")[0], n.grace))
	n.SendState(string(n.room), n.ada, invite.TypeThirdPartyInvite, token, struct{}{})
	i, err := n.account().Invite(n.room, token)
	n.must(err)
	if i.Status != invite.Joined || i.Revocation == nil || i.Acceptance == nil || string(i.Acceptance.UserID) != n.grace {
		t.Errorf("%+v", i)
	}
}

func TestLinkAcceptedByAnotherAccount(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	a := n.account()
	n.must(n.AcceptLink(n.Mails("grace@navy.example")[0], n.grace))
	if got := n.status(a, token); got != invite.Joined {
		t.Errorf("after the link: %s", got)
	}
	n.must(n.Kick(string(n.room), n.ada, n.grace))
	if got := n.status(a, token); got != invite.Left {
		t.Errorf("after a kick: %s", got)
	}
	n.must(n.Ban(string(n.room), n.ada, n.grace))
	if got := n.status(a, token); got != invite.Banned {
		t.Errorf("after a ban: %s", got)
	}
}

func TestGapInTheTimeline(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	a := n.account()
	n.must(n.Bind("grace@navy.example", n.grace))
	n.must(a.Refresh(t.Context()))
	n.must(n.Join(string(n.room), n.grace))
	for i := range 300 {
		n.SendState(string(n.room), n.ada, "m.room.name", "", map[string]any{"name": strings.Repeat("x", i%7+1) + time.Now().String()})
	}
	if got := n.status(a, token); got != invite.Joined {
		t.Errorf("%s", got)
	}
}

func TestRevoke(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	a := n.account()
	n.must(a.Revoke(t.Context(), n.room, token))
	if got := n.status(a, token); got != invite.Revoked {
		t.Errorf("%s", got)
	}
	i, err := a.Invite(n.room, token)
	n.must(err)
	if i.DisplayName == "" || i.Sender == "" || i.Revocation == nil {
		t.Errorf("forgot what it was: %+v", i)
	}
	if err := a.Revoke(t.Context(), n.room, token); !errors.Is(err, client.ErrAlreadyRevoked) {
		t.Errorf("twice: %v", err)
	}
	if err := a.Revoke(t.Context(), n.room, "none"); !errors.Is(err, client.ErrNoInvite) || client.Hint(err) == "" {
		t.Errorf("one that is not: %v", err)
	}
	if err := n.AcceptLink(n.Mails("grace@navy.example")[0], n.grace); err == nil {
		t.Error("the homeserver still honours it")
	}
}

func TestMalformedEventAffectsNoOther(t *testing.T) {
	n := newTestWorld(t)
	n.room = id.RoomID(n.CreateRoom(n.ada, sandbox.RoomOptions{RoomVersion: "9"})) // in newer versions creators have all power
	good := n.invite("grace@navy.example")
	plant := func(typ, key, content string) {
		t.Helper()
		_, err := n.PlantState(string(n.room), n.ada, typ, key, json.RawMessage(content))
		n.must(err)
	}
	plant(invite.TypeThirdPartyInvite, "number", `{"display_name":5,"public_key":17,"public_keys":{"a":1}}`)
	plant(invite.TypeThirdPartyInvite, "huge", `{"display_name":"`+strings.Repeat("\\u0000\\u202e", 1<<14)+`","public_key":"AAAA"}`)
	plant(invite.TypeThirdPartyInvite, "list", `[]`)
	plant("m.room.name", "", `{"name":{"a":1}}`)
	plant("m.room.canonical_alias", "", `7`)
	plant("m.room.power_levels", "", `{"users":{"@ada:example.org":"100"},"invite":"50"}`)
	a := n.account()
	got := map[string]invite.Status{}
	for _, i := range a.Invites(n.room) {
		got[i.Token] = i.Status
	}
	if got[good] != invite.Pending || got["number"] != invite.Malformed || got["huge"] != invite.Malformed || got["list"] != invite.Revoked {
		t.Errorf("%v", got)
	}
	r, err := a.Room(n.room)
	n.must(err)
	if r.Name == "" || r.Power != 100 || r.InvitePower != 50 {
		t.Errorf("%+v", r)
	}
}

func TestRoomNames(t *testing.T) {
	n := newTestWorld(t)
	n.CreateRoom(n.ada, sandbox.RoomOptions{Members: []string{n.grace}})
	empty := n.CreateRoom(n.ada, sandbox.RoomOptions{})
	names := map[string]bool{}
	for _, r := range n.account().Rooms() {
		names[r.Name] = true
	}
	for _, want := range []string{"Compilers", "grace", empty} {
		if !names[want] {
			t.Errorf("%q is missing in %v", want, names)
		}
	}
}

func TestFindRoom(t *testing.T) {
	n := newTestWorld(t)
	n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Twin"})
	n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Twin"})
	a := n.account()
	for _, name := range []string{string(n.room), "#compilers:example.org", "#compilers", "compilers", "COMPILERS"} {
		if r, err := a.FindRoom(name); err != nil || r.ID != n.room {
			t.Errorf("%q: %v %v", name, r.ID, err)
		}
	}
	if _, err := a.FindRoom("twin"); err == nil || !strings.Contains(err.Error(), "!") {
		t.Errorf("two of a name: %v", err)
	}
	if _, err := a.FindRoom(""); !errors.Is(err, client.ErrNotJoined) {
		t.Errorf("no name: %v", err)
	}
}

func TestWatcherReturnsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		w := n.signIn(n.ada).Watch()
		if c := w.Next(t.Context()); c.Err != nil || len(c.Rooms) != 1 {
			t.Fatalf("first: %+v", c)
		}
		done := make(chan client.Change)
		go func() { done <- w.Next(t.Context()) }()
		time.Sleep(10 * time.Minute) // many long polls return no changes
		select {
		case c := <-done:
			t.Fatalf("news of nothing: %+v", c)
		default:
		}
		n.invite("grace@navy.example")
		if c := <-done; c.Err != nil || len(c.Rooms) != 1 || c.Rooms[0] != n.room {
			t.Errorf("%+v", c)
		}
	})
}

func TestWatcherRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		w := n.signIn(n.ada).Watch()
		w.Next(t.Context())
		restore := n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Refuse: true})
		var last time.Duration
		for range 12 {
			c := w.Next(t.Context())
			if c.Err == nil || c.Final || c.RetryIn < last/2 || c.RetryIn > 75*time.Second {
				t.Fatalf("%+v after %s", c, last)
			}
			last = c.RetryIn
		}
		restore()
		start := time.Now()
		if c := w.Next(t.Context()); c.Err != nil {
			t.Errorf("%+v", c)
		}
		if waited := time.Since(start); waited < last {
			t.Errorf("asked again after %s instead of %s", waited, last)
		}
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Times: 1, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":90000}`})
		if c := w.Next(t.Context()); c.RetryIn != 90*time.Second {
			t.Errorf("%+v", c)
		}
	})
}

func TestWatcherEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		w := n.signIn(n.ada).Watch()
		w.Next(t.Context())
		n.SignOutEverywhere(n.ada, false)
		if c := w.Next(t.Context()); !c.Final {
			t.Errorf("signed out: %+v", c)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if c := w.Next(ctx); !c.Final || !errors.Is(c.Err, context.Canceled) {
			t.Errorf("stopped: %+v", c)
		}
	})
}

func TestKickedRoomIsRemoved(t *testing.T) {
	n := newTestWorld(t)
	quiet := id.RoomID(n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Quiet", Members: []string{n.ada}}))
	a := n.account()
	n.must(n.Kick(string(quiet), n.grace, n.ada))
	n.must(a.Refresh(t.Context()))
	if _, err := a.Room(quiet); !errors.Is(err, client.ErrNotJoined) {
		t.Error(err)
	}
}

// If the user is kicked between a sync and the trace of the room, the trace ends.
func TestTraceOfAClosedRoomEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.invite("grace@navy.example")
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/rooms/*/messages", Status: 403, Body: `{"errcode":"M_FORBIDDEN"}`})
		w := n.signIn(n.ada).Watch()
		for range 2 { // the sync, the trace
			if c := w.Next(t.Context()); c.Err != nil {
				t.Fatal(c.Err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		if c := w.Next(ctx); time.Since(start) < 20*time.Second {
			t.Errorf("in a hurry for nothing: %+v", c)
		}
	})
}

// If another member overwrites an invite after it was accepted, the acceptance stays
// valid and is still shown.
func TestReplacedAfterItWasAccepted(t *testing.T) {
	n := newTestWorld(t)
	eve := n.AddUser("eve", password, "Eve")
	n.must(n.Invite(string(n.room), n.ada, eve))
	n.must(n.Join(string(n.room), eve))
	token := n.invite("grace@navy.example")
	n.must(n.Bind("grace@navy.example", n.grace))
	n.must(n.Join(string(n.room), n.grace))
	before := n.account()
	_, err := n.SendState(string(n.room), eve, invite.TypeThirdPartyInvite, token, map[string]any{
		"display_name": "e...@e...", "public_key": "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI", "key_validity_url": "https://eve.test/valid",
	})
	n.must(err)
	for name, a := range map[string]*client.Account{"known before": before, "first sync after it": n.account()} {
		n.must(a.Refresh(t.Context()))
		i, err := a.Invite(n.room, token)
		n.must(err)
		if v := a.Judge(i); i.Status != invite.Joined || i.Acceptance.Proof != invite.ProofVerified || v.Verdict != invite.Honoured || len(i.Warnings) == 0 || i.Warnings[0] != invite.Replaced {
			t.Errorf("%s: %s, %+v, %s, %v", name, i.Status, i.Acceptance, v.Verdict, i.Warnings)
		}
	}
}

// A room whose history cannot be read does not delay changes of other rooms.
func TestFailedTraceDelaysNoChangesOfOtherRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.invite("grace@navy.example")
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/rooms/*/messages", Status: 500, Body: `{"errcode":"M_UNKNOWN"}`})
		a := n.signIn(n.ada)
		w := a.Watch()
		other := id.RoomID(n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Other"}))
		for range 3 {
			w.Next(t.Context())
		}
		_, err := n.InviteByEmail(string(other), n.ada, "lin@kernel.example")
		n.must(err)
		for range 3 {
			w.Next(t.Context())
		}
		if len(a.Invites(other)) != 1 {
			t.Error("no change of the other room")
		}
	})
}

// A redaction changes an event without replacing it.
func TestRedactedInviteIsFetchedAgain(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	a := n.account()
	i, err := a.Invite(n.room, token)
	n.must(err)
	n.must(n.Redact(string(n.room), n.ada, string(i.EventID)))
	for name, a := range map[string]*client.Account{"known before": a, "first sync after it": n.account()} {
		n.must(a.Refresh(t.Context()))
		i, err := a.Invite(n.room, token)
		n.must(err)
		if i.Status != invite.Revoked || string(i.Revocation.Sender) != n.ada || string(i.Sender) != n.ada {
			t.Errorf("%s: %+v", name, i)
		}
	}
}

// Many invites were accepted before the first sync. The memberships of the invitees are
// requested a few at a time, and no more of them after the homeserver's rate limit is
// reached.
func TestMembershipsAreRequestedConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people, memberPath = 20, "/_matrix/client/v3/rooms/*/state/m.room.member/*"
		n := newTestWorld(t)
		for i := range people {
			address := fmt.Sprintf("p%d@navy.example", i)
			n.invite(address)
			user := n.AddUser(fmt.Sprintf("p%d", i), password, "P")
			n.must(n.Bind(address, user))
			n.must(n.Join(string(n.room), user))
		}
		n.must(n.Leave(string(n.room), "@p7:"+n.Domain()))
		relent := n.Inject(sandbox.Fault{Path: memberPath, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":60000}`})
		a := n.signIn(n.ada)
		n.must(a.Refresh(t.Context()))
		if asked := n.Count("GET", memberPath); asked > 4 {
			t.Errorf("%d requests after the rate limit was reached", asked)
		}
		if r, err := a.Room(n.room); err != nil || r.Traced {
			t.Errorf("traced %v, %v", r.Traced, err)
		}
		relent()
		n.Inject(sandbox.Fault{Path: memberPath, Delay: time.Second})
		start := time.Now()
		n.must(a.Refresh(t.Context()))
		if took := time.Since(start); took < people/4*time.Second || took > people/2*time.Second {
			t.Errorf("took %s", took)
		}
		left := 0
		for _, i := range a.Invites(n.room) {
			if i.Status == invite.Left {
				left++
			} else if i.Status != invite.Joined {
				t.Errorf("%s", i.Status)
			}
		}
		if left != 1 {
			t.Errorf("%d left", left)
		}
	})
}

// An invite that is rewritten many times does not fill the memory. Its first sender and
// its acceptance are still shown.
func TestLongHistoryIsTrimmed(t *testing.T) {
	n := newTestWorld(t)
	eve := n.AddUser("eve", password, "Eve")
	n.must(n.Invite(string(n.room), n.ada, eve))
	n.must(n.Join(string(n.room), eve))
	token, open := n.invite("grace@navy.example"), n.invite("lin@kernel.example")
	n.must(n.Bind("grace@navy.example", n.grace))
	n.must(n.Join(string(n.room), n.grace))
	session := n.signIn(n.ada).Session()
	path := filepath.Join(t.TempDir(), "store.db")
	before := n.start(session, path)
	n.must(before.Refresh(t.Context()))
	for i := range 200 {
		for _, token := range []string{token, open} {
			_, err := n.SendState(string(n.room), eve, invite.TypeThirdPartyInvite, token, map[string]any{
				"display_name": strconv.Itoa(i), "public_key": "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI", "key_validity_url": "https://eve.test/valid",
			})
			n.must(err)
		}
		if i%40 == 0 {
			n.must(before.Refresh(t.Context()))
		}
	}
	look := func(name string, a *client.Account) {
		t.Helper()
		for token, want := range map[string]invite.Status{token: invite.Joined, open: invite.Pending} {
			i, err := a.Invite(n.room, token)
			n.must(err)
			if i.Status != want || string(i.OriginalSender) != n.ada || i.DisplayName != "199" {
				t.Errorf("%s: %s of %q, first %q", name, i.Status, i.DisplayName, i.OriginalSender)
			}
			if i.Acceptance != nil && i.Acceptance.Proof != invite.ProofVerified {
				t.Errorf("%s: %s", name, i.Acceptance.Proof)
			}
			past := a.History(n.room, token)
			if len(past) > 100 || len(past) < 50 || string(past[len(past)-1].Sender) != n.ada {
				t.Errorf("%s: %d versions, the first by %s", name, len(past), past[len(past)-1].Sender)
			}
		}
	}
	n.must(before.Refresh(t.Context()))
	look("known before", before)
	look("first sync after it", n.start(session, path))
}
