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
	for range 2 {
		for _, s := range texts {
			w.Shared(s)
		}
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
	for range 2 {
		for _, want := range texts {
			if got := r.Shared(); got != want {
				t.Errorf("%q instead of %q", got, want)
			}
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
		for range 2 * len(texts) {
			r.Shared()
		}
		if r.Flag(); r.Flag() || r.Done() {
			t.Errorf("the first %d bytes are a whole digest", n)
		}
	}
}

func TestSharedTextIsWrittenOnce(t *testing.T) {
	text := strings.Repeat("a", 100)
	var w digest.Writer
	for range 50 {
		w.Shared(text)
	}
	if len(w.Bytes) > 160 {
		t.Errorf("%d bytes for a text of %d", len(w.Bytes), len(text))
	}
	if r := digest.NewReader("\x02\x01a"); r.Shared() != "" || r.Done() {
		t.Error("a text that was not written is read")
	}
}
