// Package ctxlock is a mutex that a context can end the wait for.
package ctxlock

import "context"

// A Mutex guards what may last as long as a server takes to answer.
type Mutex chan struct{}

// New returns an unlocked mutex.
func New() Mutex { return make(Mutex, 1) }

// Lock waits until the mutex is free, or returns the error of ctx.
func (m Mutex) Lock(ctx context.Context) error {
	select {
	case m <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unlock frees the mutex.
func (m Mutex) Unlock() { <-m }
