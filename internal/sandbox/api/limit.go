package api

import "time"

// A Bucket is a leaky bucket, the algorithm of Synapse for rate limits: each action adds one,
// and the level falls with time.
type Bucket struct {
	rate   float64
	burst  int
	levels map[string]fill
}

// A fill is the number of actions since the bucket was last empty.
type fill struct {
	count float64
	since time.Time
}

// NewBucket returns an empty bucket. Without a rate or a burst it returns nil, which allows
// everything.
func NewBucket(perSecond float64, burst int) *Bucket {
	if burst <= 0 || perSecond <= 0 {
		return nil
	}
	return &Bucket{rate: perSecond, burst: burst, levels: map[string]fill{}}
}

// Take counts an action. If the bucket is full, ok is false and wait is the time until the next action is allowed.
func (b *Bucket) Take(key string, now time.Time) (wait time.Duration, ok bool) {
	if b == nil {
		return 0, true
	}
	f, known := b.levels[key]
	leaked := now.Sub(f.since).Seconds() * b.rate
	if !known || f.count-leaked < 0 {
		f, leaked = fill{since: now}, 0
	}
	if f.count-leaked > float64(b.burst)-1 {
		next := (f.count - float64(b.burst) + 1) / b.rate
		b.levels[key] = f
		return f.since.Add(time.Duration(next * float64(time.Second))).Sub(now), false
	}
	f.count++
	b.levels[key] = f
	return 0, true
}
