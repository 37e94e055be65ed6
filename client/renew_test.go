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
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// A sessionStore stores the session of a program.
type sessionStore struct {
	mu      sync.Mutex
	saved   client.Session
	saves   int
	saveErr error // error of save
	loadErr error // error of load
	onSave  func(client.Session)
	held    sync.Mutex // the lock
}

// lock locks the session; one program at a time can hold the lock.
func (d *sessionStore) lock(ctx context.Context) (unlock func(), err error) {
	for !d.held.TryLock() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return d.held.Unlock, nil
}

func (d *sessionStore) save(s client.Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.onSave != nil {
		d.onSave(s)
	}
	if d.saveErr == nil {
		d.saved = s
	}
	d.saves++
	return d.saveErr
}

func (d *sessionStore) load() (client.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.saved, d.loadErr
}

// optionsWith returns the options of a program that saves its session in d.
func (n *testWorld) optionsWith(d *sessionStore) client.Options {
	opt := n.options()
	opt.SaveSession, opt.SavedSession, opt.LockSession = d.save, d.load, d.lock
	return opt
}

// signInAndSave signs Ada in by OAuth and saves the session.
func (n *testWorld) signInAndSave() (*client.Account, *sessionStore) {
	n.t.Helper()
	d := &sessionStore{}
	a := n.signInByDevice(n.optionsWith(d))
	n.must(d.save(a.Session()))
	return a, d
}

// resume returns the account of a restarted program.
func (n *testWorld) resume(d *sessionStore) *client.Account {
	n.t.Helper()
	a, err := client.Resume(n.optionsWith(d), d.saved)
	n.must(err)
	return a
}

// withRenewableSession runs a test with each kind of session that can be renewed: of an
// OAuth server, and of the homeserver itself.
func withRenewableSession(t *testing.T, f func(n *testWorld, a *client.Account, d *sessionStore)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		a, d := n.signInAndSave()
		f(n, a, d)
	})
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		d := &sessionStore{}
		a, err := login.WithPassword(t.Context(), n.optionsWith(d), n.homeserver(), n.ada, password)
		n.must(err)
		if a.Session().RefreshToken == "" {
			t.Fatal("the session cannot be renewed")
		}
		n.must(d.save(a.Session()))
		f(n, a, d)
	})
}

// refreshCount returns the number of requests with a refresh token.
func (n *testWorld) refreshCount() int {
	count := 0
	for _, r := range n.Requests() {
		if r.URL.Path == "/_matrix/client/v3/refresh" || r.URL.Path == tokenPath && strings.Contains(string(r.Body), "grant_type=refresh_token") {
			count++
		}
	}
	return count
}

func TestSessionIsRenewedBeforeItExpires(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		first := a.Session()
		for range 3 {
			time.Sleep(5*time.Minute - 20*time.Second)
			n.checkSignedIn(a)
		}
		if a.Session().AccessToken == first.AccessToken || d.saved != a.Session() {
			n.t.Errorf("first %+v, now %+v, saved %+v", first, a.Session(), d.saved)
		}
		if n.refreshCount() != 3 {
			n.t.Errorf("renewed %d times", n.refreshCount())
		}
	})
}

func TestPanicInARenewalIsRaisedInAllCallers(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		time.Sleep(5*time.Minute - 20*time.Second)
		d.onSave = func(client.Session) { panic("the sessionStore is stuck") }
		heard := make(chan error)
		for range 3 {
			go func() { heard <- panicgroup.Try(func() error { return a.Refresh(n.t.Context()) }) }()
		}
		for range 3 {
			if p, ok := errors.AsType[*panicgroup.Panic](<-heard); !ok || p.Value != "the sessionStore is stuck" {
				n.t.Errorf("heard %v", p)
			}
		}
		d.onSave = nil
		n.checkSignedIn(a)
	})
}

func TestRefusedTokenIsRenewed(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.ExpireTokens(n.ada)
		n.checkSignedIn(a)
	})
}

func TestInviteIsSentOnceAcrossARenewal(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.checkSignedIn(a)
		plan, err := a.Plan(n.t.Context(), n.room, n.invitee("grace@navy.example"))
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
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.checkSignedIn(a)
		plan, err := a.Plan(n.t.Context(), n.room, n.invitee("grace@navy.example"))
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
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Lose: true, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Lose: true, Times: 1})
		var unreachable *client.UnreachableError
		if err := a.Refresh(n.t.Context()); !errors.As(err, &unreachable) {
			n.t.Errorf("%v", err)
		}
		n.checkSignedIn(n.resume(d)) // as if the program was killed before it saved the session
	})
}

func TestFailedRenewalIsIgnoredWhileTheTokenIsValid(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.Inject(sandbox.Fault{Path: tokenPath, Status: 503})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Status: 503})
		time.Sleep(5*time.Minute - 20*time.Second)
		n.checkSignedIn(a)
	})
}

func TestConcurrentRequestsShareOneRenewal(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.checkSignedIn(a)
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
		if n.refreshCount() != 1 {
			n.t.Errorf("renewed %d times", n.refreshCount())
		}
	})
}

func TestRenewalContinuesAfterItsCallerIsCancelled(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
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
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		d.onSave = func(s client.Session) {
			for _, r := range n.Requests() {
				if r.Header.Get("Authorization") == "Bearer "+s.AccessToken {
					n.t.Error("used before it was saved")
				}
			}
		}
		n.ExpireTokens(n.ada)
		n.checkSignedIn(a)
		d.onSave = nil
		n.checkSignedIn(n.resume(d)) // as if the program was killed
	})
}

func TestUnsavedSessionIsUsedAndReported(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		d.saveErr = os.ErrPermission
		n.ExpireTokens(n.ada)
		n.checkSignedIn(a)
		var unsaved *client.SessionNotSavedError
		if err := a.StoreError(); !errors.As(err, &unsaved) || client.Hint(err) == "" {
			n.t.Errorf("%v", err)
		}
		d.saveErr = nil
		time.Sleep(5 * time.Minute)
		n.checkSignedIn(a)
		if err := a.StoreError(); err != nil || d.saved != a.Session() {
			n.t.Errorf("%v", err)
		}
	})
}

func TestOAuthServerThatMovedIsFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		_, d := n.signInAndSave()
		good := d.saved
		d.saved.TokenEndpoint = n.AuthServerURL() + "/formerly/token"
		n.ExpireTokens(n.ada)
		n.checkSignedIn(n.resume(d))
		if d.saved.TokenEndpoint != good.TokenEndpoint || d.saves != 2 {
			t.Errorf("%+v", d.saved)
		}
	})
}

func TestOtherOAuthServerGetsNoRefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		_, d := n.signInAndSave()
		d.saved.TokenEndpoint = n.AuthServerURL() + "/formerly/token"
		d.saved.Issuer = "https://account.elsewhere.example/"
		n.ExpireTokens(n.ada)
		var renewal *client.RenewalError
		if err := n.resume(d).Refresh(t.Context()); !errors.As(err, &renewal) || n.refreshCount() > 0 {
			t.Errorf("%v", err)
		}
	})
}

func TestRevokedSessionIsReported(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.checkSignedIn(a)
		n.RevokeGrants(n.ada)
		gone := new(client.SignedOutError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) {
			n.t.Errorf("%v", err)
		}
		before := n.refreshCount()
		if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) || n.refreshCount() > before+1 {
			n.t.Errorf("%v after %d renewals", err, n.refreshCount()-before)
		}
	})
}

func TestRefusedNewTokensEndTheRetries(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Status: 401, Body: `{"errcode":"M_UNKNOWN_TOKEN","error":"no","soft_logout":true}`})
		locked := new(client.AccountLockedError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &locked) || locked.Told {
			n.t.Errorf("%v", err)
		}
		if n.refreshCount() != 3 || n.Count("GET", "/_matrix/client/v3/sync") != 3 {
			n.t.Errorf("renewed %d times", n.refreshCount())
		}
	})
}

func TestNoRefreshTokenIsRequestedWithoutSaveSession(t *testing.T) {
	n := newTestWorld(t)
	if s := n.signIn(n.ada).Session(); s.RefreshToken != "" || !s.ExpiresAt.IsZero() {
		t.Errorf("%+v", s)
	}
}

func TestWatcherRenewsItsTokens(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		w := a.Watch()
		for end := time.Now().Add(time.Hour); time.Now().Before(end); {
			ctx, cancel := context.WithTimeout(n.t.Context(), 10*time.Minute)
			c := w.Next(ctx)
			cancel()
			if c.Err != nil && ctx.Err() == nil {
				n.t.Fatal(c.Err)
			}
		}
		if n.refreshCount() < 10 {
			n.t.Errorf("renewed %d times", n.refreshCount())
		}
	})
}
