package client_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// drawer is where a program keeps its session.
type drawer struct {
	mu    sync.Mutex
	saved client.Session
	saves int
	stuck error // why nothing can be saved
	shut  error // why nothing can be read
	look  func(client.Session)
	held  sync.Mutex // the lock
}

// lock is held by one program at a time.
func (d *drawer) lock(ctx context.Context) (unlock func(), err error) {
	for !d.held.TryLock() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return d.held.Unlock, nil
}

func (d *drawer) save(s client.Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.look != nil {
		d.look(s)
	}
	if d.stuck == nil {
		d.saved = s
	}
	d.saves++
	return d.stuck
}

func (d *drawer) load() (client.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.saved, d.shut
}

// keeping is the options of a program that keeps its session in a drawer.
func (n *town) keeping(d *drawer) client.Options {
	opt := n.options()
	opt.SaveSession, opt.SavedSession, opt.LockSession = d.save, d.load, d.lock
	return opt
}

// kept signs Ada in by OAuth and keeps her session in a drawer.
func (n *town) kept() (*client.Account, *drawer) {
	n.t.Helper()
	d := &drawer{}
	a := n.byDevice(n.keeping(d))
	n.must(d.save(a.Session()))
	return a, d
}

// resume starts the program anew.
func (n *town) resume(d *drawer) *client.Account {
	n.t.Helper()
	a, err := client.Resume(n.keeping(d), d.saved)
	n.must(err)
	return a
}

// renewable runs a test with both kinds of session that can be renewed: that of
// an OAuth server and that of a homeserver itself.
func renewable(t *testing.T, f func(n *town, a *client.Account, d *drawer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := newAuthTown(t)
		a, d := n.kept()
		f(n, a, d)
	})
	synctest.Test(t, func(t *testing.T) {
		n := newTown(t)
		d := &drawer{}
		a, err := client.SignIn(t.Context(), n.keeping(d), n.homeserver(), n.ada, password)
		n.must(err)
		if a.Session().RefreshToken == "" {
			t.Fatal("the session cannot be renewed")
		}
		n.must(d.save(a.Session()))
		f(n, a, d)
	})
}

// refreshes is how many refresh tokens were sent.
func (n *town) refreshes() int {
	count := 0
	for _, r := range n.Requests() {
		if r.URL.Path == "/_matrix/client/v3/refresh" || r.URL.Path == tokenPath && strings.Contains(string(r.Body), "grant_type=refresh_token") {
			count++
		}
	}
	return count
}

func TestSessionIsRenewedBeforeItExpires(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		first := a.Session()
		for range 3 {
			time.Sleep(5*time.Minute - 20*time.Second)
			n.works(a)
		}
		if a.Session().AccessToken == first.AccessToken || d.saved != a.Session() {
			n.t.Errorf("first %+v, now %+v, saved %+v", first, a.Session(), d.saved)
		}
		if n.refreshes() != 3 {
			n.t.Errorf("renewed %d times", n.refreshes())
		}
	})
}

func TestPanicInARenewalIsRaisedInAllCallers(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		time.Sleep(5*time.Minute - 20*time.Second)
		d.look = func(client.Session) { panic("the drawer is stuck") }
		heard := make(chan error)
		for range 3 {
			go func() { heard <- panicgroup.Try(func() error { return a.Refresh(n.t.Context()) }) }()
		}
		for range 3 {
			if p, ok := errors.AsType[*panicgroup.Panic](<-heard); !ok || p.Value != "the drawer is stuck" {
				n.t.Errorf("heard %v", p)
			}
		}
		d.look = nil
		n.works(a)
	})
}

func TestRefusedTokenIsRenewed(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.ExpireTokens(n.ada)
		n.works(a)
	})
}

func TestInviteIsSentOnceAcrossARenewal(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.works(a)
		plan, err := a.Plan(n.t.Context(), n.room, n.who("grace@navy.example"))
		n.must(err)
		n.ExpireTokens(n.ada)
		sent, err := a.Send(n.t.Context(), plan)
		n.must(err)
		if sent.Token == "" || len(n.Mails("grace@navy.example")) != 1 || n.Count("POST", invitePath) != 2 {
			n.t.Errorf("%+v, %d mails, %d requests", sent, len(n.Mails("grace@navy.example")), n.Count("POST", invitePath))
		}
	})
}

func TestInviteWaitingForARenewalIsNotUncertain(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.works(a)
		plan, err := a.Plan(n.t.Context(), n.room, n.who("grace@navy.example"))
		n.must(err)
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Lose: true})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Lose: true})
		_, err = a.Send(n.t.Context(), plan)
		var uncertain *client.UncertainError
		var renewal *client.RenewalError
		if errors.As(err, &uncertain) || !errors.As(err, &renewal) || client.Hint(err) == "" {
			n.t.Errorf("%v", err)
		}
	})
}

func TestLostRenewalIsRequestedAgain(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Lose: true, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Lose: true, Times: 1})
		var unreachable *client.UnreachableError
		if err := a.Refresh(n.t.Context()); !errors.As(err, &unreachable) {
			n.t.Errorf("%v", err)
		}
		n.works(n.resume(d)) // as after a kill before anything was saved
	})
}

func TestFailedRenewalIsIgnoredWhileTheTokenIsValid(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.Inject(sandbox.Fault{Path: tokenPath, Status: 503})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Status: 503})
		time.Sleep(5*time.Minute - 20*time.Second)
		n.works(a)
	})
}

func TestConcurrentRequestsShareOneRenewal(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.works(a)
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Delay: time.Second})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Delay: time.Second})
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, _, err := a.IdentityServer(n.t.Context()); err != nil {
					n.t.Error(err)
				}
				if err := a.Refresh(n.t.Context()); err != nil {
					n.t.Error(err)
				}
			})
		}
		all.Wait()
		if n.refreshes() != 1 {
			n.t.Errorf("renewed %d times", n.refreshes())
		}
	})
}

func TestRenewalContinuesAfterItsCallerIsCancelled(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Delay: time.Second, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Delay: time.Second, Times: 1})
		ctx, cancel := context.WithTimeout(n.t.Context(), time.Second/2)
		defer cancel()
		if err := a.Refresh(ctx); !errors.Is(err, context.DeadlineExceeded) {
			n.t.Errorf("%v", err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if d.saves != 2 || d.saved != a.Session() {
			n.t.Errorf("saved %d times", d.saves)
		}
	})
}

func TestNewTokensAreSavedBeforeTheyAreUsed(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		d.look = func(s client.Session) {
			for _, r := range n.Requests() {
				if r.Header.Get("Authorization") == "Bearer "+s.AccessToken {
					n.t.Error("used before it was saved")
				}
			}
		}
		n.ExpireTokens(n.ada)
		n.works(a)
		d.look = nil
		n.works(n.resume(d)) // as after a kill
	})
}

func TestUnsavedSessionIsUsedAndReported(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		d.stuck = os.ErrPermission
		n.ExpireTokens(n.ada)
		n.works(a)
		var unsaved *client.SessionNotSavedError
		if err := a.StoreError(); !errors.As(err, &unsaved) || client.Hint(err) == "" {
			n.t.Errorf("%v", err)
		}
		d.stuck = nil
		time.Sleep(5 * time.Minute)
		n.works(a)
		if err := a.StoreError(); err != nil || d.saved != a.Session() {
			n.t.Errorf("%v", err)
		}
	})
}

func TestOAuthServerThatMovedIsFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newAuthTown(t)
		_, d := n.kept()
		good := d.saved
		d.saved.TokenEndpoint = n.AuthServerURL() + "/formerly/token"
		n.ExpireTokens(n.ada)
		n.works(n.resume(d))
		if d.saved.TokenEndpoint != good.TokenEndpoint || d.saves != 2 {
			t.Errorf("%+v", d.saved)
		}
	})
}

func TestOtherOAuthServerGetsNoRefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newAuthTown(t)
		_, d := n.kept()
		d.saved.TokenEndpoint = n.AuthServerURL() + "/formerly/token"
		d.saved.Issuer = "https://account.elsewhere.example/"
		n.ExpireTokens(n.ada)
		var renewal *client.RenewalError
		if err := n.resume(d).Refresh(t.Context()); !errors.As(err, &renewal) || n.refreshes() > 0 {
			t.Errorf("%v", err)
		}
	})
}

func TestRevokedSessionIsReported(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.works(a)
		n.RevokeGrants(n.ada)
		gone := new(client.SignedOutError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) {
			n.t.Errorf("%v", err)
		}
		before := n.refreshes()
		if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) || n.refreshes() > before+1 {
			n.t.Errorf("%v after %d renewals", err, n.refreshes()-before)
		}
	})
}

func TestRefusedNewTokensEndTheRetries(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Status: 401, Body: `{"errcode":"M_UNKNOWN_TOKEN","error":"no","soft_logout":true}`})
		locked := new(client.AccountLockedError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &locked) || locked.Told {
			n.t.Errorf("%v", err)
		}
		if n.refreshes() != 3 || n.Count("GET", "/_matrix/client/v3/sync") != 3 {
			n.t.Errorf("renewed %d times", n.refreshes())
		}
	})
}

func TestNoRefreshTokenIsRequestedWithoutSaveSession(t *testing.T) {
	n := newTown(t)
	if s := n.signIn(n.ada).Session(); s.RefreshToken != "" || !s.ExpiresAt.IsZero() {
		t.Errorf("%+v", s)
	}
}

func TestWatcherRenewsItsTokens(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		w := a.Watch()
		for end := time.Now().Add(time.Hour); time.Now().Before(end); {
			ctx, cancel := context.WithTimeout(n.t.Context(), 10*time.Minute)
			c := w.Next(ctx)
			cancel()
			if c.Err != nil && ctx.Err() == nil {
				n.t.Fatal(c.Err)
			}
		}
		if n.refreshes() < 10 {
			n.t.Errorf("renewed %d times", n.refreshes())
		}
	})
}
