package terminput

import (
	"errors"
	"os"
	"sync"
	"time"
)

// A Source is the input of a terminal.
type Source interface {
	// ReadWithin reads as [io.Reader] does. It returns [os.ErrDeadlineExceeded] if
	// there is no input within a time; a negative time is no limit.
	ReadWithin(p []byte, wait time.Duration) (int, error)
}

// forever is no limit.
const forever = -1

const readSize = 1 << 10

// A Reader reads whole sequences from a terminal.
type Reader struct {
	source Source

	mu    sync.Mutex
	split splitter
	err   error // for when everything was read that came before it
}

// NewReader returns a reader of the input of a terminal.
func NewReader(source Source, waits Waits) *Reader {
	return &Reader{source: source, split: splitter{waits: waits}}
}

// now is when a byte came. A program may have a clock that stands still or jumps;
// waiting needs one that does not.
func now() time.Time {
	return time.Now() //nolint:forbidigo // as a timer
}

// Read returns whole sequences.
func (r *Reader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if n := r.split.take(p); n > 0 || len(p) == 0 {
			return n, nil
		}
		if err := r.err; err != nil {
			r.err = nil
			return 0, err
		}
		r.fill()
	}
}

// fill reads input, or waits until what is held is complete without more.
func (r *Reader) fill() {
	wait := time.Duration(forever)
	if at, timed := r.split.deadline(); timed {
		wait = max(0, at.Sub(now()))
	}
	var buf [readSize]byte
	n, err := r.source.ReadWithin(buf[:], wait)
	if n > 0 {
		r.split.feed(buf[:n], now())
	} else {
		r.split.expire(now())
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		r.split.flush()
		r.err = err
	}
}
