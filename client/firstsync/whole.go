package firstsync

import (
	"context"
	"sync"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Whole is the progress of a first sync in one response of /sync. The zero value is ready
// for use.
type Whole struct {
	mu      sync.Mutex
	counter syncreply.Counter
	total   int
}

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
	defer w.mu.Unlock()
	w.counter.Write(part)
}

// Progress returns how many of the joined rooms have arrived. Both numbers are zero until
// the total is known.
func (w *Whole) Progress() (done, total int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return min(w.counter.Joined, w.total), w.total
}
