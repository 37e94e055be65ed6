package out

import (
	"fmt"
	"time"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
)

// A WaitingError reports that invites are still in the outbox, and why they cannot
// be sent now.
type WaitingError struct {
	Count      int
	next, last time.Time      // as in [client.Outbox]
	Now        time.Time      // the time of the other values
	Location   *time.Location // as in [Streams]
	Paused     bool
	Stall      client.Stall // why no invite is sent now
	Cause      error        // the error that stopped sending; nil if the outbox is paused or rate limited
}

// Take sets the number of waiting invites and the state of their outbox.
func (e *WaitingError) Take(now time.Time, outbox client.Outbox, count int) {
	e.Count, e.Now, e.next, e.last, e.Paused = count, now, outbox.Next, outbox.Last, outbox.Paused
	e.Stall = outbox.Stall
}

// Stuck reports whether no invite can be sent now.
func (e *WaitingError) Stuck(outbox client.Outbox) bool {
	soon := e.Now
	if !e.Stall.Asked && e.Stall.Until().After(soon) {
		soon = e.Stall.Until() // a new program tries at once
	}
	return e.Paused || outbox.Count(client.ItemSending) == 0 && e.next.After(soon)
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
	case e.Cause != nil && e.Stall.Asked:
		return fmt.Sprintf("%v; %s", e.Cause, wait) + Forecast(e.Now, e.next, e.last, e.Location)
	case e.Cause != nil:
		return fmt.Sprintf("%v; %s", e.Cause, wait)
	case e.Paused && e.Stall.Reason != "":
		return e.Stall.Reason + "; " + wait + ", which is paused"
	case e.Paused:
		return wait + ", which is paused"
	}
	if e.Stall.Reason != "" {
		wait = e.Stall.Reason + "; " + wait
	}
	return wait + Forecast(e.Now, e.next, e.last, e.Location)
}

func (e *WaitingError) Unwrap() error { return e.Cause }

// Limited reports whether the invites wait only for a rate limit.
func (e *WaitingError) Limited() bool {
	return e.Cause == nil && !e.Paused && (e.Stall.Reason == "" || e.Stall.Limit)
}

// Forecast says when the next and the last invite can be sent, if this is known. It
// begins with a comma.
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

// SendingLine returns the text of the status while invites are being sent.
func SendingLine(now time.Time, zone *time.Location, outbox client.Outbox, done, total int) string {
	line := fmt.Sprintf("Sending: %d of %d", done, total)
	switch {
	case outbox.Stall.Decision():
		line += ", stopped"
	case outbox.Paused:
		line += ", paused"
	case outbox.Count(client.ItemSending) > 0:
	default:
		line += Forecast(now, outbox.Next, outbox.Last, zone)
	}
	return line + "…"
}
