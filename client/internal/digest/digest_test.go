package digest_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/digest"
)

func TestValuesAreRead(t *testing.T) {
	texts := []string{"", "a", strings.Repeat("é", 200), "\x00\xff"}
	numbers := []int64{0, 1, -1, 127, 128, math.MaxInt64, math.MinInt64}
	times := []time.Time{{}, time.UnixMilli(0).UTC(), time.UnixMilli(1764208858123).UTC(), time.UnixMilli(-5).UTC()}
	var w digest.Writer
	w.Count(len(texts))
	for _, s := range texts {
		w.Text(s)
	}
	for _, n := range numbers {
		w.Integer(n)
	}
	for _, at := range times {
		w.Time(at)
	}
	w.Flag(true)
	w.Flag(false)

	r := digest.NewReader(string(w.Bytes))
	if n := r.Count(); n != len(texts) {
		t.Fatal(n)
	}
	for _, want := range texts {
		if got := r.Text(); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
	for _, want := range numbers {
		if got := r.Integer(); got != want {
			t.Errorf("%d instead of %d", got, want)
		}
	}
	for _, want := range times {
		if got := r.Time(); got != want {
			t.Errorf("%v instead of %v", got, want)
		}
	}
	if !r.Flag() || r.Flag() || !r.Done() {
		t.Error("the flags are not those that were written")
	}
	for n := range w.Bytes {
		r := digest.NewReader(string(w.Bytes[:n]))
		for range r.Count() {
			r.Text()
		}
		for range numbers {
			r.Integer()
		}
		for range times {
			r.Time()
		}
		if r.Flag(); r.Flag() || r.Done() {
			t.Errorf("the first %d bytes are a whole digest", n)
		}
	}
}
