package cli

import (
	"testing"
	"time"
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
		if got := age(now, now.Add(-tt.ago)); got != tt.want {
			t.Errorf("%v ago is %q, want %q", tt.ago, got, tt.want)
		}
	}
	for _, unknown := range []time.Time{{}, time.UnixMilli(1 << 60)} {
		if got := age(now, unknown); got != "?" {
			t.Errorf("%v is %q", unknown, got)
		}
	}
}

func TestAgesPeopleType(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"30d": 30 * day, "4w": 28 * day, "1.5d": 36 * time.Hour, "90m": 90 * time.Minute, "0d": 0,
		"": -1, "d": -1, "-1d": -1, "-5m": -1, "30": -1, "1e9w": -1, "36500w": -1, "NaNd": -1,
	} {
		var f ageFlag
		if err := f.Set(s); (err != nil) != (want < 0) || (err == nil && time.Duration(f) != want) {
			t.Errorf("%q is %v, %v", s, time.Duration(f), err)
		}
	}
}
