// Package budget limits the memory that sessions use for data from servers.
package budget

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// A Budget limits the memory of all sessions together.
type Budget struct {
	limit, perSession int64

	mu       sync.Mutex
	used     int64
	shares   map[*Share]struct{} // of the open sessions
	released chan struct{}       // closed when memory is released
}

// New returns a budget with limits in bytes, for all sessions together and for each
// session.
func New(limit, perSession int64) *Budget {
	return &Budget{limit: limit, perSession: perSession, shares: map[*Share]struct{}{}, released: make(chan struct{})}
}

// Used returns the number of bytes in use.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// A Share is the memory of one session. Its methods may be called concurrently.
type Share struct {
	budget *Budget
	end    func(error)

	keeping sync.Mutex // guards kept
	kept    int64

	// Guarded by the mutex of the budget.
	used int64
	err  error // why the session ended; nil while it is open
}

// Share returns the share of a new session. When the session exceeds its limit, end is
// called once with the error, and all later calls of Take and Keep return that error. If
// end is nil, only the call that exceeds the limit fails, and the session continues.
func (b *Budget) Share(end func(error)) *Share {
	s := &Share{budget: b, end: end}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares[s] = struct{}{}
	return s
}

// An ExceededError means that a session exceeded its memory limit, or the limit of all
// sessions. It wraps an [http.MaxBytesError], so that it is handled like a body that is
// too long.
type ExceededError struct {
	Limit int64 // in bytes
	All   bool  // the limit of all sessions, of which this one used the most
}

func (e *ExceededError) Error() string {
	if e.All {
		return fmt.Sprintf("the data of all sessions together exceeds %d MiB of memory, and your session has the most", e.Limit>>20)
	}
	return fmt.Sprintf("your homeserver or identity server sent more data than the %d MiB of memory that a session may use", e.Limit>>20)
}

func (e *ExceededError) Unwrap() error { return &http.MaxBytesError{Limit: e.Limit} }

// Take counts bytes as used, unless it returns an error. A session that exceeds its limit
// ends. If all sessions together exceed their limit, the largest one ends.
func (s *Share) Take(bytes int64) error {
	s.budget.mu.Lock()
	if s.end == nil && s.used+bytes > s.budget.perSession {
		s.budget.mu.Unlock()
		return &ExceededError{Limit: s.budget.perSession}
	}
	s.subtract(-bytes)
	ending := s.budget.excess()
	err := s.err
	if err != nil {
		s.subtract(bytes)
	}
	s.budget.mu.Unlock()
	for _, other := range ending {
		other.end(other.err)
	}
	return err
}

// Give counts bytes as no longer used.
func (s *Share) Give(bytes int64) {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	s.subtract(bytes)
}

// Keep counts the bytes that the session keeps in memory. The number replaces that of the
// previous call.
func (s *Share) Keep(bytes int64) error {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	if err := s.Take(bytes - s.kept); err != nil {
		return err
	}
	s.kept = bytes
	return nil
}

// errClosed is the error of a closed share.
var errClosed = errors.New("the session has ended")

// Close releases all memory of the session.
func (s *Share) Close() {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	if _, open := s.budget.shares[s]; !open {
		return
	}
	s.subtract(s.used)
	delete(s.budget.shares, s)
	s.err = errClosed
}

// wait waits until all sessions together are within their limit.
func (s *Share) wait(ctx context.Context) error {
	for {
		s.budget.mu.Lock()
		over, freed := s.budget.used > s.budget.limit, s.budget.released
		err := s.err
		s.budget.mu.Unlock()
		if !over || err != nil {
			return err
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// subtract reduces the number of used bytes. The caller holds the mutex.
func (s *Share) subtract(bytes int64) {
	if _, open := s.budget.shares[s]; !open {
		return
	}
	s.used -= bytes
	s.budget.used -= bytes
	if bytes > 0 {
		close(s.budget.released)
		s.budget.released = make(chan struct{})
	}
}

// excess returns the sessions that have to end now. The caller holds the mutex.
func (b *Budget) excess() (ending []*Share) {
	left := b.used
	var largest *Share
	for s := range b.shares {
		switch {
		case s.err != nil:
			left -= s.used // it is ending
			continue
		case s.used > b.perSession && s.end != nil:
			s.err = &ExceededError{Limit: b.perSession}
			left -= s.used
			ending = append(ending, s)
			continue
		}
		if s.end != nil && (largest == nil || s.used > largest.used) {
			largest = s
		}
	}
	if left > b.limit && largest != nil {
		largest.err = &ExceededError{Limit: b.limit, All: true}
		ending = append(ending, largest)
	}
	return ending
}
