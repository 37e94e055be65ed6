package wording_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/wording"
)

func TestSparkline(t *testing.T) {
	for _, tc := range []struct {
		numbers []int
		most    int
		want    string
	}{
		{nil, 5, ""},
		{[]int{0, 0}, 0, "▁▁"},
		{[]int{0, 1, 2, 3, 4, 5, 6}, 6, "▁▂▃▄▅▆▇"},
		{[]int{1, 0, 1000}, 1000, "▂▁▇"},
		{[]int{1, 2}, 2, "▄▇"},
		{[]int{9}, 3, "▇"},
	} {
		if got := wording.Sparkline(tc.numbers, tc.most); got != tc.want {
			t.Errorf("%v of %d: %s, want %s", tc.numbers, tc.most, got, tc.want)
		}
	}
}

func TestSharesAreRoundedButNeverToAllOrNone(t *testing.T) {
	for want, s := range map[string]stats.Share{
		"":        {},
		"0%":      {Of: 3},
		"33%":     {Accepted: 1, Of: 3},
		"67%":     {Accepted: 2, Of: 3},
		"100%":    {Accepted: 3, Of: 3},
		"1%":      {Accepted: 1, Of: 1000},
		"99%":     {Accepted: 999, Of: 1000},
		"30%":     {Accepted: 300, Unknown: 1, Of: 1000},
		"33-67%":  {Accepted: 1, Unknown: 1, Of: 3},
		"0-100%":  {Unknown: 2, Of: 2},
		"50-100%": {Accepted: 1, Unknown: 1, Of: 2},
	} {
		if got := wording.Share(s); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}

func TestStatsLinesNameTheInvitesThatTheyCount(t *testing.T) {
	lines := func(s stats.Summary) string {
		var all []string
		for _, l := range wording.StatsLines(s) {
			all = append(all, l.Label+": "+l.Text)
		}
		return strings.Join(all, "\n")
	}
	full := stats.Summary{
		Sent: 20, Accepted: 5, Users: 9, Pending: 11, Revoked: 3, Malformed: 1, Ages: [5]int{1, 0, 4, 0, 3}, Undated: 3,
		Shares: [3]stats.Share{{Accepted: 1, Unknown: 2, Of: 10}, {Accepted: 1, Of: 1}}, Timed: 3, Median: 26 * time.Hour,
	}
	want := `Sent: 20 (5 accepted by 9 users, 11 pending, 3 revoked, 1 malformed)
Accepted in 1 day: 10-30% of 10 invites (2 unknown)
Accepted in 7 days: 100% of 1 invite
Accepted in 30 days: no invite is that old
Time to accept: 1d2h (median), of 3 invites with known times
Pending by age: under 1d: 1, 7-30d: 4, over 90d: 3, unknown age: 3`
	if d := cmp.Diff(want, lines(full)); d != "" {
		t.Error(d)
	}
	want = `Sent: 1 (1 accepted, 0 pending, 0 revoked)
Accepted in 1 day: no invite is that old
Accepted in 7 days: no invite is that old
Accepted in 30 days: no invite is that old
Time to accept: no time is known
Pending by age: none`
	if d := cmp.Diff(want, lines(stats.Summary{Sent: 1, Accepted: 1, Users: 1})); d != "" {
		t.Error(d)
	}
	if got := lines(stats.Summary{}); !strings.Contains(got, "none was accepted") {
		t.Error(got)
	}
}

func TestMedian(t *testing.T) {
	for want, s := range map[string]stats.Summary{
		"":         {Median: time.Hour},
		"under 1m": {Timed: 1, Median: 59 * time.Second},
		"3h1m":     {Timed: 1, Median: 3*time.Hour + time.Minute + time.Second},
		"1d12h":    {Timed: 1, Median: 36*time.Hour + time.Minute},
		"13d23h":   {Timed: 1, Median: 14*24*time.Hour - time.Hour},
		"2w":       {Timed: 1, Median: 17 * 24 * time.Hour},
		"20y":      {Timed: 1, Median: 20 * 365 * 24 * time.Hour},
	} {
		if got := wording.Median(s); got != want {
			t.Errorf("%v: %q, want %q", s.Median, got, want)
		}
	}
}

func TestStatsNoteIsOnlyForRoomsThatAreNotRead(t *testing.T) {
	if got := wording.StatsNote(stats.Summary{Pending: 3}, 0); got != "" {
		t.Error(got)
	}
	if got := wording.StatsNote(stats.Summary{Pending: 3, Uncertain: 2}, 1); !strings.Contains(got, "1 room ") || !strings.Contains(got, "up to 2 ") {
		t.Error(got)
	}
}
