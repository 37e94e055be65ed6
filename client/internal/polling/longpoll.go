// Package polling lets syncs interrupt a long poll, and limits how often a homeserver is
// polled.
package polling

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrGaveWay is the cause that cancels a long poll because another sync must not wait.
var ErrGaveWay = errors.New("another sync must not wait for this one")

// A LongPoll is a sync whose response the homeserver may delay. A sync that must not
// wait interrupts a long poll in progress, and makes a long poll that has not begun
// request an immediate response.
type LongPoll struct {
	mu     sync.Mutex
	given  int                     // how often it gave way
	urgent int                     // number of syncs that must not wait and are not done
	stop   context.CancelCauseFunc // cancels the poll in progress
}

// Begin returns the context for the request, and how long the homeserver may delay the
// response. Only one request may be running.
func (p *LongPoll) Begin(ctx context.Context, wait time.Duration) (context.Context, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait == 0 || p.urgent > 0 {
		return ctx, 0
	}
	ctx, p.stop = context.WithCancelCause(ctx)
	return ctx, wait
}

// End must be called when the request is over.
func (p *LongPoll) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		p.stop(nil)
		p.stop = nil
	}
}

// GiveWay cancels the poll in progress, and makes other polls request immediate
// responses until done is called.
func (p *LongPoll) GiveWay() (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.urgent++
	p.given++
	if p.stop != nil {
		p.stop(ErrGaveWay)
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.urgent--
	}
}

// Interruptions returns how often the poll gave way.
func (p *LongPoll) Interruptions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.given
}
