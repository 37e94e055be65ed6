package out

import (
	"fmt"
	"time"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
)

// A WaitingError says that invites wait in the outbox, and why.
type WaitingError struct {
	Count      int
	next, last time.Time      // as in an outbox
	Now        time.Time      // when that was said
	Location   *time.Location // as in [Streams]
	Paused     bool
	Cause      error // what else keeps them from being sent; nil if it is a limit
}

// Take sets the number of waiting invites and the state of their outbox.
func (e *WaitingError) Take(now time.Time, outbox client.Outbox, count int) {
	e.Count, e.Now, e.next, e.last, e.Paused = count, now, outbox.Next, outbox.Last, outbox.Paused
}

// Stuck reports whether nothing goes now.
func (e *WaitingError) Stuck(outbox client.Outbox) bool {
	return e.Paused || outbox.Count(client.ItemSending) == 0 && e.next.After(e.Now)
}

func (e *WaitingError) Error() string {
	wait := Count(e.Count, "invite") + " wait"
	if e.Count == 1 {
		wait += "s"
	}
	wait += " in the outbox"
	switch {
	case e.Cause != nil && fail.Interrupted(e.Cause):
		return "interrupted; " + wait
	case e.Cause != nil:
		return fmt.Sprintf("%v; %s", e.Cause, wait)
	case e.Paused:
		return wait + ", which is paused"
	}
	return wait + Forecast(e.Now, e.next, e.last, e.Location)
}

func (e *WaitingError) Unwrap() error { return e.Cause }

// Limited reports whether it is but a limit that they wait for.
func (e *WaitingError) Limited() bool { return e.Cause == nil && !e.Paused }

// Forecast is when the next invite goes and when the last, as far as it is known.
func Forecast(now, next, last time.Time, zone *time.Location) string {
	s := ""
	if next.After(now) {
		s = ", the next can be sent " + at(now, next, zone)
	}
	if last.After(next) {
		s += ", the last " + at(now, last, zone)
	}
	return s
}

// SendingLine is the progress of sending.
func SendingLine(now time.Time, zone *time.Location, outbox client.Outbox, done, total int) string {
	line := fmt.Sprintf("Sending: %d of %d", done, total)
	switch {
	case outbox.Paused:
		line += ", paused"
	case outbox.Count(client.ItemSending) > 0:
	default:
		line += Forecast(now, outbox.Next, outbox.Last, zone)
	}
	return line + "…"
}
