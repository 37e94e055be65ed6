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

// checkEnded checks that a session has ended.
func (n *testWorld) checkEnded(s client.Session) {
	n.t.Helper()
	if _, _, err := n.LatestTokens(n.ada, string(s.DeviceID)); err == nil {
		n.t.Error("the session has not ended")
	}
}

// checkUnconfirmed checks that the error tells the user where to end the session.
func (n *testWorld) checkUnconfirmed(err error, s client.Session) {
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

func (n *testWorld) loseExchanges(times int) {
	n.Inject(sandbox.Fault{Path: tokenPath, Lose: true, Times: times})
	n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/refresh", Lose: true, Times: times})
}

func TestSigningOutEndsTheNewestSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		other := n.resume(d)
		time.Sleep(5 * time.Minute)
		n.checkSignedIn(other) // with new tokens
		n.must(a.SignOut(n.t.Context()))
		n.checkEnded(a.Session())
	})
}

// Another program was killed before it got the response to its exchange: the saved
// refresh token is consumed, and revoking it would not end the session.
func TestSigningOutAfterALostExchangeEndsTheSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		time.Sleep(5 * time.Minute)
		n.loseExchanges(1)
		if err := n.resume(d).Refresh(n.t.Context()); err == nil {
			n.t.Error("the answer was not lost")
		}
		n.must(a.SignOut(n.t.Context()))
		n.checkEnded(a.Session())
	})
}

func TestSigningOutRetriesAfterLostResponses(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.loseExchanges(1)
		n.Inject(sandbox.Fault{Path: "/oauth2/revoke", Lose: true, Times: 1})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/v3/logout", Lose: true, Times: 1})
		n.must(a.SignOut(n.t.Context()))
		n.checkEnded(a.Session())
	})
}

// The saved session was restored from an older copy. The session has not ended, and its
// newest tokens are lost.
func TestSigningOutWithConsumedTokensIsNotConfirmed(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		old := d.saved
		for range 2 {
			time.Sleep(5 * time.Minute)
			n.checkSignedIn(a)
		}
		d.saved = old
		time.Sleep(5 * time.Minute)
		n.checkUnconfirmed(n.resume(d).SignOut(n.t.Context()), old)
	})
}

func TestSigningOutOfAServerThatIsDownIsNotConfirmed(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.Inject(sandbox.Fault{Path: "/oauth2/", Refuse: true})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/", Refuse: true})
		n.checkUnconfirmed(a.SignOut(n.t.Context()), a.Session())
	})
}

func TestSigningOutOfAHangingServerTimesOut(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.Inject(sandbox.Fault{Path: "/oauth2/", Delay: time.Hour})
		n.Inject(sandbox.Fault{Path: "/_matrix/client/", Delay: time.Hour})
		began := time.Now()
		n.checkUnconfirmed(a.SignOut(n.t.Context()), a.Session())
		if time.Since(began) > time.Minute {
			n.t.Errorf("after %s", time.Since(began))
		}
	})
}

func TestSigningOutOfALockedAccountEndsTheSession(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, _ *sessionStore) {
		n.LockUser(n.ada, true)
		n.must(a.SignOut(n.t.Context()))
		n.checkEnded(a.Session())
	})
}

// A program that waits to renew the session finds that it has ended.
func TestSigningOutWaitsForARenewal(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		other := n.resume(d)
		n.ExpireTokens(n.ada)
		n.delayResponses(5*time.Second, 1)
		renewed := make(chan error)
		go func() { renewed <- other.Refresh(n.t.Context()) }()
		time.Sleep(time.Second)
		n.must(a.SignOut(n.t.Context()))
		gone := new(client.SignedOutError)
		if err := <-renewed; err != nil && !errors.As(err, &gone) {
			n.t.Errorf("%v", err)
		}
		n.checkEnded(a.Session())
	})
}

// A stopped program holds the lock.
func TestSigningOutWaitsForTheLockWithALimit(t *testing.T) {
	withRenewableSession(t, func(n *testWorld, a *client.Account, d *sessionStore) {
		d.held.Lock()
		n.must(a.SignOut(n.t.Context()))
		n.checkEnded(a.Session())
	})
}

func TestSigningOutWithoutARevocationEndpointIsNotConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		s := n.signInByDevice(n.options()).Session()
		s.RevocationEndpoint = ""
		a, err := client.Resume(n.options(), s)
		n.must(err)
		n.checkUnconfirmed(a.SignOut(t.Context()), s)
	})
}

func TestSigningOutOfASessionWithoutARefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newOAuthWorld(t)
		s := n.signInByDevice(n.options()).Session()
		s.RefreshToken = ""
		a, err := client.Resume(n.options(), s)
		n.must(err)
		n.must(a.SignOut(t.Context()))
		n.checkEnded(s)
	})
}
