package out

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/wording"
)

const (
	// patience is how long work may take before a person wonders.
	patience = time.Second / 2
	// calm is how often a log, or whatever is no terminal, hears of progress.
	calm = 10 * time.Second
	// spokenPace is how often progress is written for a screen reader.
	spokenPace = 5 * time.Second
)

// A Status reports on standard error an operation that takes long: on a
// terminal as one changing line, elsewhere as an occasional line.
type Status struct {
	p       *Printer
	done    chan struct{}
	follows panicgroup.Group

	mu   sync.Mutex
	text string // what there is to say
	seen string // the last text written; on a terminal, the text of the line
}

// StartStatus returns a status; the caller has to end it.
func (p *Printer) StartStatus(text string) *Status {
	s := &Status{p: p, text: safetext.Line(text), done: make(chan struct{})}
	s.follows.Go(s.follow)
	return s
}

func (s *Status) follow() error {
	every := calm
	switch {
	case s.changes():
		every = patience
	case s.p.Accessible:
		every = spokenPace
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.show()
		case <-s.done:
			return nil
		}
	}
}

// Set changes what there is to say.
func (s *Status) Set(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = safetext.Line(text)
}

// Note says something that stays.
func (s *Status) Note(format string, values ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	s.p.Note(format, values...)
}

// End takes the line away.
func (s *Status) End() {
	close(s.done)
	_ = s.follows.Wait() // it does not fail
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
}

func (s *Status) show() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.p.Quiet || s.p.Covered.Load() || s.text == s.seen:
	case s.changes():
		s.wipe()
		s.seen = s.text
		if s.p.Width > 1 {
			s.seen = ansi.Truncate(s.seen, s.p.Width-1, "…")
		}
		fmt.Fprint(s.p.Err, s.seen)
	default:
		s.seen = s.text
		text := s.text
		if s.p.Accessible {
			text = strings.TrimSuffix(text, "…") + "."
		}
		fmt.Fprintln(s.p.Err, s.p.Wrap(text))
	}
}

// changes reports whether it has a line that it may write over.
func (s *Status) changes() bool { return s.p.ErrTTY && !s.p.Accessible }

// wipe takes what stands on the line away.
func (s *Status) wipe() {
	if s.changes() && s.seen != "" {
		fmt.Fprintf(s.p.Err, "\r%*s\r", ansi.StringWidth(s.seen), "")
		s.seen = ""
	}
}

// During works, and if that takes a while says so to who watches.
func (p *Printer) During(ctx context.Context, what string, work func(context.Context) error) error {
	s := p.StartStatus(what + "…")
	defer s.End()
	return work(ctx)
}

// A Tally is a status of work that can be counted.
type Tally struct {
	*Status

	what  string
	total int
	now   func() time.Time
	began time.Time

	location *time.Location
}

// Tally returns a status of work with so many parts; the caller has to end it.
func (p *Printer) Tally(what string, total int) *Tally {
	t := &Tally{what: what, total: total, now: p.Now, began: p.Now(), location: p.Location}
	t.Status = p.StartStatus(t.line(0))
	return t
}

// Reach says how many are done.
func (t *Tally) Reach(done int) { t.Set(t.line(done)) }

// line tells how far the work is and, after the first pieces, when it will be done.
func (t *Tally) line(done int) string {
	line := fmt.Sprintf("%s: %d of %d", t.what, done, t.total)
	now := t.now()
	if took := now.Sub(t.began); done > 0 && done < t.total && took > patience {
		line += ", done " + at(now, t.began.Add(took/time.Duration(done)*time.Duration(t.total)), t.location)
	}
	return line + "…"
}

// At says in a sentence when something will happen, with seconds if it is near.
func (s Streams) At(t time.Time) string { return at(s.Now(), t, s.Location) }

func at(now, t time.Time, zone *time.Location) string {
	if t.Sub(now) < time.Hour {
		return "at " + wording.Seconds(t, zone)
	}
	return wording.At(now, t, zone)
}
