// Package ctxlock provides a mutex whose Lock can be cancelled by a context.
package ctxlock

import "context"

// A Mutex is a lock that may be held during a request to a server.
type Mutex chan struct{}

// New returns an unlocked mutex.
func New() Mutex { return make(Mutex, 1) }

// Lock waits until the mutex is free. It returns the error of ctx if that ends
// first.
func (m Mutex) Lock(ctx context.Context) error {
	select {
	case m <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unlock unlocks the mutex.
func (m Mutex) Unlock() { <-m }
