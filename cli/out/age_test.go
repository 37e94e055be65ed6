package out

import (
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/config"
)

func TestAgeIsShort(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		ago  time.Duration
		want string
	}{
		{-time.Hour, "now"},
		{59 * time.Second, "now"},
		{time.Minute, "1m"},
		{23*time.Hour + 59*time.Minute, "23h"},
		{13 * day, "13d"},
		{59 * day, "8w"},
		{60 * day, "2026-09-21"},
	} {
		if got := Age(now, now.Add(-tt.ago)); got != tt.want {
			t.Errorf("%v ago is %q, want %q", tt.ago, got, tt.want)
		}
	}
	for _, unknown := range []time.Time{{}, time.UnixMilli(1 << 60)} {
		if got := Age(now, unknown); got != "?" {
			t.Errorf("%v is %q", unknown, got)
		}
	}
}

func TestAgesAreWholeWords(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for ago, want := range map[string]string{"10s": "now", "1m": "1 minute ago", "3h": "3 hours ago", "50h": "2 days ago", "400h": "2 weeks ago", "9000h": "2025-11-10"} {
		d, err := config.ParseAge(ago)
		if err != nil {
			t.Fatal(err)
		}
		if got := SpokenAge(now, now.Add(-d)); got != want {
			t.Errorf("%s: %q, not %q", ago, got, want)
		}
	}
}
