package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errGaveWay ends a long poll because another sync must not wait for it.
var errGaveWay = errors.New("another sync must not wait for this one")

// A longPoll is the sync whose response the homeserver may hold. It gives way to
// syncs that must not wait: it ends if it is in progress, and requests an immediate
// response if it has not begun.
type longPoll struct {
	mu     sync.Mutex
	urgent int                     // syncs that must not wait and are not done
	stop   context.CancelCauseFunc // ends the poll in progress
}

// begin returns the context for the request and how long the homeserver may hold the
// response. The caller holds Account.syncing.
func (p *longPoll) begin(ctx context.Context, wait time.Duration) (context.Context, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait == 0 || p.urgent > 0 {
		return ctx, 0
	}
	ctx, p.stop = context.WithCancelCause(ctx)
	return ctx, wait
}

// end is called when the request is over.
func (p *longPoll) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		p.stop(nil)
		p.stop = nil
	}
}

// giveWay ends the poll in progress, and requests immediate responses until done is
// called.
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
