package cli

import (
	"fmt"
	"time"

	"github.com/mxinvite/mxinvite/client"
)

// A waitingError says that invites wait in the outbox, and why.
type waitingError struct {
	count      int
	next, last time.Time // as in an outbox
	now        time.Time // when that was said
	paused     bool
	cause      error // what else keeps them from being sent; nil if it is a limit
}

// take takes in how many of somebody's invites wait, and in which outbox.
func (e *waitingError) take(now time.Time, outbox client.Outbox, count int) {
	e.count, e.now, e.next, e.last, e.paused = count, now, outbox.Next, outbox.Last, outbox.Paused
}

// stuck reports whether nothing goes now.
func (e *waitingError) stuck(outbox client.Outbox) bool {
	return e.paused || outbox.Count(client.ItemSending) == 0 && e.next.After(e.now)
}

func (e *waitingError) Error() string {
	wait := count(e.count, "invite") + " wait"
	if e.count == 1 {
		wait += "s"
	}
	wait += " in the outbox"
	switch {
	case e.cause != nil && interrupted(e.cause):
		return "interrupted; " + wait
	case e.cause != nil:
		return fmt.Sprintf("%v; %s", e.cause, wait)
	case e.paused:
		return wait + ", which is paused"
	}
	return wait + forecast(e.now, e.next, e.last)
}

func (e *waitingError) Unwrap() error { return e.cause }

// limited reports whether it is but a limit that they wait for.
func (e *waitingError) limited() bool { return e.cause == nil && !e.paused }

// forecast is when the next invite goes and when the last, as far as it is known.
func forecast(now, next, last time.Time) string {
	s := ""
	if next.After(now) {
		s = ", the next may go at " + clock(now, next)
	}
	if last.After(next) {
		s += ", the last at " + clock(now, last)
	}
	return s
}

// sendingLine is the progress of sending.
func sendingLine(now time.Time, outbox client.Outbox, done, total int) string {
	line := fmt.Sprintf("Sending: %d of %d", done, total)
	switch {
	case outbox.Paused:
		line += ", paused"
	case outbox.Count(client.ItemSending) > 0:
	default:
		line += forecast(now, outbox.Next, outbox.Last)
	}
	return line + "…"
}
