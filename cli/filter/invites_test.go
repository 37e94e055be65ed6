package filter

import (
	"testing"
	"time"
)

func TestOlderThanParsesDurations(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"30d": 30 * 24 * time.Hour, "4w": 28 * 24 * time.Hour, "1.5d": 36 * time.Hour, "90m": 90 * time.Minute, "0d": 0,
		"90s": 90 * time.Second, "6mo": 180 * 24 * time.Hour, "1y": 365 * 24 * time.Hour, "1d12h": 36 * time.Hour,
		"": -1, "d": -1, "-1d": -1, "-5m": -1, "30": -1, "1e9w": -1, "36500w": -1, "NaNd": -1,
	} {
		var f age
		if err := f.Set(s); (err != nil) != (want < 0) || (err == nil && time.Duration(f) != want) {
			t.Errorf("%q is %v, %v", s, time.Duration(f), err)
		}
	}
}
