package linkserver

import (
	"maps"
	"sync"
	"time"
)

// A rate is how many requests are allowed at once, and how fast more are.
type rate struct {
	burst int
	every time.Duration
}

var (
	// sourceRate is that of a network, which many people may share, such as in a school.
	sourceRate = rate{burst: 120, every: time.Second}
	// linkRate is that of a link, in addition to the number of its users. Users that
	// repeat their request do not use the link up, but their homeserver is asked again.
	linkRate = rate{burst: 10, every: 10 * time.Second}
)

// A limiter is a set of token buckets.
type limiter struct {
	mu      *sync.Mutex
	buckets map[string]bucket
}

// A bucket becomes full at a time; until then it has fewer tokens.
type bucket struct{ full time.Time }

// maxBuckets limits the memory of a limiter.
const maxBuckets = 20_000

func newLimiter() limiter { return limiter{new(sync.Mutex), map[string]bucket{}} }

// take takes a token from the bucket of a key. If there is none, it returns how long to
// wait.
func (l limiter) take(key string, r rate, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := now
	if b := l.buckets[key]; b.full.After(now) {
		full = b.full
	}
	full = full.Add(r.every)
	if wait = full.Sub(now) - time.Duration(r.burst)*r.every; wait > 0 {
		return wait
	}
	if len(l.buckets) >= maxBuckets {
		l.forget(now)
	}
	l.buckets[key] = bucket{full}
	return 0
}

// forget removes the buckets that are full, because a new bucket is full as well. If an
// attacker has more networks than there are buckets, it removes half of them.
func (l limiter) forget(now time.Time) {
	maps.DeleteFunc(l.buckets, func(_ string, b bucket) bool { return !b.full.After(now) })
	for key := range l.buckets { // in random order
		if len(l.buckets) < maxBuckets/2 {
			return
		}
		delete(l.buckets, key)
	}
}
