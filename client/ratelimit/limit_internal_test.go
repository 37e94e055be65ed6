package ratelimit

import (
	"encoding/json"
	"testing"
	"time"
)

// bucket is the rate limit of a simulated homeserver, a leaky bucket as in Synapse:
// a burst, and one more request after each interval.
type bucket struct {
	burst    float64
	interval time.Duration
	level    float64
	at       time.Time
}

// request returns the time to wait; 0 if the request was accepted.
func (b *bucket) request(now time.Time) time.Duration {
	b.level = max(0, b.level-float64(now.Sub(b.at))/float64(b.interval))
	b.at = now
	if over := b.level + 1 - b.burst; over > 1e-7 {
		return time.Duration(over * float64(b.interval)).Truncate(time.Millisecond)
	}
	b.level++
	return 0
}

var start = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

// refusalDelay is the time by which Synapse delays a refusal.
const refusalDelay = 500 * time.Millisecond

// run sends n requests as soon as the limit allows it. Each takes the time takes.
// It returns when the last one was accepted, and the number of refusals.
func run(p *Limit, b *bucket, now time.Time, n int, takes time.Duration) (time.Time, int) {
	refused := 0
	for n > 0 {
		now = p.next(now)
		if wait := b.request(now); wait > 0 {
			p.refused(now, now.Add(refusalDelay), wait)
			now = now.Add(refusalDelay)
			refused++
			continue
		}
		began := now
		now = now.Add(takes)
		p.sent(began, now)
		n--
	}
	return now, refused
}

func TestLimitIsLearnedFromOneRefusal(t *testing.T) {
	for _, takes := range []time.Duration{0, time.Second, 3 * time.Second} {
		b := &bucket{burst: 5, interval: 400 * time.Second}
		var p Limit
		end, refused := run(&p, b, start, 100, takes)
		ideal := start.Add(95*400*time.Second + takes)
		if over := end.Sub(ideal); over < 0 || over > ideal.Sub(start)/100 {
			t.Errorf("%s per request: %s too long", takes, over)
		}
		if refused != 1 {
			t.Errorf("%s per request: refused %d times", takes, refused)
		}
	}
}

func TestBurstAfterPause(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p Limit
	now, _ := run(&p, b, start, 7, 0)
	now = now.Add(3 * time.Hour)
	end, refused := run(&p, b, now, 5, 0)
	if !end.Equal(now) || refused != 0 {
		t.Errorf("took %s, refused %d times", end.Sub(now), refused)
	}
}

func TestLimitWithFullBucketAtStart(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second, level: 5, at: start.Add(-time.Minute)}
	var p Limit
	end, refused := run(&p, b, start, 10, 0)
	if want := start.Add(9*400*time.Second + 340*time.Second); end.Before(want.Add(-time.Second)) || end.Sub(want) > time.Minute || refused > 3 {
		t.Errorf("took %s rather than %s, refused %d times", end.Sub(start), want.Sub(start), refused)
	}
}

func TestBackOffDoublesTheWait(t *testing.T) {
	var p Limit
	now := start
	for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		p.BackOff(now, HomeserverStall)
		if got := p.next(now).Sub(now); got != want {
			t.Errorf("waits %s, want %s", got, want)
		}
		now = p.next(now)
	}
	for range 20 {
		p.BackOff(now, HomeserverStall)
	}
	if got := p.next(now).Sub(now); got != MaxStall {
		t.Errorf("waits %s at most", got)
	}
}

func TestIntervalIsLearnedAfterBackOff(t *testing.T) {
	var p Limit
	now := start
	for range 5 {
		p.sent(now, now)
	}
	p.BackOff(now, IdentityServerStall)
	now = p.next(now)
	p.sent(now, now)
	if got := p.next(now).Sub(now); got < IdentityServerStall || got > IdentityServerStall+time.Second {
		t.Errorf("the next request in %s", got)
	}
}

func TestNextAfterClockChange(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p Limit
	now, _ := run(&p, b, start, 6, 0)
	for _, jump := range []time.Duration{-time.Hour, -10 * 365 * 24 * time.Hour} {
		there := now.Add(jump)
		if wait := p.next(there).Sub(there); wait > 401*time.Second || wait < 0 {
			t.Errorf("set by %s: waits %s", jump, wait)
		}
	}
	p = Limit{}
	p.BackOff(now, HomeserverStall)
	there := now.Add(-time.Hour)
	if wait := p.next(there).Sub(there); wait != HomeserverStall {
		t.Errorf("stalled: waits %s", wait)
	}
}

func TestNth(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p Limit
	now, _ := run(&p, b, start, 5, 0)
	if p.known() {
		t.Error("known before the first refusal")
	}
	now, _ = run(&p, b, now, 1, 0)
	if late := p.nth(now, 10).Sub(now.Add(10 * 400 * time.Second)); late < 0 || late > time.Second {
		t.Errorf("the tenth is sent %s too late", late)
	}
	rested := now.Add(24 * time.Hour)
	if late := p.nth(rested, 7).Sub(rested.Add(2 * 400 * time.Second)); late < 0 || late > time.Second {
		t.Errorf("after a pause the seventh is sent %s too late", late)
	}
}

func TestLimitSurvivesJSON(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p, q Limit
	now, _ := run(&p, b, start, 6, 0)
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &q); err != nil || q.next(now) != p.next(now) {
		t.Errorf("%v: %s, not %s", err, q.next(now), p.next(now))
	}
}

// Requests take time, in which the bucket leaks, so more are accepted than fit into
// the bucket.
func TestLimitIsLearnedFromSlowRequests(t *testing.T) {
	for _, tc := range []struct {
		burst    float64
		interval time.Duration
		takes    time.Duration
	}{
		{10, 5 * time.Second, time.Second},
		{3, 2 * time.Second, 700 * time.Millisecond},
		{3, 2 * time.Second, 300 * time.Millisecond},
		{5, 400 * time.Second, 70 * time.Second},
		{1, 5 * time.Second, time.Second},
	} {
		b := &bucket{burst: tc.burst, interval: tc.interval}
		var p Limit
		end, refused := run(&p, b, start, 100, tc.takes)
		ideal := (100-time.Duration(tc.burst))*tc.interval + tc.takes
		if tc.burst == 1 {
			ideal += 98 * tc.takes // it is not known when the server counted them
		}
		if over := end.Sub(start) - ideal; over < -time.Second || over > ideal/50 {
			t.Errorf("%v: took %s, ideal is %s", tc, end.Sub(start), ideal)
		}
		if refused > 3 {
			t.Errorf("%v: refused %d times", tc, refused)
		}
		if p.Burst > int(tc.burst) || p.Burst < int(tc.burst)-1 {
			t.Errorf("%v: learned a burst of %d", tc, p.Burst)
		}
	}
}

// Requests of the last month are not used to compute today's limit.
func TestRequestsBeforePauseAreIgnored(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p Limit
	run(&p, b, start.Add(-30*24*time.Hour), 3, 0)
	end, refused := run(&p, b, start, 20, 0)
	if over := end.Sub(start) - 15*400*time.Second; over < 0 || over > time.Minute || refused != 1 {
		t.Errorf("%s too long, refused %d times", over, refused)
	}
	// A refusal after a pause is caused by other programs.
	now := end.Add(12 * time.Hour)
	b.level, b.at = 5, now
	end, _ = run(&p, b, now, 2, 0)
	if took := end.Sub(now); took > 801*time.Second {
		t.Errorf("after others have sent: took %s", took)
	}
	// A refusal after the clock was set forward.
	ahead := end.Add(24*time.Hour - time.Minute)
	p.refused(ahead, ahead, 399*time.Second)
	if p.Interval > 401*time.Second {
		t.Errorf("set forward: learned %s", p.Interval)
	}
}

func TestLimitIsDiscardedAfterADay(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p Limit
	now, _ := run(&p, b, start, 10, 0)
	if p.settle(now.Add(23*time.Hour)) || !p.known() {
		t.Error("discarded too early")
	}
	if !p.settle(now.Add(25*time.Hour)) || p.known() {
		t.Error("not discarded")
	}
}

// If the clock is set back, the next request is sent after an interval at most, and
// not when the clock reaches its earlier time again.
func TestSettleAfterClockWasSetBack(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, 10 * 365 * 24 * time.Hour} {
		b := &bucket{burst: 5, interval: 400 * time.Second}
		var limited, stalled Limit
		now, _ := run(&limited, b, start, 6, 0)
		stalled.BackOff(now, HomeserverStall)
		now = now.Add(-jump)
		limited.settle(now)
		stalled.settle(now)
		later := now.Add(HomeserverStall)
		if due := stalled.next(later); due.After(later) {
			t.Errorf("set back by %s: stalled for %s more", jump, due.Sub(later))
		}
		later = now.Add(limited.Interval)
		if due := limited.next(later); due.After(later) {
			t.Errorf("set back by %s: waits %s more", jump, due.Sub(later))
		}
	}
}
