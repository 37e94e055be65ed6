package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// accountWithStore returns Ada's account in a program with a store, after a sync.
func (n *testWorld) accountWithStore() *client.Account {
	n.t.Helper()
	a, _, _ := n.storedSession()
	return a
}

// storedSession is like accountWithStore. It also returns the session and the path of
// the store, for [testWorld.start] of another program.
func (n *testWorld) storedSession() (a *client.Account, session client.Session, path string) {
	n.t.Helper()
	session, path = n.signIn(n.ada).Session(), filepath.Join(n.t.TempDir(), "store.db")
	a = n.start(session, path)
	n.must(a.Refresh(n.t.Context()))
	return a, session, path
}

// twoPrograms returns Ada's account in two programs with the same session and store.
// After both have started, the first one syncs.
func (n *testWorld) twoPrograms() (first, second *client.Account) {
	n.t.Helper()
	session, path := n.signIn(n.ada).Session(), filepath.Join(n.t.TempDir(), "store.db")
	first, second = n.start(session, path), n.start(session, path)
	n.must(first.Refresh(n.t.Context()))
	return first, second
}

// checkMails checks that each address got this number of mails.
func (n *testWorld) checkMails(count int, addresses ...string) {
	n.t.Helper()
	for _, address := range addresses {
		if mails := n.Mails(address); len(mails) != count {
			n.t.Errorf("%s got %d mails, want %d", address, len(mails), count)
		}
	}
}

// queue plans invites to the room and adds them to the outbox.
func (n *testWorld) queue(a *client.Account, addresses ...string) []client.Item {
	n.t.Helper()
	var ids []recipients.Invitee
	for _, address := range addresses {
		ids = append(ids, n.invitee(address))
	}
	plans, err := a.PlanAll(n.t.Context(), client.ByIdentityServer, []id.RoomID{n.room}, ids, nil)
	n.must(err)
	items, err := a.Enqueue(n.t.Context(), plans)
	n.must(err)
	return items
}

// runOutbox runs a runner until no invite is queued, and returns its turns.
func (n *testWorld) runOutbox(a *client.Account) []client.Turn {
	n.t.Helper()
	r := a.Runner("test")
	defer r.Close()
	var turns []client.Turn
	for n.outbox(a).Count(client.ItemQueued, client.ItemSending) > 0 {
		turn := r.Next(n.t.Context())
		turns = append(turns, turn)
		if turn.Final {
			break
		}
	}
	return turns
}

func (n *testWorld) outbox(a *client.Account) client.Outbox {
	n.t.Helper()
	o, err := a.Outbox(n.t.Context())
	n.must(err)
	return o
}

// states returns the states of the items by address.
func (n *testWorld) states(a *client.Account) map[string]client.ItemState {
	n.t.Helper()
	states := map[string]client.ItemState{}
	for _, i := range n.outbox(a).Items {
		states[i.Address.Address] = i.State
	}
	return states
}

// hundredAddresses returns the addresses of a long list.
func hundredAddresses() []string {
	addresses := make([]string, 100)
	for i := range addresses {
		addresses[i] = fmt.Sprintf("person%02d@example.com", i) // all have the same shortened display name
	}
	return addresses
}

func TestHundredAddressesAreSentAtTheLimitOfAStockHomeserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		begun := time.Now()
		n.queue(a, hundredAddresses()...)
		n.runOutbox(a)

		took, ideal := time.Since(begun), 95*400*time.Second
		t.Logf("100 mails: %.0f s, ideal %.0f s", took.Seconds(), ideal.Seconds()) // for make bench
		if took < ideal || took > ideal+ideal/100 {
			t.Errorf("took %s, ideal is %s", took, ideal)
		}
		if posts := n.Count("POST", invitePath); posts != 101 {
			t.Errorf("%d requests for 100 invites: all but one before its time", posts)
		}
		n.checkMails(1, hundredAddresses()...)
		o := n.outbox(a)
		for _, i := range o.Items {
			to, ok := a.AddressOf(i.Room, i.Token)
			if i.State != client.ItemSent || !ok || to != i.Address || n.Mails(i.Address.Address)[0].Token != i.Token {
				t.Errorf("%+v went to %v", i, to)
			}
		}
	})
}

func TestOutlookOfTheNextAndTheLastInvite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		n.queue(a, hundredAddresses()...)
		if o := n.outbox(a); !o.Next.Equal(time.Now()) || !o.Last.IsZero() || o.Sender != "" {
			t.Errorf("before anything is known: %s, %s, %q", o.Next, o.Last, o.Sender)
		}
		r := a.Runner("a test")
		defer r.Close()
		begun := time.Now()
		for range 6 {
			r.Next(t.Context())
		}
		o := n.outbox(a)
		if o.Sender != "a test" {
			t.Errorf("sender %q", o.Sender)
		}
		for name, at := range map[string][2]time.Time{
			"next": {o.Next, begun.Add(400 * time.Second)},
			"last": {o.Last, begun.Add(95 * 400 * time.Second)},
		} {
			if late := at[0].Sub(at[1]); late < 0 || late > 2*time.Second {
				t.Errorf("%s is %s off", name, late)
			}
		}
	})
}

func TestRestartContinuesTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a, session, path := n.storedSession()
		n.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		begun := time.Now()
		n.queue(a, hundredAddresses()[:10]...)
		r := a.Runner("first")
		for range 6 {
			r.Next(t.Context())
		}
		r.Close()

		a = n.start(session, path)
		n.runOutbox(a)
		if posts := n.Count("POST", invitePath); posts != 11 {
			t.Errorf("%d requests for 10 invites", posts)
		}
		if late := time.Since(begun) - 5*400*time.Second; late < 0 || late > 20*time.Second {
			t.Errorf("%s late", late)
		}
	})
}

func TestNextRunnerReadsTheAddressBookOfTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a, b := n.twoPrograms()
		n.LimitInvites(sandbox.StockInvitesPerSecond, sandbox.StockInviteBurst)
		n.queue(a, hundredAddresses()[:7]...) // all have the same display name
		first := a.Runner("first")
		for range 6 {
			first.Next(t.Context())
		}
		first.Close()
		second := b.Runner("second")
		defer second.Close()
		if turn := second.Next(t.Context()); turn.Item.State != client.ItemSent {
			t.Errorf("%+v", turn)
		}
	})
}

func TestStatesOfAnItem(t *testing.T) {
	const is = "/_matrix/identity/v2/store-invite"
	limited := sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED"}`}
	hinted := limited
	hinted.Header = http.Header{"Retry-After": {"77"}}
	for _, tc := range []struct {
		name  string
		spoil func(*testWorld)
		state client.ItemState
		mails int
		takes time.Duration // minimum duration
	}{
		{"nothing", func(*testWorld) {}, client.ItemSent, 1, 0},
		{"429 with a time", func(n *testWorld) { n.Inject(hinted) }, client.ItemSent, 1, 77 * time.Second},
		{"429 without a time", func(n *testWorld) { n.Inject(limited) }, client.ItemSent, 1, time.Minute},
		{"the answer is lost", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Lose: true})
		}, client.ItemSent, 1, 0},
		{"the answer is lost, and the room hides it", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Lose: true})
			n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/rooms/", Status: 404, Body: `{"errcode":"M_NOT_FOUND"}`})
		}, client.ItemUncertain, 1, 0},
		{"never sent", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 3, Refuse: true})
		}, client.ItemSent, 1, 3 * time.Second},
		{"502 of a proxy", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 502, Body: `<html>`})
		}, client.ItemUncertain, 0, 0},
		{"500 M_UNKNOWN", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 500, Body: `{"errcode":"M_UNKNOWN","error":"Internal server error"}`})
		}, client.ItemUncertain, 0, 0},
		{"the identity server breaks after the mail", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: is, Times: 1, Lose: true})
		}, client.ItemUncertain, 1, 0},
		{"403", func(n *testWorld) {
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN"}`})
		}, client.ItemFailed, 0, 0},
		{"the identity server is away for a while", func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/identity/", Times: 4, Refuse: true})
		}, client.ItemSent, 1, 3 * time.Second},
		{"the homeserver is away for a while", func(n *testWorld) {
			n.Inject(sandbox.Fault{Path: "/_matrix/client/", Times: 4, Refuse: true})
		}, client.ItemSent, 1, 0},
		{"meanwhile on Matrix", func(n *testWorld) { n.must(n.Bind("new@navy.example", n.grace)) }, client.ItemResolved, 0, 0},
		{"meanwhile in the room", func(n *testWorld) {
			n.must(n.Bind("new@navy.example", n.grace))
			n.must(n.Invite(string(n.room), n.ada, n.grace))
		}, client.ItemFailed, 0, 0},
		{"meanwhile invited by another", func(n *testWorld) { n.invite("new@navy.example") }, client.ItemFailed, 1, 0},
		{"meanwhile not allowed", func(n *testWorld) { n.must(n.Kick(string(n.room), n.ada, n.ada)) }, client.ItemFailed, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				a := n.accountWithStore()
				n.queue(a, "new@navy.example")
				time.Sleep(2 * fresh)
				tc.spoil(n)
				begun := time.Now()
				n.runOutbox(a)
				item := n.outbox(a).Items[0]
				if item.State != tc.state || len(n.invites("new@navy.example")) != tc.mails || time.Since(begun) < tc.takes {
					t.Errorf("%s (%s) with %d mails after %s", item.State, item.Reason, len(n.invites("new@navy.example")), time.Since(begun))
				}
				if (item.State == client.ItemFailed || item.State == client.ItemUncertain) && (item.Reason == "" || item.Advice.Kind == "") {
					t.Errorf("says only %q, %q", item.Reason, item.Advice.Kind)
				}
			})
		})
	}
}

// fresh is the maximum age of the last sync when a runner sends.
const fresh = time.Minute

// invites returns the mails that are invites.
func (n *testWorld) invites(address string) (tokens []string) {
	for _, m := range n.Mails(address) {
		if m.Token != "" {
			tokens = append(tokens, m.Token)
		}
	}
	return tokens
}

func TestIdentityServerLimitLeavesOneUncertainInvite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.LimitMails(sandbox.StockMailsPerSecond, sandbox.StockMailBurst)
		begun := time.Now()
		n.queue(a, hundredAddresses()[:20]...)
		n.runOutbox(a)
		o := n.outbox(a)
		if o.Count(client.ItemSent) != 19 || o.Count(client.ItemUncertain) != 1 {
			t.Errorf("%d sent, %d uncertain", o.Count(client.ItemSent), o.Count(client.ItemUncertain))
		}
		if took, ideal := time.Since(begun), 14*300*time.Second; took < ideal || took > ideal+ideal/50 {
			t.Errorf("took %s, ideal is %s", took, ideal)
		}
	})
}

func TestUncertainIsSettledByTheRoomOrTheUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Lose: true})
		hide := n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/rooms/", Status: 404, Body: `{"errcode":"M_NOT_FOUND"}`})
		lost := n.queue(a, "lost@navy.example")[0].Number
		n.runOutbox(a)
		hide() // and the room shows the invite with the lost response before the next one is sent
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 2, Status: 502})
		items := n.queue(a, "never@kernel.example", "other@kernel.example")
		n.runOutbox(a)
		want := map[string]client.ItemState{
			"lost@navy.example": client.ItemSent, "never@kernel.example": client.ItemUncertain, "other@kernel.example": client.ItemUncertain,
		}
		if diff := cmp.Diff(want, n.states(a)); diff != "" {
			t.Fatal(diff)
		}
		if again := n.queue(a, "never@kernel.example"); len(again) > 0 {
			t.Error("what may have been sent was queued again")
		}
		if err := a.Cancel(t.Context(), lost); !errors.Is(err, client.ErrNotWaiting) {
			t.Errorf("cancelled: %v", err)
		}
		n.must(a.Retry(t.Context(), items[0].Number))
		n.must(a.MarkSent(t.Context(), items[1].Number))
		n.runOutbox(a)
		want = map[string]client.ItemState{
			"lost@navy.example": client.ItemSent, "never@kernel.example": client.ItemSent, "other@kernel.example": client.ItemSent,
		}
		if diff := cmp.Diff(want, n.states(a)); diff != "" {
			t.Error(diff)
		}
		n.checkMails(1, "lost@navy.example", "never@kernel.example")
		n.checkMails(0, "other@kernel.example")
	})
}

func TestAnotherProgramPausesAndResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a, other := n.twoPrograms()
		turns := n.startRunner(t.Context(), a)
		time.Sleep(time.Minute)
		n.must(other.PauseOutbox(t.Context(), true))
		n.queue(a, "one@navy.example")
		time.Sleep(time.Hour)
		if n.Count("POST", invitePath) > 0 {
			t.Error("sent while paused")
		}
		n.must(other.PauseOutbox(t.Context(), false))
		time.Sleep(3 * time.Second)
		if got := n.states(a)["one@navy.example"]; got != client.ItemSent {
			t.Errorf("%s, %v", got, turnErrors(turns))
		}
	})
}

func TestPausedAndCancelledAreNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.must(a.PauseOutbox(t.Context(), true))
		items := n.queue(a, "one@navy.example", "two@navy.example")
		r := a.Runner("test")
		defer r.Close()
		turns := make(chan client.Turn)
		go func() { turns <- r.Next(t.Context()) }()
		time.Sleep(time.Hour)
		if !n.outbox(a).Paused || n.Count("POST", invitePath) > 0 {
			t.Fatal("sent while paused")
		}
		n.must(a.Cancel(t.Context(), items[0].Number))
		n.must(a.PauseOutbox(t.Context(), false))
		begun := time.Now()
		if turn := <-turns; turn.Item.Number != items[1].Number || turn.Item.State != client.ItemSent || time.Since(begun) > time.Second {
			t.Errorf("%+v after %s", turn, time.Since(begun))
		}
		n.must(a.Retry(t.Context(), items[0].Number))
		r.Next(t.Context())
		n.checkMails(1, "one@navy.example", "two@navy.example")
		n.must(a.ClearOutbox(t.Context()))
		if o := n.outbox(a); len(o.Items) > 0 {
			t.Errorf("left: %v", o.Items)
		}
	})
}

func TestOneOfTwoProgramsSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a, b := n.twoPrograms()
		n.must(b.Refresh(t.Context()))
		n.queue(a, "one@navy.example")
		first, second := a.Runner("the first"), b.Runner("the second")
		first.Next(t.Context())
		if turn := second.Next(t.Context()); turn.Elsewhere != "the first" {
			t.Errorf("%+v", turn)
		}
		// The second program shows the invites that the first one sends, and sends when
		// the first one ends.
		n.queue(b, "two@navy.example")
		first.Next(t.Context())
		if turn := second.Next(t.Context()); turn.Elsewhere != "the first" || n.states(b)["two@navy.example"] != client.ItemSent {
			t.Errorf("%+v, %v", turn, n.states(b))
		}
		first.Close()
		n.queue(a, "three@navy.example")
		for n.states(b)["three@navy.example"] != client.ItemSent {
			second.Next(t.Context())
		}
		second.Close()
		n.checkMails(1, "one@navy.example", "two@navy.example", "three@navy.example")
	})
}

func TestSignedOutKeepsTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a, session, path := n.storedSession()
		n.queue(a, "one@navy.example")
		n.SignOutEverywhere(n.ada, false)
		turns := n.runOutbox(a)
		if last := turns[len(turns)-1]; !last.Final || n.states(a)["one@navy.example"] != client.ItemQueued {
			t.Fatalf("%+v, %v", last, n.states(a))
		}
		again := n.signIn(n.ada).Session()
		again.DataKey = session.DataKey // as Options.FormerKey returns it
		b := n.start(again, path)
		n.must(b.Refresh(t.Context()))
		n.runOutbox(b)
		n.checkMails(1, "one@navy.example")
	})
}

func TestLostKeySendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		path := filepath.Join(t.TempDir(), "store.db")
		a := n.start(n.signIn(n.ada).Session(), path)
		n.must(a.Refresh(t.Context()))
		n.queue(a, "one@navy.example")
		b := n.start(n.signIn(n.ada).Session(), path)
		n.must(b.Refresh(t.Context()))
		n.runOutbox(b)
		item := n.outbox(b).Items[0]
		if item.State != client.ItemFailed || item.Address.Address != "" || !strings.Contains(item.Reason, "session") {
			t.Errorf("%+v", item)
		}
		if n.Count("POST", invitePath) > 0 {
			t.Error("something was sent")
		}
	})
}

func TestForgetAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a, session, path := n.storedSession()
		n.queue(a, "one@navy.example")
		n.runOutbox(a)
		token := n.outbox(a).Items[0].Token
		n.must(a.ClearOutbox(t.Context()))
		a = n.start(session, path)
		if to, ok := a.AddressOf(n.room, token); !ok || to.Address != "one@navy.example" {
			t.Errorf("the address book has %v", to)
		}
		if all := a.Addresses(); len(all) != 1 || all[0].Address != "one@navy.example" {
			t.Errorf("the book lists %v", all)
		}
		n.must(a.ForgetAddresses(t.Context()))
		for _, account := range []*client.Account{a, n.start(session, path)} {
			if to, ok := account.AddressOf(n.room, token); ok {
				t.Errorf("still known: %v", to)
			}
		}
	})
}

// If a long poll waits for its turn before a sync that must not wait, it requests an
// immediate response.
func TestLongPollThatWaitedGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		w := a.Watch()
		n.must(w.Next(t.Context()).Err)
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 502})
		n.queue(a, "uncertain@navy.example", "next@kernel.example")

		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Times: 1, Delay: 25 * time.Second})
		var g sync.WaitGroup
		g.Go(func() { n.must(a.Refresh(t.Context())) })
		synctest.Wait() // its sync is in progress
		g.Go(func() { n.must(w.Next(t.Context()).Err) })
		synctest.Wait() // the long poll is next, and then the sync of the runner after 20 seconds
		begun := time.Now()
		n.runOutbox(a)
		if took := time.Since(begun); took > 26*time.Second || n.states(a)["next@kernel.example"] != client.ItemSent {
			t.Errorf("took %s: %v", took, n.states(a))
		}
		g.Wait()
	})
}

// The sync of a runner, 20 seconds after an uncertain invite, does not wait until a long
// poll ends.
func TestLongPollGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		ctx, stop := context.WithCancel(t.Context())
		watching := make(chan struct{})
		go func() {
			defer close(watching)
			for w := a.Watch(); ctx.Err() == nil; {
				if c := w.Next(ctx); c.Err != nil && ctx.Err() == nil {
					t.Error(c.Err)
				}
			}
		}()
		time.Sleep(10 * time.Second)
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 502})
		begun := time.Now()
		n.queue(a, "uncertain@navy.example", "next@kernel.example")
		n.runOutbox(a)
		if took := time.Since(begun); took > 21*time.Second || n.states(a)["next@kernel.example"] != client.ItemSent {
			t.Errorf("took %s: %v", took, n.states(a))
		}
		stop()
		<-watching
	})
}
