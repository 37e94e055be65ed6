package firstsync

import (
	"context"
	"sync"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// countStep is the number of rooms after which the progress of a /sync is reported.
const countStep = 20

// Whole is the progress of a first sync in one response of /sync.
type Whole struct {
	more func()

	mu       sync.Mutex
	counter  syncreply.Counter
	reported int
	total    int
}

// NewWhole returns the progress of a /sync. It calls more when there is more to show.
func NewWhole(more func()) *Whole { return &Whole{more: more} }

// CountTotal requests the number of joined rooms in the background. If that fails, there
// is no progress. The caller must call end.
func (w *Whole) CountTotal(ctx context.Context, hs *session.Client) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var g panicgroup.Group
	g.Go(func() error {
		joined, err := requestJoined(ctx, hs)
		if err != nil {
			return err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.total = len(joined)
		w.more()
		return nil
	})
	return func() {
		cancel()
		_ = g.Wait() // an error leaves the total unknown
	}
}

// Arrived counts the rooms in a part of the response.
func (w *Whole) Arrived(part []byte) {
	w.mu.Lock()
	w.counter.Write(part)
	report := w.total > 0 && w.counter.Joined >= w.reported+countStep
	if report {
		w.reported = w.counter.Joined
	}
	w.mu.Unlock()
	if report {
		w.more()
	}
}

// Progress returns how many of the joined rooms have arrived. Both numbers are zero until
// the total is known.
func (w *Whole) Progress() (done, total int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return min(w.counter.Joined, w.total), w.total
}
