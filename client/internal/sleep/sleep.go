// Package sleep waits for a duration or the end of a context.
package sleep

import (
	"context"
	"time"
)

// For waits for d and returns true, or false if ctx ends first.
func For(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Growing returns how long to wait after a number of failures in a row: a second after
// none, and twice as long after each, up to longest.
func Growing(failures int, longest time.Duration) time.Duration {
	return min(time.Second<<min(failures, 30), longest)
}
