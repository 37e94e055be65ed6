// Package ratelimit learns from a homeserver's refusals how often it accepts
// invites, and says when the next one may be sent.
package ratelimit

import "time"

// The first wait for a server that accepts no more and does not say until when: a
// homeserver, or an identity server behind one (Sydent's own limit is one mail in
// 300 s). The wait doubles each time, up to MaxStall.
const (
	HomeserverStall     = time.Minute
	IdentityServerStall = 5 * time.Minute
	MaxStall            = time.Hour
)

const (
	// jitter is how much the delays of two requests may differ.
	jitter = 10 * time.Millisecond
	// rest is a pause after which earlier requests say nothing about how many a
	// server accepts at once.
	rest = 10 * time.Minute
	// outdated is how long after the last counted request a limit is forgotten and
	// learned again: the server's may have changed.
	outdated = 24 * time.Hour
)

// A Limit is what is known of how often a server accepts an invite: Burst of them
// after a rest, and then one in every Interval. No server announces these; they are
// learned from its refusals. From then on its leaky bucket is mirrored here, as
// the generic cell rate algorithm does it
// (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm), so that no request
// leaves before its time.
type Limit struct {
	Interval time.Duration `json:"interval,omitzero"` // 0 until it is known
	Burst    int           `json:"burst,omitzero"`
	Empty    time.Time     `json:"empty,omitzero"` // when the bucket will have leaked out

	// What the two are learned from: those sent in one go before the first
	// refusal, and the time from the first of them until there was room again.
	Count int           `json:"count,omitzero"`
	First time.Time     `json:"first,omitzero"`
	Span  time.Duration `json:"span,omitzero"`
	Last  time.Time     `json:"last,omitzero"` // when the last accepted request began

	// A server that names no time is asked again Stall after Stalled.
	Stalled time.Time     `json:"stalled,omitzero"`
	Stall   time.Duration `json:"stall,omitzero"`
}

// next is when the server accepts the next one; now at the earliest.
func (p Limit) next(now time.Time) time.Time { return p.nth(now, 1) }

// nth is when it accepts the nth from now on if each is sent as soon as possible. Until
// the interval is known that is only a guess for n beyond the first.
func (p Limit) nth(now time.Time, n int) time.Time {
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
func (p Limit) known() bool { return p.Interval > 0 }

// empty is when the bucket has leaked out: between now and, for it holds no
// more, Burst intervals from now.
func (p Limit) empty(now time.Time) time.Time {
	if full := p.full(now); p.Empty.After(full) {
		return full
	}
	return latest(now, p.Empty)
}

// full is when a bucket will have leaked out that is full now.
func (p Limit) full(now time.Time) time.Time {
	return now.Add(time.Duration(p.Burst) * p.Interval)
}

// until is when a server that named no time is asked again.
func (p Limit) until(now time.Time) time.Time {
	if p.Stalled.After(now) {
		return now.Add(p.Stall)
	}
	return latest(now, p.Stalled.Add(p.Stall))
}

// settle brings what is known in line with a clock that was set back, and forgets
// what is outdated. It reports whether that changed anything. Without it the
// clock would have to come back to where it was before anything went.
func (p *Limit) settle(now time.Time) (changed bool) {
	if p.Interval > 0 && p.Stall == 0 && now.Sub(p.Empty) > outdated {
		*p = Limit{}
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

// sent records that the server accepted a request, which it counted at some time
// between began and now. Both what is learned and what is waited for assume the
// worse of the two.
func (p *Limit) sent(began, now time.Time) {
	if p.Stall > 0 {
		// The interval is not known. It is at most the time since the last request, if
		// that one filled the bucket.
		took := began.Sub(p.Last)
		if took < 0 || took > 2*p.Stall {
			took = p.Stall
		}
		p.Interval, p.Burst, p.Stall = max(p.Interval, min(took, MaxStall)), max(1, p.Burst), 0
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
func (p *Limit) counted(now time.Time) {
	if p.Interval > 0 {
		p.Empty = p.empty(now).Add(p.Interval)
	}
}

// inOneGo reports whether something was sent not long ago.
func (p Limit) inOneGo(now time.Time) bool {
	since := now.Sub(p.Last)
	return p.Count > 0 && since >= 0 && since <= rest
}

// refused records that the server, asked at began, accepts no more for retryAfter.
// Then it has room for one more. There was room for the last one, too: the
// interval is at most the time between the two.
//
// Synapse thinks for half a second before it refuses, which is no part of the
// interval: that is learned from when requests were begun, and waited for from
// when they were answered.
func (p *Limit) refused(began, now time.Time, retryAfter time.Duration) {
	retryAfter += time.Millisecond // Synapse rounds down to one
	free := began.Add(retryAfter + jitter)
	gap, since := free.Sub(p.Last), began.Sub(p.Last)
	switch {
	case p.Interval == 0 && p.inOneGo(began):
		p.Span = free.Sub(p.First)
		p.Interval = p.Span / time.Duration(min(p.Count, max(1, int(p.Span/gap))))
	case p.Interval == 0:
		p.Count = 0 // other programs have filled the bucket
	case since >= 0 && since <= 2*p.Interval:
		p.Interval = max(p.Interval, gap)
	}
	p.Interval = max(min(p.Interval, MaxStall), retryAfter)
	p.Burst = p.burst()
	p.Empty = now.Add(retryAfter + time.Duration(p.Burst-1)*p.Interval)
	p.Stall = 0
}

// burst is how many the server accepts after a rest. Of those that it accepted in one
// go the bucket had room for all but the ones that leaked out meanwhile.
func (p Limit) burst() int {
	leaked := int((p.Span + p.Interval/2) / p.Interval) // the nearest
	return max(1, min(p.Count, p.Count+1-leaked))
}

// BackOff records that the server accepts no more and does not say until when.
// The first wait is as long as first, and each further one twice as long.
func (p *Limit) BackOff(now time.Time, first time.Duration) {
	p.Stall = min(max(first, 2*p.Stall), MaxStall)
	p.Stalled = now
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
