// Package budget limits the memory that sessions use for what servers send them.
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

	mu     sync.Mutex
	used   int64
	shares map[*Share]struct{} // of the sessions that go on
	freed  chan struct{}       // closed when memory is given back
}

// New returns a budget with limits in bytes: of all sessions together, and of each.
func New(limit, perSession int64) *Budget {
	return &Budget{limit: limit, perSession: perSession, shares: map[*Share]struct{}{}, freed: make(chan struct{})}
}

// Used returns how many bytes are in use.
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
	err  error // why the share is over; nil while it may be used
}

// Share returns the share of a new session. When the session uses more than it may,
// end is called once with the reason, and every later call of Take and Keep returns
// that reason. If end is nil, only what is too much is refused.
func (b *Budget) Share(end func(error)) *Share {
	s := &Share{budget: b, end: end}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shares[s] = struct{}{}
	return s
}

// An ExceededError says that a session needs more memory than it may use. It wraps an
// [http.MaxBytesError], as that of a body that is too long.
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

// Take counts bytes as used, unless it returns an error. If the session would use more
// than it may, it ends. If all sessions together use more than they may, the one that
// uses the most ends.
func (s *Share) Take(bytes int64) error {
	s.budget.mu.Lock()
	if s.end == nil && s.used+bytes > s.budget.perSession {
		s.budget.mu.Unlock()
		return &ExceededError{Limit: s.budget.perSession}
	}
	s.give(-bytes)
	ending := s.budget.excess()
	err := s.err
	if err != nil {
		s.give(bytes)
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
	s.give(bytes)
}

// Keep counts the bytes that the session keeps for long. It replaces the number of the
// call before.
func (s *Share) Keep(bytes int64) error {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	if err := s.Take(bytes - s.kept); err != nil {
		return err
	}
	s.kept = bytes
	return nil
}

// errClosed is the error of a share after its session.
var errClosed = errors.New("the session has ended")

// Close gives back all memory of the session.
func (s *Share) Close() {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	if _, open := s.budget.shares[s]; !open {
		return
	}
	s.give(s.used)
	delete(s.budget.shares, s)
	s.err = errClosed
}

// wait waits until all sessions together use no more than they may.
func (s *Share) wait(ctx context.Context) error {
	for {
		s.budget.mu.Lock()
		over, freed := s.budget.used > s.budget.limit, s.budget.freed
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

// give subtracts bytes. The caller holds the mutex.
func (s *Share) give(bytes int64) {
	if _, open := s.budget.shares[s]; !open {
		return
	}
	s.used -= bytes
	s.budget.used -= bytes
	if bytes > 0 {
		close(s.budget.freed)
		s.budget.freed = make(chan struct{})
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
