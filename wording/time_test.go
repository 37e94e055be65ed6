package wording_test

import (
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/wording"
)

func TestTimesAreInTheZoneOfTheUser(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	now := time.Date(2026, 11, 26, 11, 40, 0, 0, time.UTC) // 20:40 in Tokyo
	for _, tc := range []struct {
		at              time.Time
		zone            *time.Location
		time, secs, say string
	}{
		{now.Add(-3 * time.Minute), tokyo, "20:37", "20:37:00", "at 20:37"},
		{now.Add(-3 * time.Minute), time.UTC, "11:37", "11:37:00", "at 11:37"},
		{now.Add(-3 * time.Minute), nil, "11:37 UTC", "11:37:00 UTC", "at 11:37 UTC"},
		{now.Add(4 * time.Hour), tokyo, "27 Nov 00:40", "00:40:00", "tomorrow at 00:40"},
		{now.Add(4 * time.Hour), nil, "15:40 UTC", "15:40:00 UTC", "at 15:40 UTC"},
		{now.AddDate(0, 0, -2), tokyo, "24 Nov 20:40", "20:40:00", "on Tuesday, 24 November, at 20:40"},
		{time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC), tokyo, "1 Jan 01:00", "01:00:00", "on Thursday, 1 January, at 01:00"},
		{time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC), nil, "31 Dec 2025 16:00 UTC", "16:00:00 UTC", "on Wednesday, 31 December 2025, at 16:00 UTC"},
	} {
		if got := wording.Time(now, tc.at, tc.zone); got != tc.time {
			t.Errorf("Time of %v in %v is %q, want %q", tc.at, tc.zone, got, tc.time)
		}
		if got := wording.Seconds(tc.at, tc.zone); got != tc.secs {
			t.Errorf("Seconds of %v in %v is %q, want %q", tc.at, tc.zone, got, tc.secs)
		}
		if got := wording.At(now, tc.at, tc.zone); got != tc.say {
			t.Errorf("At of %v in %v is %q, want %q", tc.at, tc.zone, got, tc.say)
		}
	}
	for _, never := range []time.Time{{}, time.UnixMilli(1 << 52)} {
		if got := wording.Time(now, never, tokyo); got != "unknown" {
			t.Errorf("Time of %v is %q", never, got)
		}
	}
}
