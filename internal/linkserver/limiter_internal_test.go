package linkserver

import (
	"strconv"
	"testing"
	"time"
)

func TestLimiterForgetsBuckets(t *testing.T) {
	l, now := newLimiter(), time.Unix(0, 0)
	r := rate{burst: 2, every: time.Minute}
	for n := range 3 * maxBuckets {
		if l.take(strconv.Itoa(n), r, now) > 0 {
			t.Fatal(n)
		}
		if len(l.buckets) > maxBuckets {
			t.Fatal("too many buckets")
		}
	}
	now = now.Add(time.Hour)
	l.forget(now)
	if len(l.buckets) != 0 {
		t.Errorf("%d full buckets are kept", len(l.buckets))
	}
}
