package client_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// If the homeserver is down, a proxy in front of it responds with 502 to all requests.
func TestHomeserverDownBehindAProxyLeavesOneUncertainInvite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.queue(a, hundredAddresses()[:5]...)
		back := n.Inject(sandbox.Fault{Path: "/_matrix/client/", Status: 502, Body: `<html>`})
		time.AfterFunc(time.Hour, back)
		n.runOutbox(a)
		if o := n.outbox(a); o.Count(client.ItemUncertain) != 1 || o.Count(client.ItemSent) != 4 {
			t.Errorf("%v", n.states(a))
		}
	})
}

// One of two invites with the same display name was sent, and it is not known which.
func TestUncertainInvitesWithEqualNamesAreNotMistaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.queue(a, "person1@example.com", "person2@example.com")
		hide := n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/rooms/", Status: 404, Body: `{"errcode":"M_NOT_FOUND"}`})
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 502}) // the first request does not arrive
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Lose: true})
		n.runOutbox(a)
		hide()
		n.must(a.Refresh(t.Context()))
		n.queue(a, "somebody@else.example")
		if o := n.outbox(a); !o.Stall.Decision() {
			t.Errorf("after two uncertain invites in a row: %+v", o.Stall)
		}
		n.must(a.PauseOutbox(t.Context(), false))
		n.runOutbox(a)
		want := map[string]client.ItemState{
			"person1@example.com": client.ItemUncertain, "person2@example.com": client.ItemUncertain, "somebody@else.example": client.ItemSent,
		}
		if diff := cmp.Diff(want, n.states(a)); diff != "" {
			t.Error(diff)
		}
		n.checkMails(0, "person1@example.com")
		n.checkMails(1, "person2@example.com")
	})
}

func TestBothOfTwoUncertainInvitesAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.queue(a, "person1@example.com", "person2@example.com")
		hide := n.Inject(sandbox.Fault{Method: "GET", Path: "/_matrix/client/v3/rooms/", Status: 404, Body: `{"errcode":"M_NOT_FOUND"}`})
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 2, Lose: true})
		n.runOutbox(a)
		hide()
		n.must(a.Refresh(t.Context()))
		n.queue(a, "somebody@else.example")
		n.runOutbox(a)
		for _, i := range n.outbox(a).Items {
			if i.State != client.ItemSent || n.Mails(i.Address.Address)[0].Token != i.Token {
				t.Errorf("%+v", i)
			}
		}
	})
}

// A program was killed while it was sending, and now the homeserver is down.
func TestInterruptedWaitsForTheHomeserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.interruptedAccount("one@navy.example")
		back := n.Inject(sandbox.Fault{Path: "/_matrix/client/", Status: 502, Body: `<html>`})
		time.AfterFunc(time.Hour, back)
		n.runOutbox(a)
		if got := n.states(a)["one@navy.example"]; got != client.ItemSent || len(n.Mails("one@navy.example")) != 1 {
			t.Errorf("%s with %d mails", got, len(n.Mails("one@navy.example")))
		}
	})
}

// interruptedAccount returns an account whose program ended right after it sent an
// invite, before it could store the result.
func (n *testWorld) interruptedAccount(address string) *client.Account {
	n.t.Helper()
	a, session, path := n.storedSession()
	n.queue(a, address)
	mend := n.failWrites(path, `BEFORE UPDATE ON outbox WHEN NEW.state = 'sent'`)
	r := a.Runner("test")
	if turn := r.Next(n.t.Context()); turn.Err == nil {
		n.t.Fatalf("%+v", turn)
	}
	r.Close()
	mend()
	return n.start(session, path)
}

func TestInviteOfAMatrixIDWithALostResponseIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.must(n.Bind("grace@navy.example", n.grace))
		a := n.accountWithStore()
		n.queue(a, "grace@navy.example")
		n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Lose: true})
		n.runOutbox(a)
		if got := n.states(a)["grace@navy.example"]; got != client.ItemResolved {
			t.Errorf("%s: %s", got, n.outbox(a).Items[0].Reason)
		}
	})
}

func TestCancelledOrPausedWhileItIsPlannedIsNotSent(t *testing.T) {
	for name, stop := range map[string]func(*testWorld, *client.Account){
		"cancelled": func(n *testWorld, a *client.Account) { n.must(a.Cancel(n.t.Context(), n.outbox(a).Items[0].Number)) },
		"paused":    func(n *testWorld, a *client.Account) { n.must(a.PauseOutbox(n.t.Context(), true)) },
	} {
		synctest.Test(t, func(t *testing.T) {
			n := newTestWorld(t)
			a := n.accountWithStore()
			n.queue(a, "one@navy.example")
			n.Inject(sandbox.Fault{Path: lookupPath, Delay: 4 * time.Second})
			turns := n.startRunner(t.Context(), a)
			time.Sleep(2 * time.Second)
			stop(n, a)
			time.Sleep(time.Hour)
			if said := turnErrors(turns); n.Count("POST", invitePath) > 0 || len(said) > 0 {
				t.Errorf("%s: %d requests, %v", name, n.Count("POST", invitePath), said)
			}
		})
	}
}

func TestOutboxChangesDoNotShortenARateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.queue(a, "one@navy.example")
		time.Sleep(2 * fresh)
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Times: 1, Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":600000}`})
		turns := n.startRunner(t.Context(), a)
		time.Sleep(time.Second)
		before := n.Count("GET", "/_matrix/client/v3/sync")
		n.must(a.PauseOutbox(t.Context(), false))
		time.Sleep(9 * time.Minute)
		if got := n.Count("GET", "/_matrix/client/v3/sync"); got != before {
			t.Errorf("%d requests before their time", got-before)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n.states(a)["one@navy.example"] != client.ItemSent {
			t.Errorf("%v, %v", n.states(a), turnErrors(turns))
		}
	})
}

// If a request is not written to a connection for any reason, the invite is not
// uncertain.
func TestUnsentRequestIsNotUncertain(t *testing.T) {
	n := newServedWorld(t)
	var away atomic.Bool
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if away.Load() {
			return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	opt := n.options()
	opt.Transport = transport
	a, err := client.Resume(opt, n.signIn(n.ada).Session())
	n.must(err)
	n.must(a.Refresh(t.Context()))
	plan, err := a.Plan(t.Context(), n.room, n.invitee("one@navy.example"))
	n.must(err)
	away.Store(true)
	transport.CloseIdleConnections()
	_, err = a.Send(t.Context(), plan)
	if unreachable := new(client.UnreachableError); uncertain(err) || !errors.As(err, &unreachable) {
		t.Error(err)
	}
	away.Store(false)
	_, err = a.Send(t.Context(), plan)
	n.must(err)
}

// If an identity server behind a proxy fails, it may have sent the mail before.
func TestBrokenIdentityServerLeavesTheInviteUncertain(t *testing.T) {
	n := newTestWorld(t)
	a := n.account()
	plan, err := a.Plan(t.Context(), n.room, n.invitee("one@navy.example"))
	n.must(err)
	n.Inject(sandbox.Fault{Method: "POST", Path: "/_matrix/identity/v2/store-invite", Times: 1, Lose: true})
	n.Inject(sandbox.Fault{Path: "/_matrix/identity/", Status: 502, Body: `<html>`})
	_, err = a.Send(t.Context(), plan)
	if !uncertain(err) || len(n.invites("one@navy.example")) != 1 {
		t.Errorf("%v with %d mails", err, len(n.invites("one@navy.example")))
	}
}
