// Package ratelimit learns a homeserver's rate limits for invites from its
// responses, and computes when the next invite may be sent.
package ratelimit

import "time"

// The first wait after a refusal that does not say how long to wait:
// HomeserverStall if it comes from the homeserver, IdentityServerStall if it comes
// from the identity server (Sydent's limit is one mail in 300 s). The wait is
// doubled after each further refusal, up to MaxStall.
const (
	HomeserverStall     = time.Minute
	IdentityServerStall = 5 * time.Minute
	MaxStall            = time.Hour

	// Longest is the longest wait that is taken for that of a rate limit. An
	// administrator or a proxy may ask for a longer one.
	Longest = 24 * time.Hour
)

const (
	// jitter is the maximum difference of the network delays of two requests.
	jitter = 10 * time.Millisecond
	// rest is a pause after which earlier requests are ignored when the burst is
	// computed.
	rest = 10 * time.Minute
	// outdated is the time after the last accepted request when a limit is
	// discarded and learned again: the server's limit may have changed.
	outdated = 24 * time.Hour
)

// A Limit is a rate limit of a server: after a pause it accepts Burst requests at
// once, and then one request per Interval. Servers do not announce these values, so
// a Limit learns them from refusals. A Limit mirrors the server's leaky bucket with
// the generic cell rate algorithm
// (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm), so that no request
// is sent too early.
type Limit struct {
	Interval time.Duration `json:"interval,omitzero"` // 0 if not known yet
	Burst    int           `json:"burst,omitzero"`
	Empty    time.Time     `json:"empty,omitzero"` // when the bucket will be empty

	// Interval and Burst are computed from these: the number of requests that were
	// accepted without a pause before the first refusal, and the time from the
	// first of them until the server accepted requests again.
	Count int           `json:"count,omitzero"`
	First time.Time     `json:"first,omitzero"`
	Span  time.Duration `json:"span,omitzero"`
	Last  time.Time     `json:"last,omitzero"` // start of the last accepted request

	// If a refusal does not say how long to wait, the next request is sent at
	// Stalled plus Stall.
	Stalled time.Time     `json:"stalled,omitzero"`
	Stall   time.Duration `json:"stall,omitzero"`
}

// next returns when the server accepts the next request: now or later.
func (p Limit) next(now time.Time) time.Time { return p.nth(now, 1) }

// nth returns when the server accepts the nth request from now, if each is sent as
// soon as possible. For n greater than 1 it is a guess until the interval is known.
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

// known reports whether the interval is known.
func (p Limit) known() bool { return p.Interval > 0 }

// empty returns when the bucket will be empty: between now and full.
func (p Limit) empty(now time.Time) time.Time {
	if full := p.full(now); p.Empty.After(full) {
		return full
	}
	return latest(now, p.Empty)
}

// full returns when a bucket that is full now will be empty.
func (p Limit) full(now time.Time) time.Time {
	return now.Add(time.Duration(p.Burst) * p.Interval)
}

// until returns when the next request may be sent after a refusal without a time to
// wait.
func (p Limit) until(now time.Time) time.Time {
	if p.Stalled.After(now) {
		return now.Add(p.Stall)
	}
	return latest(now, p.Stalled.Add(p.Stall))
}

// settle adjusts the limit if the clock was set back, and discards it if it is
// outdated. It reports whether anything changed. Without it, no request would be
// sent until the clock reaches its earlier time again.
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

// sent records that the server accepted a request. The server counted it at some
// time between began and now; for each computation the less favourable time is
// used.
func (p *Limit) sent(began, now time.Time) {
	if p.Stall > 0 {
		// The interval is not known. It is at most the time since the last request,
		// if that request filled the bucket.
		took := began.Sub(p.Last)
		if took < 0 || took > 2*p.Stall {
			took = p.Stall
		}
		p.Interval, p.Burst, p.Stall = max(p.Interval, min(took, MaxStall)), max(1, p.Burst), 0
	}
	if p.Interval == 0 {
		if !p.recent(began) {
			p.First, p.Count = began, 0
		}
		p.Count++
	}
	p.counted(now)
	p.Last = began
}

// counted adds one request to the bucket, if the interval is known.
func (p *Limit) counted(now time.Time) {
	if p.Interval > 0 {
		p.Empty = p.empty(now).Add(p.Interval)
	}
}

// recent reports whether the last accepted request was less than a rest ago.
func (p Limit) recent(now time.Time) bool {
	since := now.Sub(p.Last)
	return p.Count > 0 && since >= 0 && since <= rest
}

// refused records that the server refused a request that was sent at began, and
// that it will accept one after retryAfter. It also had room for the last accepted
// request, so the interval is at most the time between these two.
//
// Synapse delays refusals by half a second, which must not be counted as part of
// the interval. So the interval is computed from the times when requests were sent,
// but the wait begins when the response arrives.
func (p *Limit) refused(began, now time.Time, retryAfter time.Duration) {
	retryAfter += time.Millisecond // Synapse rounds down to milliseconds
	free := began.Add(retryAfter + jitter)
	gap, since := free.Sub(p.Last), began.Sub(p.Last)
	switch {
	case p.Interval == 0 && p.recent(began):
		p.Span = free.Sub(p.First)
		p.Interval = p.Span / time.Duration(min(p.Count, max(1, int(p.Span/gap))))
	case p.Interval == 0:
		p.Count = 0 // the bucket was filled by other programs
	case since >= 0 && since <= 2*p.Interval:
		p.Interval = max(p.Interval, gap)
	}
	p.Interval = max(min(p.Interval, MaxStall), retryAfter)
	p.Burst = p.burst()
	p.Empty = now.Add(retryAfter + time.Duration(p.Burst-1)*p.Interval)
	p.Stall = 0
}

// burst returns how many requests the server accepts after a pause: those that it
// accepted without a pause, minus those that leaked out of the bucket in this time.
func (p Limit) burst() int {
	leaked := int((p.Span + p.Interval/2) / p.Interval) // rounded to the nearest number
	return max(1, min(p.Count, p.Count+1-leaked))
}

// BackOff records that the server refused a request and did not say how long to
// wait. The wait is first after the first refusal, and doubles after each
// further one.
func (p *Limit) BackOff(now time.Time, first time.Duration) {
	p.Stall = min(max(first, 2*p.Stall), MaxStall)
	p.Stalled = now
}

// lift makes room for one request now, although the server asked to wait.
func (p *Limit) lift(now time.Time) {
	p.Stall = 0
	if room := now.Add(time.Duration(p.Burst-1) * p.Interval); p.known() && p.Empty.After(room) {
		p.Empty = room
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
