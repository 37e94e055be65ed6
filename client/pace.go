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
	// jitter is how unlike the ways of two requests may be.
	jitter = 10 * time.Millisecond
	// rest is a pause after which what was sent before it tells nothing of how
	// much a server takes at once.
	rest = 10 * time.Minute
	// outdated is for how long nothing has to be counted before what was learned
	// is learned anew: somebody may have raised the limit.
	outdated = 24 * time.Hour
)

// A pace is what is known of how often a server takes an invite: Burst of them
// after a rest, and then one in every Interval. No server tells these; they are
// learned from its refusals. From then on its leaky bucket is mirrored here, as
// the generic cell rate algorithm does it
// (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm), so that no request
// leaves before its time.
type pace struct {
	Interval time.Duration `json:"interval,omitzero"` // 0 until it is known
	Burst    int           `json:"burst,omitzero"`
	Empty    time.Time     `json:"empty,omitzero"` // when the bucket will have leaked out

	// What the two are learned from: those sent in one go before the first
	// refusal, and the time from the first of them until there was room again.
	Count int           `json:"count,omitzero"`
	First time.Time     `json:"first,omitzero"`
	Span  time.Duration `json:"span,omitzero"`
	Last  time.Time     `json:"last,omitzero"` // when the last was begun that was taken

	// A server that names no time is left alone from Stalled on for Stall.
	Stalled time.Time     `json:"stalled,omitzero"`
	Stall   time.Duration `json:"stall,omitzero"`
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
// more, Burst intervals from now.
func (p pace) empty(now time.Time) time.Time {
	if full := p.full(now); p.Empty.After(full) {
		return full
	}
	return latest(now, p.Empty)
}

// full is when a bucket will have leaked out that is full now.
func (p pace) full(now time.Time) time.Time {
	return now.Add(time.Duration(p.Burst) * p.Interval)
}

// until is when a server that named no time is asked again.
func (p pace) until(now time.Time) time.Time {
	if p.Stalled.After(now) {
		return now.Add(p.Stall)
	}
	return latest(now, p.Stalled.Add(p.Stall))
}

// settle brings what is known in line with a clock that was set back, and forgets
// what is outdated. It reports whether that changed anything. Without it the
// clock would have to come back to where it was before anything went.
func (p *pace) settle(now time.Time) (changed bool) {
	if p.Interval > 0 && p.Stall == 0 && now.Sub(p.Empty) > outdated {
		*p = pace{}
		return true
	}
	if full := p.full(now); p.Interval > 0 && p.Empty.After(full) {
		p.Empty, changed = full, true
	}
	if p.Stall > 0 && p.Stalled.After(now) {
		p.Stalled, changed = now, true
	}
	return changed
}

// sent takes in that the server took one that was begun a while ago. Somewhere
// between it was counted: what is learned and what is waited for both lean to
// the safe side.
func (p *pace) sent(began, now time.Time) {
	if p.Stall > 0 {
		// Nobody told the interval; it took no longer than since the last one, if
		// it was that one which filled the bucket.
		took := began.Sub(p.Last)
		if took < 0 || took > 2*p.Stall {
			took = p.Stall
		}
		p.Interval, p.Burst, p.Stall = max(p.Interval, min(took, maxStall)), max(1, p.Burst), 0
	}
	if p.Interval == 0 {
		if !p.inOneGo(began) {
			p.First, p.Count = began, 0
		}
		p.Count++
	}
	p.counted(now)
	p.Last = began
}

// counted fills the bucket by one request, if its interval is known.
func (p *pace) counted(now time.Time) {
	if p.Interval > 0 {
		p.Empty = p.empty(now).Add(p.Interval)
	}
}

// inOneGo reports whether something was sent not long ago.
func (p pace) inOneGo(now time.Time) bool {
	since := now.Sub(p.Last)
	return p.Count > 0 && since >= 0 && since <= rest
}

// refused takes in that the server, asked when it began, wants to be left alone
// for retryAfter. Then it has room for one more. There was room for the last one,
// too: from then to then it takes an interval at most.
//
// Synapse thinks for half a second before it refuses, which is no part of the
// interval: that is learned from when requests were begun, and waited for from
// when they were answered.
func (p *pace) refused(began, now time.Time, retryAfter time.Duration) {
	retryAfter += time.Millisecond // Synapse rounds down to one
	free := began.Add(retryAfter + jitter)
	gap, since := free.Sub(p.Last), began.Sub(p.Last)
	switch {
	case p.Interval == 0 && p.inOneGo(began):
		p.Span = free.Sub(p.First)
		p.Interval = p.Span / time.Duration(min(p.Count, max(1, int(p.Span/gap))))
	case p.Interval == 0:
		p.Count = 0 // others have filled the bucket
	case since >= 0 && since <= 2*p.Interval:
		p.Interval = max(p.Interval, gap)
	}
	p.Interval = max(min(p.Interval, maxStall), retryAfter)
	p.Burst = p.burst()
	p.Empty = now.Add(retryAfter + time.Duration(p.Burst-1)*p.Interval)
	p.Stall = 0
}

// burst is how many the server takes after a rest. Of those that it took in one
// go the bucket had room for all but the ones that leaked out meanwhile.
func (p pace) burst() int {
	leaked := int((p.Span + p.Interval/2) / p.Interval) // the nearest
	return max(1, min(p.Count, p.Count+1-leaked))
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
