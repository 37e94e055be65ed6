package session

import (
	"context"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	// renewBefore is how long before it expires a token is renewed.
	renewBefore = 30 * time.Second
	// renewTimeout is the limit for a renewal, and for the wait for another program
	// that renews the same session. A renewal goes on when no request waits for it
	// any more: the response holds the only valid tokens.
	renewTimeout = 45 * time.Second
	// maxRenewals is how often a request is sent again with a renewed token: another
	// program may have replaced the first one before it was used.
	maxRenewals = 2
)

// tokens is the part of a session that changes.
type tokens struct {
	mu      sync.Mutex // never held during a request
	current Session
	before  time.Duration // how long before it expires the current token is renewed
	saved   string        // access token of the session that was saved last, if this program knows
	renewal *renewal      // in progress; nil if none is
}

// A renewal is shared by all requests that need a new token.
type renewal struct {
	done chan struct{}
	err  error // valid once done is closed
}

func (t *tokens) session() Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current
}

// set makes s the current session. The caller holds mu. A token that lives less than
// two minutes is renewed in the last quarter of its life.
func (t *tokens) set(s Session, now func() time.Time) {
	t.current = s
	if !s.ExpiresAt.IsZero() {
		t.before = max(0, min(renewBefore, s.ExpiresAt.Sub(now())/4))
	}
}

func (t *tokens) renewBefore() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.before
}

// setSaved records that a session is saved.
func (t *tokens) setSaved(s Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.saved = s.AccessToken
}

// known reports whether this program uses a session or has saved it.
func (t *tokens) known(s Session) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.AccessToken == t.current.AccessToken || s.AccessToken == t.saved
}

// accessToken returns a valid access token. It renews one that expires soon.
func (c *Client) accessToken(ctx context.Context) (string, error) {
	s := c.Session()
	if !c.expiresWithin(s, c.tokens.renewBefore()) {
		return s.AccessToken, nil
	}
	err := c.renew(ctx, s.AccessToken)
	if err != nil && (HasEnded(err) || c.expiresWithin(s, 0)) {
		return "", err
	}
	return c.Session().AccessToken, nil
}

// expiresWithin reports whether a session that can be renewed expires within d.
func (c *Client) expiresWithin(s Session, d time.Duration) bool {
	return s.RefreshToken != "" && !s.ExpiresAt.IsZero() && !c.opt.Now().Add(d).Before(s.ExpiresAt)
}

// renew renews the session, unless its token is no longer the one that was used.
// Concurrent calls wait for the same renewal.
func (c *Client) renew(ctx context.Context, used string) error {
	t := &c.tokens
	t.mu.Lock()
	if t.current.AccessToken != used {
		t.mu.Unlock()
		return nil
	}
	r := t.renewal
	if r == nil {
		r = &renewal{done: make(chan struct{})}
		t.renewal = r
		go c.runRenewal(context.WithoutCancel(ctx), r)
	}
	t.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		return &RenewalError{Err: jsonhttp.Failure(ctx, c.base.Host, ctx.Err())}
	}
	panicgroup.Raise(r.err)
	if r.err == nil || HasEnded(r.err) {
		return r.err
	}
	return &RenewalError{Err: r.err}
}

func (c *Client) runRenewal(ctx context.Context, r *renewal) {
	var next Session
	err := panicgroup.Try(func() (err error) {
		next, err = c.renewed(ctx)
		return err
	})
	t := &c.tokens
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.set(next, c.opt.Now)
	}
	t.renewal, r.err = nil, err
	close(r.done)
}
