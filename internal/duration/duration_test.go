package duration_test

import (
	"errors"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/internal/duration/durationtest"
)

const day = 24 * time.Hour

func TestParse(t *testing.T) {
	for s, want := range durationtest.Valid() {
		if got, err := duration.Parse(s); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", s, got, err, want)
		}
	}
	if got, err := duration.Parse("0d"); got != 0 || err != nil {
		t.Errorf("0d is %v, %v", got, err)
	}
	for _, s := range append(durationtest.Invalid(), "") {
		if got, err := duration.Parse(s); !errors.Is(err, duration.ErrSyntax) {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
}

func TestFormat(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 30 * time.Minute: "30m", 90 * day: "90d", 365 * day: "365d", 36 * time.Hour: "1d12h", 90 * time.Second: "1m30s", 14 * day: "14d",
	} {
		if got := duration.Format(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"90s", "12h", "1d12h", "6mo", "1.5d", "30", "99999999999999999999y", "..s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := duration.Parse(s)
		if err != nil {
			return
		}
		if d < 0 || d > 100*365*day {
			t.Fatalf("%q is %v", s, d)
		}
		if again, err := duration.Parse(duration.Format(d)); err != nil || again != d.Truncate(time.Second) {
			t.Fatalf("%q is %v, written as %q, read as %v, %v", s, d, duration.Format(d), again, err)
		}
	})
}

func TestAge(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		before     time.Duration
		short, ago string
	}{
		{-time.Hour, "now", "just now"},
		{59 * time.Second, "now", "just now"},
		{time.Minute, "1m", "1 minute ago"},
		{23*time.Hour + 59*time.Minute, "23h", "23 hours ago"},
		{13 * day, "13d", "13 days ago"},
		{14 * day, "2w", "2 weeks ago"},
		{59 * day, "8w", "8 weeks ago"},
		{60 * day, "2mo", "2 months ago"},
		{729 * day, "24mo", "24 months ago"},
		{730 * day, "2y", "2 years ago"},
	} {
		if short, ago := duration.Age(now, now.Add(-tt.before)), duration.Ago(now, now.Add(-tt.before)); short != tt.short || ago != tt.ago {
			t.Errorf("%v is %q, %q; want %q, %q", tt.before, short, ago, tt.short, tt.ago)
		}
	}
	for _, unknown := range []time.Time{{}, time.UnixMilli(1 << 60)} {
		if short, ago := duration.Age(now, unknown), duration.Ago(now, unknown); short != "?" || ago != "at an unknown time" {
			t.Errorf("%v is %q, %q", unknown, short, ago)
		}
	}
}

func TestLeft(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration]string{-time.Hour: "now", 30 * time.Second: "now", 90 * time.Minute: "1h", 13 * day: "13d"} {
		if got := duration.Left(now, now.Add(left)); got != want {
			t.Errorf("%v is %q", left, got)
		}
	}
	if got := duration.Left(now, time.Time{}); got != "" {
		t.Errorf("no time is %q", got)
	}
}
