package terminput

import (
	"bytes"
	"errors"
	"os"
	"time"
)

const (
	// leastQuiet and mostQuiet limit how long after the last input nothing more is
	// on its way from the terminal.
	leastQuiet, mostQuiet = 20 * time.Millisecond, time.Second
	// mostDrain limits how long draining takes.
	mostDrain = 5 * time.Second
)

// Drain reads and drops what a terminal sends after the program has ended, so that
// it is not left for the shell: replies to queries that were sent at asked, and the
// mouse. Until the reply about the background color has come, it waits as long as
// a reply may take; how long that reply took says how far away the terminal is.
// Ctrl+c ends it. Nothing else may read from the terminal.
func (r *Reader) Drain(source Source, asked time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.split
	begin := now()
	quiet := begin // the last input
	for {
		until := asked.Add(s.waits.Reply)
		if !s.background.IsZero() {
			until = quiet.Add(min(max(s.background.Sub(asked), leastQuiet), mostQuiet))
		}
		if most := begin.Add(mostDrain); until.After(most) {
			until = most
		}
		var buf [readSize]byte
		n, err := source.ReadWithin(buf[:], max(0, until.Sub(now())))
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && now().Before(until):
			continue
		case err != nil, bytes.IndexByte(buf[:n], interrupt) >= 0:
			return
		}
		quiet = now()
		s.feed(buf[:n], quiet)
		s.out = s.out[:0]
	}
}
