package client

import (
	"encoding/json"
	"testing"
	"time"
)

// A bucket is a homeserver's limit, as Synapse has it: a burst, and one more
// whenever an interval has passed.
type bucket struct {
	burst    float64
	interval time.Duration
	level    float64
	at       time.Time
}

// take says how long to wait; 0 if it was taken.
func (b *bucket) take(now time.Time) time.Duration {
	b.level = max(0, b.level-float64(now.Sub(b.at))/float64(b.interval))
	b.at = now
	if over := b.level + 1 - b.burst; over > 1e-7 {
		return time.Duration(over * float64(b.interval)).Truncate(time.Millisecond)
	}
	b.level++
	return 0
}

var dawn = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

// run sends n as soon as the pace lets it, each taking a while, and returns when
// the last was taken and how many requests the bucket refused.
func run(p *pace, b *bucket, now time.Time, n int, takes time.Duration) (time.Time, int) {
	refused := 0
	for n > 0 {
		now = p.next(now)
		if wait := b.take(now); wait > 0 {
			p.refused(now, wait)
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

func TestPaceLearnsALimitFromOneRefusal(t *testing.T) {
	for _, takes := range []time.Duration{0, time.Second, 3 * time.Second} {
		b := &bucket{burst: 5, interval: 400 * time.Second}
		var p pace
		end, refused := run(&p, b, dawn, 100, takes)
		ideal := dawn.Add(95*400*time.Second + takes)
		if over := end.Sub(ideal); over < 0 || over > ideal.Sub(dawn)/100 {
			t.Errorf("each taking %s: %s too long", takes, over)
		}
		if refused != 1 {
			t.Errorf("each taking %s: refused %d times", takes, refused)
		}
	}
}

func TestPaceSpendsTheBurstAgainAfterARest(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p pace
	now, _ := run(&p, b, dawn, 7, 0)
	now = now.Add(3 * time.Hour)
	end, refused := run(&p, b, now, 5, 0)
	if !end.Equal(now) || refused != 0 {
		t.Errorf("took %s, refused %d times", end.Sub(now), refused)
	}
}

func TestPaceWhereOthersHaveSentBefore(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second, level: 5, at: dawn.Add(-time.Minute)}
	var p pace
	end, refused := run(&p, b, dawn, 10, 0)
	if want := dawn.Add(9*400*time.Second + 340*time.Second); end.Before(want.Add(-time.Second)) || end.Sub(want) > time.Minute || refused > 2 {
		t.Errorf("took %s rather than %s, refused %d times", end.Sub(dawn), want.Sub(dawn), refused)
	}
}

func TestPaceToldByNobodyWaitsLongerEachTime(t *testing.T) {
	var p pace
	now := dawn
	for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		p.stalled(now, firstStall)
		if got := p.next(now).Sub(now); got != want {
			t.Errorf("waits %s, want %s", got, want)
		}
		now = p.next(now)
	}
	for range 20 {
		p.stalled(now, firstStall)
	}
	if got := p.next(now).Sub(now); got != maxStall {
		t.Errorf("waits %s at most", got)
	}
}

func TestPaceLearnsFromWhatNobodyTold(t *testing.T) {
	var p pace
	now := dawn
	for range 5 {
		p.sent(now, now)
	}
	p.stalled(now, identityStall)
	now = p.next(now)
	p.sent(now, now)
	if got := p.next(now).Sub(now); got < identityStall || got > identityStall+time.Second {
		t.Errorf("the next one in %s", got)
	}
}

func TestPaceBearsAClockThatJumps(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p pace
	now, _ := run(&p, b, dawn, 6, 0)
	for _, jump := range []time.Duration{-time.Hour, -10 * 365 * 24 * time.Hour} {
		there := now.Add(jump)
		if wait := p.next(there).Sub(there); wait > 401*time.Second || wait < 0 {
			t.Errorf("set by %s: waits %s", jump, wait)
		}
	}
	p = pace{}
	p.stalled(now, firstStall)
	there := now.Add(-time.Hour)
	if wait := p.next(there).Sub(there); wait != firstStall {
		t.Errorf("stalled: waits %s", wait)
	}
}

func TestPaceTellsWhenTheLastGoes(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p pace
	now, _ := run(&p, b, dawn, 5, 0)
	if p.known() {
		t.Error("it cannot know yet")
	}
	now, _ = run(&p, b, now, 1, 0)
	if late := p.nth(now, 10).Sub(now.Add(10 * 400 * time.Second)); late < 0 || late > time.Second {
		t.Errorf("the tenth goes %s too late", late)
	}
	rested := now.Add(24 * time.Hour)
	if late := p.nth(rested, 7).Sub(rested.Add(2 * 400 * time.Second)); late < 0 || late > time.Second {
		t.Errorf("after a rest the seventh goes %s too late", late)
	}
}

func TestPaceIsTheSameAfterARestart(t *testing.T) {
	b := &bucket{burst: 5, interval: 400 * time.Second}
	var p, q pace
	now, _ := run(&p, b, dawn, 6, 0)
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &q); err != nil || q.next(now) != p.next(now) {
		t.Errorf("%v: %s, not %s", err, q.next(now), p.next(now))
	}
}
