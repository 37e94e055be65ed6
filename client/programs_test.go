package client_test

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

func TestTwoProgramsRenewOneSession(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		other := n.resume(d)
		for range 4 {
			time.Sleep(5 * time.Minute)
			n.works(a)
			n.works(other)
		}
		if n.refreshes() != 4 {
			n.t.Errorf("renewed %d times", n.refreshes())
		}
	})
}

func TestOtherProgramSignsInAgain(t *testing.T) {
	n := newTown(t)
	d := &drawer{}
	n.must(d.save(n.signIn(n.ada).Session()))
	a := n.resume(d)
	opt := n.options()
	opt.Again = d.saved
	again, err := client.SignIn(t.Context(), opt, n.homeserver(), n.ada, password)
	n.must(err)
	gone := new(client.SignedOutError)
	if err := a.Refresh(t.Context()); !errors.As(err, &gone) {
		t.Errorf("%v", err)
	}
	n.must(d.save(again.Session()))
	n.works(a)
}

func TestOtherProgramRenewsAtTheSameMoment(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		other := n.resume(d)
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Delay: time.Second, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Delay: time.Second, Times: 1})
		var late sync.WaitGroup
		late.Go(func() { n.works(a) }) // its refresh token is on its way
		time.Sleep(time.Second / 2)
		n.works(other) // and is of no use when it arrives
		late.Wait()
		if a.Session() != other.Session() {
			n.t.Error("two sessions")
		}
	})
}

func TestOtherProgramSignsInAgainForGood(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		n.SetWays(sandbox.Ways{Password: true, OAuth: true})
		opt := n.options()
		opt.Again = a.Session()
		again, err := client.SignIn(n.t.Context(), opt, n.homeserver(), n.ada, password)
		n.must(err)
		n.must(d.save(again.Session()))
		n.works(a)
		if a.Session() != again.Session() {
			n.t.Error("two sessions")
		}
	})
}

// delayAnswers has all answers to exchanges come late.
func (n *town) delayAnswers(d time.Duration, times int) {
	n.Inject(sandbox.Fault{Path: tokenPath, AnswerDelay: d, Times: times})
	n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", AnswerDelay: d, Times: times})
}

// newestIsSaved checks that what is saved is what the server gave out last.
func (n *town) newestIsSaved(d *drawer) {
	n.t.Helper()
	access, refresh, err := n.LatestTokens(n.ada, string(d.saved.DeviceID))
	n.must(err)
	if d.saved.AccessToken != access || d.saved.RefreshToken != refresh {
		n.t.Error("what is saved is of no use")
	}
}

// Two programs exchange one refresh token. The answer to the first exchange, which
// the second one has made worthless, arrives last.
func TestSlowResponseDoesNotReplaceANewerSession(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		other := n.resume(d)
		n.ExpireTokens(n.ada)
		n.delayAnswers(2*time.Second, 1)
		var late sync.WaitGroup
		late.Go(func() { n.must(a.Refresh(n.t.Context())) })
		time.Sleep(time.Second)
		n.works(other)
		late.Wait()
		n.newestIsSaved(d)
		n.works(a)
		n.works(n.resume(d))
		if n.refreshes() != 1 {
			n.t.Errorf("renewed %d times", n.refreshes())
		}
	})
}

func TestProgramKilledDuringARenewalEndsNoSession(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		n.ExpireTokens(n.ada)
		n.Inject(sandbox.Fault{Path: tokenPath, Lose: true, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Lose: true, Times: 1})
		if err := a.Refresh(n.t.Context()); err == nil {
			n.t.Error("the answer was not lost")
		}
		n.works(n.resume(d))
		n.newestIsSaved(d)
		n.works(a)
	})
}

func TestUnreadableSavedSessionIsNotExchanged(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		n.works(n.resume(d))
		n.ExpireTokens(n.ada)
		d.shut = os.ErrPermission
		renewal := new(client.RenewalError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &renewal) || !errors.Is(err, os.ErrPermission) || n.refreshes() > 0 {
			n.t.Errorf("%v after %d exchanges", err, n.refreshes())
		}
		d.shut = nil
		n.works(a)
	})
}

func TestSessionThatAnotherProgramSignedOutOfIsNotRenewed(t *testing.T) {
	for _, forgotten := range []bool{true, false} {
		renewable(t, func(n *town, a *client.Account, d *drawer) {
			n.ExpireTokens(n.ada)
			d.saved = client.Session{}
			if forgotten {
				d.shut = fs.ErrNotExist
			}
			gone := new(client.SignedOutError)
			if err := a.Refresh(n.t.Context()); !errors.As(err, &gone) || n.refreshes() > 0 || d.saved.AccessToken != "" {
				n.t.Errorf("%v after %d exchanges", err, n.refreshes())
			}
		})
	}
}

func TestLockThatIsNeverReleasedEndsNoSession(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		n.ExpireTokens(n.ada)
		d.held.Lock()
		renewal := new(client.RenewalError)
		if err := a.Refresh(n.t.Context()); !errors.As(err, &renewal) || client.Hint(err) == "" {
			n.t.Errorf("%v", err)
		}
		d.held.Unlock()
		n.works(a)
	})
}

// The session is renewed between the answer that gives a token and its first use.
func TestTokenReplacedByAnotherProgramIsNoLockedAccount(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		other := n.resume(d)
		d.look = func(client.Session) {
			d.look = nil
			time.AfterFunc(time.Second, func() {
				n.ExpireTokens(n.ada)
				n.works(other)
			})
		}
		n.ExpireTokens(n.ada)
		remove := n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/sync", Delay: 2 * time.Second, Times: 2})
		defer remove()
		n.must(a.Refresh(n.t.Context()))
		n.newestIsSaved(d)
	})
}
