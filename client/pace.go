package client

import "time"

const (
	// firstStall and identityStall are how long to leave a server alone that
	// takes no more and does not say until when: a homeserver, and an identity
	// server behind one (Sydent's own limit is one mail in 300 s). It is twice as
	// long each time, but not longer than maxStall.
	firstStall    = time.Minute
	identityStall = 5 * time.Minute
	maxStall      = time.Hour
)

// A pace is what is known of how often a server takes an invite: Burst of them
// after a rest, and then one in every Interval. No server tells these; they are
// learned from its first refusal. From then on its leaky bucket is mirrored
// here, as the generic cell rate algorithm does it
// (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm), so that no request
// leaves before its time.
type pace struct {
	Interval time.Duration `json:"interval"` // 0 until it is known
	Burst    int           `json:"burst"`
	Empty    time.Time     `json:"empty"` // when the bucket will have leaked out

	// What the interval is learned from.
	Count int       `json:"count"` // sent before the first refusal
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`

	// A server that names no time is left alone from Stalled on for Stall.
	Stalled time.Time     `json:"stalled"`
	Stall   time.Duration `json:"stall"`
}

// next is when the server takes the next one; now at the earliest.
func (p pace) next(now time.Time) time.Time { return p.nth(now, 1) }

// nth is when it takes the nth from now on if all go as soon as they may. Until
// the interval is known that is only a guess for n beyond the first.
func (p pace) nth(now time.Time, n int) time.Time {
	due := now
	if p.Stall > 0 {
		due = p.until(now)
	}
	if p.Interval == 0 {
		return due
	}
	first := p.empty(due).Add(-time.Duration(p.Burst-1) * p.Interval)
	if t := first.Add(time.Duration(n-1) * p.Interval); t.After(due) {
		due = t
	}
	return due
}

// known reports whether anything beyond the next one can be told.
func (p pace) known() bool { return p.Interval > 0 }

// empty is when the bucket has leaked out: between now and, for it holds no
// more, Burst intervals from now. A clock that was set back changes nothing.
func (p pace) empty(now time.Time) time.Time {
	if full := now.Add(time.Duration(p.Burst) * p.Interval); p.Empty.After(full) {
		return full
	}
	if p.Empty.Before(now) {
		return now
	}
	return p.Empty
}

// until is when a server that named no time is asked again.
func (p pace) until(now time.Time) time.Time {
	if p.Stalled.After(now) {
		return now.Add(p.Stall) // the clock was set back
	}
	return latest(now, p.Stalled.Add(p.Stall))
}

// sent takes in that the server took one that was begun a while ago. Somewhere
// between it was counted: what is learned and what is waited for both lean to
// the safe side.
func (p *pace) sent(began, now time.Time) {
	if p.Stall > 0 {
		// Nobody told the interval; it took no longer than this.
		took := p.Stall
		if p.Count > 0 {
			took = now.Sub(p.Last)
		}
		p.Interval, p.Burst, p.Stall = max(p.Interval, min(took, maxStall)), max(1, p.Burst), 0
	}
	if p.Count == 0 {
		p.First = began
	}
	p.Count++
	p.Last = now
	if p.Interval > 0 {
		p.Empty = p.empty(now).Add(p.Interval)
	}
}

// refused takes in that the server wants to be left alone for retryAfter.
func (p *pace) refused(now time.Time, retryAfter time.Duration) {
	retryAfter += time.Millisecond // Synapse rounds down to one
	since := p.Last                // whatever is known of the interval, it is longer
	if p.Interval == 0 {
		// There is room for one more when the first of them has leaked out.
		since, p.Burst = p.First, max(1, p.Count)
	}
	p.Interval = max(p.Interval, retryAfter)
	if p.Count > 0 && !since.After(now) {
		p.Interval = max(p.Interval, min(now.Add(retryAfter).Sub(since), maxStall))
	}
	p.Empty = now.Add(retryAfter + time.Duration(p.Burst-1)*p.Interval)
	p.Stall = 0
}

// stalled takes in that the server takes no more and does not say until when.
// The first time it is left alone for first.
func (p *pace) stalled(now time.Time, first time.Duration) {
	p.Stall = min(max(first, 2*p.Stall), maxStall)
	p.Stalled = now
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
