package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errGaveWay is the cause that cancels a long poll because another sync must not wait.
var errGaveWay = errors.New("another sync must not wait for this one")

// A longPoll is a sync whose response the homeserver may delay. A sync that must not
// wait interrupts a long poll in progress, and makes a long poll that has not begun
// request an immediate response.
type longPoll struct {
	mu     sync.Mutex
	given  int                     // how often it gave way
	urgent int                     // number of syncs that must not wait and are not done
	stop   context.CancelCauseFunc // cancels the poll in progress
}

// begin returns the context for the request, and how long the homeserver may delay the
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

// end must be called when the request is over.
func (p *longPoll) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		p.stop(nil)
		p.stop = nil
	}
}

// giveWay cancels the poll in progress, and makes other polls request immediate
// responses until done is called.
func (p *longPoll) giveWay() (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.urgent++
	p.given++
	if p.stop != nil {
		p.stop(errGaveWay)
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.urgent--
	}
}

// interruptions returns how often the poll gave way.
func (p *longPoll) interruptions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.given
}
