package cli

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

const (
	// patience is how long work may take before a person wonders.
	patience = time.Second / 2
	// calm is how often a log, or whatever is no terminal, hears of progress.
	calm = 10 * time.Second
	// spokenPace is how often progress is written for a screen reader.
	spokenPace = 5 * time.Second
)

// A status says on standard error what is going on, once that takes a while: on
// one line that changes at a terminal, and elsewhere by a line now and then.
type status struct {
	a       *app
	done    chan struct{}
	follows panicgroup.Group

	mu   sync.Mutex
	text string // what there is to say
	seen string // what was said last; at a terminal, what stands there
}

// begin returns a status; somebody has to end it.
func (a *app) begin(text string) *status {
	s := &status{a: a, text: safetext.Line(text), done: make(chan struct{})}
	s.follows.Go(s.follow)
	return s
}

func (s *status) follow() error {
	every := calm
	switch {
	case s.changes():
		every = patience
	case s.a.accessible:
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

// set changes what there is to say.
func (s *status) set(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = safetext.Line(text)
}

// say says something that stays.
func (s *status) say(format string, values ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	s.a.say(format, values...)
}

// end takes the line away.
func (s *status) end() {
	close(s.done)
	_ = s.follows.Wait() // it does not fail
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
}

func (s *status) show() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.a.quiet || s.a.covered.Load() || s.text == s.seen:
	case s.changes():
		s.wipe()
		s.seen = s.text
		if s.a.Width > 1 {
			s.seen = ansi.Truncate(s.seen, s.a.Width-1, "…")
		}
		fmt.Fprint(s.a.Err, s.seen)
	default:
		s.seen = s.text
		text := s.text
		if s.a.accessible {
			text = strings.TrimSuffix(text, "…") + "."
		}
		fmt.Fprintln(s.a.Err, text)
	}
}

// changes reports whether it has a line that it may write over.
func (s *status) changes() bool { return s.a.ErrTTY && !s.a.accessible }

// wipe takes what stands on the line away.
func (s *status) wipe() {
	if s.changes() && s.seen != "" {
		fmt.Fprintf(s.a.Err, "\r%*s\r", ansi.StringWidth(s.seen), "")
		s.seen = ""
	}
}

// during works, and if that takes a while says so to who watches.
func (a *app) during(ctx context.Context, what string, work func(context.Context) error) error {
	s := a.begin(what + "…")
	defer s.end()
	return work(ctx)
}

// A tally is a status of work that can be counted.
type tally struct {
	*status

	what  string
	total int
	now   func() time.Time
	began time.Time
}

func (a *app) tally(what string, total int) *tally {
	t := &tally{what: what, total: total, now: a.Now, began: a.Now()}
	t.status = a.begin(t.line(0))
	return t
}

// reach says how many are done.
func (t *tally) reach(done int) { t.set(t.line(done)) }

// line tells how far the work is and, after the first pieces, when it will be done.
func (t *tally) line(done int) string {
	line := fmt.Sprintf("%s: %d of %d", t.what, done, t.total)
	now := t.now()
	if took := now.Sub(t.began); done > 0 && done < t.total && took > patience {
		line += ", done at " + clock(now, t.began.Add(took/time.Duration(done)*time.Duration(t.total)))
	}
	return line + "…"
}

// clock is a time to come as people say it: with seconds if it is near, with the
// day if it is not today.
func clock(now, t time.Time) string {
	t = t.In(now.Location())
	switch {
	case t.Sub(now) < time.Hour:
		return t.Format("15:04:05")
	case t.YearDay() == now.YearDay() && t.Year() == now.Year():
		return t.Format("15:04")
	}
	return t.Format("15:04 on 2 January")
}
