package client_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// hasEnded checks that a session cannot be renewed any more.
func (n *town) hasEnded(s client.Session) {
	n.t.Helper()
	if _, _, err := n.LatestTokens(n.ada, string(s.DeviceID)); err == nil {
		n.t.Error("the session goes on")
	}
}

// unconfirmed checks that a person is told where to end a session themselves.
func (n *town) unconfirmed(err error, s client.Session) {
	n.t.Helper()
	var e *client.EndNotConfirmedError
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "could not confirm that the session of "+n.ada+" has ended") {
		n.t.Fatalf("%v", err)
	}
	where := "settings of another Matrix client"
	if s.ByOAuth() {
		where = n.AuthServerURL() + "/account/?action=org.matrix.device_delete&device_id=" + string(s.DeviceID)
	}
	if hint := client.Advise(err).Values.Where; !strings.Contains(hint, where) || !strings.Contains(hint, string(s.DeviceID)) {
		n.t.Errorf("%q", hint)
	}
}

func (n *town) loseExchanges(times int) {
	n.Inject(sandbox.Fault{Path: tokenPath, Lose: true, Times: times})
	n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Lose: true, Times: times})
}

func TestSigningOutEndsTheNewestSession(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		other := n.resume(d)
		time.Sleep(5 * time.Minute)
		n.works(other) // with a new pair of tokens
		n.must(a.SignOut(n.t.Context()))
		n.hasEnded(a.Session())
	})
}

// Another program was killed before the answer to its exchange came: the refresh
// token that is saved is consumed, and to revoke it would end nothing.
func TestSigningOutAfterALostExchangeEndsTheSession(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		time.Sleep(5 * time.Minute)
		n.loseExchanges(1)
		if err := n.resume(d).Refresh(n.t.Context()); err == nil {
			n.t.Error("the answer was not lost")
		}
		n.must(a.SignOut(n.t.Context()))
		n.hasEnded(a.Session())
	})
}

func TestSigningOutRetriesAfterLostResponses(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.loseExchanges(1)
		n.Inject(sandbox.Fault{Path: "/oauth2/revoke", Lose: true, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/logout", Lose: true, Times: 1})
		n.must(a.SignOut(n.t.Context()))
		n.hasEnded(a.Session())
	})
}

// What is saved was put back from an older copy. The session goes on, with tokens
// that are lost.
func TestSigningOutWithConsumedTokensIsNotConfirmed(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		old := d.saved
		for range 2 {
			time.Sleep(5 * time.Minute)
			n.works(a)
		}
		d.saved = old
		time.Sleep(5 * time.Minute)
		n.unconfirmed(n.resume(d).SignOut(n.t.Context()), old)
	})
}

func TestSigningOutOfAServerThatIsDownIsNotConfirmed(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.Inject(sandbox.Fault{Path: "/oauth2/", Refuse: true})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/", Refuse: true})
		n.unconfirmed(a.SignOut(n.t.Context()), a.Session())
	})
}

func TestSigningOutOfAHangingServerTimesOut(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.Inject(sandbox.Fault{Path: "/oauth2/", Delay: time.Hour})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/", Delay: time.Hour})
		began := time.Now()
		n.unconfirmed(a.SignOut(n.t.Context()), a.Session())
		if time.Since(began) > time.Minute {
			n.t.Errorf("after %s", time.Since(began))
		}
	})
}

func TestSigningOutOfALockedAccountEndsTheSession(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, _ *drawer) {
		n.LockUser(n.ada, true)
		n.must(a.SignOut(n.t.Context()))
		n.hasEnded(a.Session())
	})
}

// A program that waits to renew finds out that there is nothing to renew.
func TestSigningOutWaitsForARenewal(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		other := n.resume(d)
		n.ExpireTokens(n.ada)
		n.delayAnswers(5*time.Second, 1)
		renewed := make(chan error)
		go func() { renewed <- other.Refresh(n.t.Context()) }()
		time.Sleep(time.Second)
		n.must(a.SignOut(n.t.Context()))
		gone := new(client.SignedOutError)
		if err := <-renewed; err != nil && !errors.As(err, &gone) {
			n.t.Errorf("%v", err)
		}
		n.hasEnded(a.Session())
	})
}

// A program that was stopped holds the lock.
func TestSigningOutWaitsForTheLockWithALimit(t *testing.T) {
	renewable(t, func(n *town, a *client.Account, d *drawer) {
		d.held.Lock()
		n.must(a.SignOut(n.t.Context()))
		n.hasEnded(a.Session())
	})
}

func TestSigningOutWithoutARevocationEndpointIsNotConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newAuthTown(t)
		s := n.byDevice(n.options()).Session()
		s.RevocationEndpoint = ""
		a, err := client.Resume(n.options(), s)
		n.must(err)
		n.unconfirmed(a.SignOut(t.Context()), s)
	})
}

func TestSigningOutOfASessionWithoutARefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newAuthTown(t)
		s := n.byDevice(n.options()).Session()
		s.RefreshToken = ""
		a, err := client.Resume(n.options(), s)
		n.must(err)
		n.must(a.SignOut(t.Context()))
		n.hasEnded(s)
	})
}
