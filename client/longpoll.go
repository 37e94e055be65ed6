package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errGaveWay ends a long poll because another sync cannot wait for it.
var errGaveWay = errors.New("another sync cannot wait for this one")

// A longPoll is the sync that the homeserver may answer late. It gives way to those
// that cannot wait: it ends if it is under way, and if it has yet to begin it asks for
// an answer at once.
type longPoll struct {
	mu     sync.Mutex
	urgent int                     // syncs that cannot wait and are not done yet
	stop   context.CancelCauseFunc // ends the poll that is under way
}

// begin is called by the sync that has its turn. It returns the context for the
// request and how long the homeserver may hold the answer.
func (p *longPoll) begin(ctx context.Context, wait time.Duration) (context.Context, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait == 0 || p.urgent > 0 {
		return ctx, 0
	}
	ctx, p.stop = context.WithCancelCause(ctx)
	return ctx, wait
}

// end is called when the request that begin was called for is over.
func (p *longPoll) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		p.stop(nil)
		p.stop = nil
	}
}

// giveWay ends the poll that is under way, and keeps the homeserver from holding any
// answer until done is called.
func (p *longPoll) giveWay() (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.urgent++
	if p.stop != nil {
		p.stop(errGaveWay)
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.urgent--
	}
}
