package client_test

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestTwoProgramsRenewOneSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		other := n.resume(d)
		for range 4 {
			time.Sleep(5 * time.Minute)
			n.checkSignedIn(a)
			n.checkSignedIn(other)
		}
		if n.refreshCount() != 4 {
			n.t.Errorf("renewed %d times", n.refreshCount())
		}
	})
}

func TestOtherProgramSignsInAgain(t *testing.T) {
	n := newTestWorld(t)
	d := &sessionStore{}
	n.must(d.save(n.signIn(n.ada).Session()))
	a := n.resume(d)
	opt := n.options()
	opt.Again = d.saved
	again, err := login.WithPassword(t.Context(), opt, n.homeserver(), n.ada, password)
	n.must(err)
	gone := new(client.SignedOutError)
	if err := a.Refresh(t.Context()); !errors.As(err, &gone) {
		t.Errorf("%v", err)
	}
	n.must(d.save(again.Session()))
	n.checkSignedIn(a)
}

func TestOtherProgramRenewsAtTheSameMoment(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		other := n.resume(d)
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Delay: time.Second, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Delay: time.Second, Times: 1})
		var late sync.WaitGroup
		late.Go(func() { n.checkSignedIn(a) }) // the request with its refresh token is on the way
		time.Sleep(time.Second / 2)
		n.checkSignedIn(other) // and its response is no longer valid when it arrives
		late.Wait()
		if a.Session() != other.Session() {
			n.t.Error("two sessions")
		}
	})
}

func TestOtherProgramSignsInAgainForGood(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		n.SetWays(sandbox.Ways{Password: true, OAuth: true})
		opt := n.options()
		opt.Again = a.Session()
		again, err := login.WithPassword(n.t.Context(), opt, n.homeserver(), n.ada, password)
		n.must(err)
		n.must(d.save(again.Session()))
		n.checkSignedIn(a)
		if a.Session() != again.Session() {
			n.t.Error("two sessions")
		}
	})
}

// delayResponses delays the responses to requests that exchange a refresh token.
func (n *testWorld) delayResponses(d time.Duration, times int) {
	n.Inject(sandbox.Fault{Path: tokenPath, AnswerDelay: d, Times: times})
	n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", AnswerDelay: d, Times: times})
}

// checkNewestSaved checks that the saved session has the newest tokens of the server.
func (n *testWorld) checkNewestSaved(d *sessionStore) {
	n.t.Helper()
	access, refresh, err := n.LatestTokens(n.ada, string(d.saved.DeviceID))
	n.must(err)
	if d.saved.AccessToken != access || d.saved.RefreshToken != refresh {
		n.t.Error("the saved tokens are not the newest ones")
	}
}

// Two programs exchange the same refresh token. The response to the first exchange,
// whose tokens the second one has invalidated, arrives last.
func TestSlowResponseDoesNotReplaceANewerSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		other := n.resume(d)
		n.ExpireTokens(n.ada)
		n.delayResponses(2*time.Second, 1)
		var late sync.WaitGroup
		late.Go(func() { n.must(a.Refresh(n.t.Context())) })
		time.Sleep(time.Second)
		n.checkSignedIn(other)
		late.Wait()
		n.checkNewestSaved(d)
		n.checkSignedIn(a)
		n.checkSignedIn(n.resume(d))
		if n.refreshCount() != 1 {
			n.t.Errorf("renewed %d times", n.refreshCount())
		}
	})
}

func TestProgramKilledDuringARenewalEndsNoSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Lose: true, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Lose: true, Times: 1})
		if err := a.Refresh(n.t.Context()); err == nil {
			n.t.Error("the answer was not lost")
		}
		n.checkSignedIn(n.resume(d))
		n.checkNewestSaved(d)
		n.checkSignedIn(a)
	})
}

func TestUnreadableSavedSessionIsNotExchanged(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		n.checkSignedIn(n.resume(d))
		n.ExpireTokens(n.ada)
		d.loadErr = os.ErrPermission
		renewal := new(client.RenewalError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &renewal) || !errors.Is(err, os.ErrPermission) || n.refreshCount() > 0 {
			n.t.Errorf("%v after %d exchanges", err, n.refreshCount())
		}
		d.loadErr = nil
		n.checkSignedIn(a)
	})
}

func TestSessionThatAnotherProgramSignedOutOfIsNotRenewed(t *testing.T) {
	for _, forgotten := range []bool{true, false} {
		withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
			n.ExpireTokens(n.ada)
			d.saved = client.Session{}
			if forgotten {
				d.loadErr = fs.ErrNotExist
			}
			gone := new(client.SignedOutError)
			if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) || n.refreshCount() > 0 || d.saved.AccessToken != "" {
				n.t.Errorf("%v after %d exchanges", err, n.refreshCount())
			}
		})
	}
}

func TestLockThatIsNeverReleasedEndsNoSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		n.ExpireTokens(n.ada)
		d.held.Lock()
		renewal := new(client.RenewalError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &renewal) || client.Hint(err) == "" {
			n.t.Errorf("%v", err)
		}
		d.held.Unlock()
		n.checkSignedIn(a)
	})
}

// The session is renewed after a response with a new token and before the first use of
// that token.
func TestTokenReplacedByAnotherProgramIsNoLockedAccount(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		other := n.resume(d)
		d.onSave = func(client.Session) {
			d.onSave = nil
			time.AfterFunc(time.Second, func() {
				n.ExpireTokens(n.ada)
				n.checkSignedIn(other)
			})
		}
		n.ExpireTokens(n.ada)
		remove := n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Delay: 2 * time.Second, Times: 2})
		defer remove()
		n.must(a.Refresh(n.t.Context()))
		n.checkNewestSaved(d)
	})
}
