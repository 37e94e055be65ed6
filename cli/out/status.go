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
	// statusDelay is the time after which the status of running work is shown on a
	// terminal.
	statusDelay = time.Second / 2
	// logPace is the interval of progress lines if standard error is not a terminal.
	logPace = 10 * time.Second
	// spokenPace is the interval of progress lines for a screen reader.
	spokenPace = 5 * time.Second
)

// A Status shows the progress of work on standard error: on a terminal as one line
// that is overwritten, elsewhere as a line from time to time.
type Status struct {
	p       *Printer
	done    chan struct{}
	follows panicgroup.Group

	update func() string // returns the current text; nil if Set sets it

	mu   sync.Mutex
	text string // the current text
	seen string // the last text written; on a terminal, the text of the line
}

// StartStatus starts to show a status. The caller must call End.
func (p *Printer) StartStatus(text string) *Status { return p.startStatus(text, nil) }

func (p *Printer) startStatus(text string, update func() string) *Status {
	s := &Status{p: p, text: safetext.Line(text), update: update, done: make(chan struct{})}
	s.follows.Go(s.follow)
	return s
}

func (s *Status) follow() error {
	every := logPace
	switch {
	case s.changes():
		every = statusDelay
	case s.p.Accessible:
		every = spokenPace
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if s.update != nil {
				s.Set(s.update())
			}
			s.show()
		case <-s.done:
			return nil
		}
	}
}

// Set changes the text.
func (s *Status) Set(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = safetext.Line(text)
}

// Note writes a message above the status.
func (s *Status) Note(format string, values ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	s.p.Note(format, values...)
}

// End removes the status line.
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

// changes reports whether the status is one line that is overwritten.
func (s *Status) changes() bool { return s.p.ErrTTY && !s.p.Accessible }

// wipe removes the status line.
func (s *Status) wipe() {
	if s.changes() && s.seen != "" {
		fmt.Fprintf(s.p.Err, "\r%*s\r", ansi.StringWidth(s.seen), "")
		s.seen = ""
	}
}

// During calls work and shows a status meanwhile.
func (p *Printer) During(ctx context.Context, what string, work func(context.Context) error) error {
	s := p.StartStatus(what + "…")
	defer s.End()
	return work(ctx)
}

// DuringCount calls work and shows its progress, which count returns. If total is zero, it
// is not known, and the status has only the text.
func (p *Printer) DuringCount(ctx context.Context, count func() (what string, done, total int), work func(context.Context) error) error {
	t := &Tally{now: p.Now, location: p.Location}
	update := func() string {
		what, done, total := count()
		if what != t.what {
			t.what, t.began = what, p.Now()
		}
		if t.total = total; total == 0 {
			return what + "…"
		}
		return t.line(done)
	}
	s := p.startStatus(update(), update)
	defer s.End()
	return work(ctx)
}

// A Tally is a status with a count.
type Tally struct {
	*Status

	what  string
	total int
	now   func() time.Time
	began time.Time

	location *time.Location
}

// Tally starts to show a status of work with total parts. The caller must call End.
func (p *Printer) Tally(what string, total int) *Tally {
	t := &Tally{what: what, total: total, now: p.Now, began: p.Now(), location: p.Location}
	t.Status = p.StartStatus(t.line(0))
	return t
}

// Reach sets the number of parts that are done.
func (t *Tally) Reach(done int) { t.Set(t.line(done)) }

// line returns the progress and an estimate of its end.
func (t *Tally) line(done int) string {
	line := fmt.Sprintf("%s: %d of %d", t.what, done, t.total)
	now := t.now()
	if took := now.Sub(t.began); done > 0 && done < t.total && took > statusDelay {
		line += ", done " + at(now, t.began.Add(took/time.Duration(done)*time.Duration(t.total)), t.location)
	}
	return line + "…"
}

// At returns a time for use in a sentence, such as "at 15:04". It has seconds if
// the time is less than an hour from now.
func (s Streams) At(t time.Time) string { return at(s.Now(), t, s.Location) }

func at(now, t time.Time, zone *time.Location) string {
	if t.Sub(now) < time.Hour {
		return "at " + wording.Seconds(t, zone)
	}
	return wording.At(now, t, zone)
}
