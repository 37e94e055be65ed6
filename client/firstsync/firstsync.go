// Package firstsync reads the rooms of an account of which nothing is known, by
// simplified sliding sync (MSC4186), a window of rooms at a time.
package firstsync

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	firstWindow = 20  // rooms until something can be shown
	nextWindow  = 100 // rooms in each later request
	parallel    = 2   // requests at the same time, so that a slow line is always in use
	maxFailures = 3   // in a row, without a window between them
)

// ErrUnusable says that the rooms cannot be read in this way, but perhaps by /sync.
var ErrUnusable = errors.New("the homeserver does not answer sliding sync as expected")

// A Sync is a first sync, which can be continued after a failure.
//
// It requests the position first, by a /sync that has no rooms, and then the rooms. A
// later /sync from the position has all that has happened since, some of which the
// windows have as well.
//
// The windows are ranges of the list of rooms, which has those with the newest events
// first. A room whose place changes meanwhile may be in none of them. So the joined
// rooms are requested, too, and those that are missing at the end are requested by name.
type Sync struct {
	hs   *session.Client
	add  Add
	more func()

	position string
	failures int

	mu     sync.Mutex
	joined map[id.RoomID]bool // whether the room was read; nil if they are not known
	first  []id.RoomID        // the rooms of the first window
	ranges []span             // windows that were not read
}

// Add adds the rooms of a window and returns those that the user has joined. It must not
// keep the bytes. It may be called concurrently.
type Add func(rooms map[id.RoomID]json.RawMessage) (joined []id.RoomID, err error)

// A span is a range of the list of rooms, without its end.
type span struct{ from, to int }

// New returns a first sync. No request is sent before Run is called. After each window
// Run calls more, perhaps concurrently.
func New(hs *session.Client, add Add, more func()) *Sync { return &Sync{hs: hs, add: add, more: more} }

// Run reads the rooms that were not read yet, and returns the token for the next /sync.
// The error is [ErrUnusable] if the homeserver does not answer as Synapse does. After
// any other error Run can be called again.
func (s *Sync) Run(ctx context.Context, nonce int64) (position string, err error) {
	err = s.run(ctx, nonce)
	if err == nil {
		return s.position, nil
	}
	if ctx.Err() != nil || isRateLimit(err) {
		return "", err
	}
	if s.failures++; s.isUnusable(err) || s.failures >= maxFailures {
		return "", fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	return "", err
}

// isUnusable reports whether the request would probably fail again. After a window was
// read, an error of the server or a timeout may pass.
func (s *Sync) isUnusable(err error) bool {
	if errors.Is(err, ErrUnusable) {
		return true
	}
	refusal, refused := errors.AsType[*session.ServerError](err)
	passes := errors.Is(err, jsonhttp.ErrTimeout) || refused && refusal.Status >= http.StatusInternalServerError
	if s.joined != nil && passes {
		return false
	}
	return refused || passes
}

func isRateLimit(err error) bool {
	_, limited := errors.AsType[*session.RateLimitError](err)
	return limited
}

func (s *Sync) run(ctx context.Context, nonce int64) (err error) {
	if s.position == "" {
		if s.position, err = s.requestPosition(ctx, nonce); err != nil {
			return err
		}
	}
	if s.joined == nil {
		if err := s.begin(ctx); err != nil {
			return err
		}
	}
	if err := s.readRanges(ctx); err != nil {
		return err
	}
	for missing := s.unread(); len(missing) > 0; missing = missing[min(nextWindow, len(missing)):] {
		if err := s.readWindow(ctx, named(connection(0), missing[:min(nextWindow, len(missing))])); err != nil {
			return err
		}
	}
	return s.checkUnread(ctx)
}

// begin requests the list of the joined rooms, and the first window.
func (s *Sync) begin(ctx context.Context) error {
	var joined map[id.RoomID]bool
	var g panicgroup.Group
	g.Go(func() (err error) {
		joined, err = requestJoined(ctx, s.hs)
		return err
	})
	err := s.readWindow(ctx, ranged(connection(0), 0, firstWindow))
	if err := cmp.Or(g.Wait(), err); err != nil {
		return err
	}
	defer s.more()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.joined = joined
	s.markRead(s.first)
	for from := firstWindow; from < len(joined); from += nextWindow {
		s.ranges = append(s.ranges, span{from, min(from+nextWindow, len(joined))})
	}
	return nil
}

// readRanges reads the windows that were not read. After a failure no other is requested,
// but the one in progress is not cancelled: its rooms need not be read again.
func (s *Sync) readRanges(ctx context.Context) error {
	g, unfailed := panicgroup.WithContext(context.WithoutCancel(ctx))
	for n := range parallel {
		g.Go(func() error {
			for unfailed.Err() == nil {
				window, ok := s.nextRange()
				if !ok {
					return nil
				}
				if err := s.readWindow(ctx, ranged(connection(n), window.from, window.to)); err != nil {
					s.mu.Lock()
					defer s.mu.Unlock()
					s.ranges = append(s.ranges, window)
					return err
				}
				s.more()
			}
			return nil
		})
	}
	return g.Wait()
}

// nextRange removes the first of the ranges.
func (s *Sync) nextRange() (next span, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ranges) == 0 {
		return span{}, false
	}
	next, s.ranges = s.ranges[0], s.ranges[1:]
	return next, true
}

// checkUnread returns an error if the user is still in a room that no response has.
func (s *Sync) checkUnread(ctx context.Context) error {
	missing := s.unread()
	if len(missing) == 0 {
		return nil
	}
	joined, err := requestJoined(ctx, s.hs)
	if err != nil {
		return err
	}
	for _, room := range missing {
		if _, still := joined[room]; still {
			return fmt.Errorf("%w: no response has %s", ErrUnusable, room)
		}
	}
	return nil
}

// readWindow sends a request and adds the rooms of the response.
func (s *Sync) readWindow(ctx context.Context, body request) error {
	path := session.Path{"unstable", "org.matrix.simplified_msc3575", "sync"}
	return s.hs.PostLong(ctx, path, body, func(raw []byte) error {
		rooms, ok := syncreply.ReadSliding(raw)
		if !ok {
			return fmt.Errorf("%w: the response is not that of a sliding sync", ErrUnusable)
		}
		added, err := s.add(rooms)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.failures = 0
		if s.joined == nil {
			s.first = added
		}
		s.markRead(added)
		return nil
	})
}

// markRead counts rooms as read. The caller holds the mutex.
func (s *Sync) markRead(rooms []id.RoomID) {
	for _, room := range rooms {
		if _, listed := s.joined[room]; listed {
			s.joined[room] = true
		}
	}
}

// unread lists the joined rooms that were not read.
func (s *Sync) unread() (rooms []id.RoomID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for room, read := range s.joined {
		if !read {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// Progress returns how many of the joined rooms were read. Both numbers are zero until
// the first window was read.
func (s *Sync) Progress() (done, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, read := range s.joined {
		if read {
			done++
		}
	}
	return done, len(s.joined)
}

// connection returns the name of the connection of one of the parallel requests.
func connection(n int) string { return "mxinvite-" + strconv.Itoa(n) }
