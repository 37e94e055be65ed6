package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	// renewAhead is how long before its end a token is no longer used.
	renewAhead = 30 * time.Second
	// renewTimeout bounds a renewal, which goes on when nobody waits for it any
	// more: its answer holds the only tokens that are good. As long again it may
	// wait for another program that renews the same session.
	renewTimeout = 45 * time.Second
	// renewals is how often a request is sent again with a new token. Another
	// program may have replaced the first one before it was used.
	renewals = 2
)

// secrets is the part of a session that changes.
type secrets struct {
	mu      sync.Mutex // never held while waiting
	current Session
	ahead   time.Duration // how long before its end the current token is no longer used
	kept    string        // the access token of the session that was saved last, as far as this program knows
	renewal *renewal      // under way; nil if none is
}

// A renewal is waited for by everybody who needs a token.
type renewal struct {
	done chan struct{}
	err  error // once done is closed
}

func (t *secrets) session() Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current
}

// set makes s the session to go on with. Of a token that lives for less than two
// minutes the last quarter is not used.
func (t *secrets) set(s Session, now func() time.Time) { // with mu held
	t.current = s
	if !s.ExpiresAt.IsZero() {
		t.ahead = max(0, min(renewAhead, s.ExpiresAt.Sub(now())/4))
	}
}

func (t *secrets) margin() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ahead
}

// keeps notes that a session is saved.
func (t *secrets) keeps(s Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = s.AccessToken
}

// knows reports whether this program has had a session before it finds it saved.
func (t *secrets) knows(s Session) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.AccessToken == t.current.AccessToken || s.AccessToken == t.kept
}

// A RenewalError says that a session could not be renewed, so that the request
// that needed it was not carried out.
type RenewalError struct{ Err error }

func (e *RenewalError) Error() string { return fmt.Sprintf("renew the session: %v", e.Err) }

func (e *RenewalError) Unwrap() error { return e.Err }

// A SessionNotSavedError says that a renewed session is known to this run of
// the program alone. The one that was saved before is of no more use.
type SessionNotSavedError struct{ Err error }

func (e *SessionNotSavedError) Error() string {
	return fmt.Sprintf("your renewed session could not be saved, so that you will have to sign in again at the next start: %v", e.Err)
}

func (e *SessionNotSavedError) Unwrap() error { return e.Err }

// accessToken returns a token to make a request with, a new one if the one
// there is comes to its end.
func (a *Account) accessToken(ctx context.Context) (string, error) {
	s := a.Session()
	if !a.endsWithin(s, a.secrets.margin()) {
		return s.AccessToken, nil
	}
	err := a.renew(ctx, s.AccessToken)
	if err != nil && (signedOut(err) || a.endsWithin(s, 0)) {
		return "", err
	}
	return a.Session().AccessToken, nil
}

// endsWithin reports whether a session can be renewed and has to be, by then.
func (a *Account) endsWithin(s Session, d time.Duration) bool {
	return s.RefreshToken != "" && !s.ExpiresAt.IsZero() && !a.opt.Now().Add(d).Before(s.ExpiresAt)
}

// renew gets a token that is better than the one that was used, unless somebody
// has done so meanwhile. All who ask at once wait for one renewal.
func (a *Account) renew(ctx context.Context, used string) error {
	t := &a.secrets
	t.mu.Lock()
	if t.current.AccessToken != used {
		t.mu.Unlock()
		return nil
	}
	r := t.renewal
	if r == nil {
		r = &renewal{done: make(chan struct{})}
		t.renewal = r
		go a.carryOut(context.WithoutCancel(ctx), r)
	}
	t.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		return &RenewalError{Err: jsonhttp.Failure(ctx, a.base.Host, ctx.Err())}
	}
	panicgroup.Raise(r.err)
	if r.err == nil || signedOut(r.err) {
		return r.err
	}
	return &RenewalError{Err: r.err}
}

func signedOut(err error) bool {
	gone := new(SignedOutError)
	return errors.As(err, &gone)
}

func (a *Account) carryOut(ctx context.Context, r *renewal) {
	var next Session
	err := panicgroup.Try(func() (err error) {
		next, err = a.renewed(ctx)
		return err
	})
	t := &a.secrets
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.set(next, a.opt.Now)
	}
	t.renewal, r.err = nil, err
	close(r.done)
}
