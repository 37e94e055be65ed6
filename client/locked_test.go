package client_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
)

// While an account is locked, the requests become less frequent, and its session is
// kept.
func TestLockedAccountStaysSignedIn(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		w := a.Watch()
		n.must(w.Next(n.t.Context()).Err)
		n.LockUser(n.ada, true)
		var last time.Duration
		for range 20 {
			c := w.Next(n.t.Context())
			locked := new(client.AccountLockedError)
			if !errors.As(c.Err, &locked) || locked.Told == a.Session().ByOAuth() || c.Final || client.Hint(c.Err) == "" {
				n.t.Fatalf("%+v", c)
			}
			last = c.RetryIn
		}
		if last < 15*time.Minute {
			n.t.Errorf("asked again after %s", last)
		}
		n.LockUser(n.ada, false)
		n.must(w.Next(n.t.Context()).Err)
		n.checkSignedIn(n.resume(d))
		n.checkNewestSaved(d)
	})
}

func TestLockedAccountSendsNothingAndKeepsTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.start(n.signIn(n.ada).Session(), t.TempDir()+"/store.db")
		n.must(a.Refresh(t.Context()))
		n.queue(a, "one@navy.example")
		n.LockUser(n.ada, true)
		turn := a.Runner("test").Next(t.Context())
		locked := new(client.AccountLockedError)
		if !errors.As(turn.Err, &locked) || turn.Final {
			t.Errorf("%+v", turn)
		}
		if items := n.outbox(a).Items; len(items) != 1 || items[0].State != client.ItemQueued {
			t.Errorf("%+v", items)
		}
		n.LockUser(n.ada, false)
		n.runOutbox(a)
		if len(n.Mails("one@navy.example")) != 1 {
			t.Error("not sent")
		}
	})
}

// The homeserver mails an invite of a suspended account, and then refuses it. No other
// invites are sent.
func TestSuspendedAccountPausesTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.start(n.signIn(n.ada).Session(), t.TempDir()+"/store.db")
		n.must(a.Refresh(t.Context()))
		n.queue(a, "one@navy.example", "two@navy.example")
		n.SuspendUser(n.ada, true)
		turn := a.Runner("test").Next(t.Context())
		suspended := new(client.AccountSuspendedError)
		if !errors.As(turn.Err, &suspended) || turn.Final || client.Hint(turn.Err) == "" {
			t.Errorf("%+v", turn)
		}
		o := n.outbox(a)
		if !o.Paused || o.Count(client.ItemFailed) != 1 || o.Count(client.ItemQueued) != 1 || len(n.Mails("two@navy.example")) != 0 {
			t.Errorf("%+v", o)
		}
		n.must(a.Refresh(t.Context())) // a suspended user may still read
	})
}

func TestDeactivatedAccountIsSignedOut(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.checkSignedIn(a)
		n.DeactivateUser(n.ada)
		gone := new(client.SignedOutError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) {
			n.t.Errorf("%v", err)
		}
	})
}
