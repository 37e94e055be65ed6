package wording

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/internal/duration"
)

// Sparkline draws numbers as a row of blocks: the lowest means 0, and the highest most.
// No block is a full one, which would touch the blocks of the row above.
func Sparkline(numbers []int, most int) string {
	blocks := []rune("▁▂▃▄▅▆▇")
	var b strings.Builder
	for _, n := range numbers {
		height := 0
		if n > 0 && most > 0 {
			top := len(blocks) - 1
			height = min(top, (n*top+most-1)/most) // 1 is not 0
		}
		b.WriteRune(blocks[height])
	}
	return b.String()
}

// Share formats a share in percent; as a range if it is not known exactly. It is empty
// for the share of no invites.
func Share(s stats.Share) string {
	least, most := s.Range()
	switch {
	case s.Of == 0:
		return ""
	case s.Unknown == 0, percent(least) == percent(most):
		return fmt.Sprintf("%d%%", percent(least))
	}
	return fmt.Sprintf("%d-%d%%", percent(least), percent(most))
}

// percent rounds a percentage. Only all is 100, and only none is 0.
func percent(p float64) int {
	switch {
	case p <= 0:
		return 0
	case p >= 100:
		return 100
	}
	return min(99, max(1, int(math.Round(p))))
}

// twoUnits is the time up to which a median is written with two units, such as 1d12h.
const twoUnits = 14 * 24 * time.Hour

// unitOf returns the unit to which a median is rounded.
func unitOf(median time.Duration) time.Duration {
	if median < 24*time.Hour {
		return time.Minute
	}
	return time.Hour
}

// Median formats the median time to accept. It is empty if it is not known.
func Median(s stats.Summary) string {
	switch {
	case s.Timed == 0:
		return ""
	case s.Median < time.Minute:
		return "under 1m"
	}
	if s.Median < twoUnits {
		return duration.Format(s.Median.Round(unitOf(s.Median)))
	}
	now := time.Unix(0, 0)
	return duration.Age(now, now.Add(-s.Median))
}

// A StatsLine is a line of the statistics of some invites.
type StatsLine struct {
	Label, Text string
	Share       *stats.Share // nil if the line is not about a share
	Minor       bool         // the line is left out where there is little space
}

// StatsLines describes the statistics of some invites: how many there are by status, how
// many were accepted in time, and the ages of the others. Each line names the invites that it counts.
func StatsLines(s stats.Summary) []StatsLine {
	lines := []StatsLine{{Label: "Sent", Text: sentText(s)}}
	for n, days := range stats.ShareDays() {
		share := &s.Shares[n]
		lines = append(lines, StatsLine{Label: "Accepted in " + count(days, "day"), Text: shareText(*share), Share: share, Minor: n < len(s.Shares)-1})
	}
	return append(lines, StatsLine{Label: "Time to accept", Text: medianText(s)}, StatsLine{Label: "Pending by age", Text: pendingText(s), Minor: true})
}

func sentText(s stats.Summary) string {
	accepted := fmt.Sprintf("%d accepted", s.Accepted)
	if s.Users > s.Accepted {
		accepted += fmt.Sprintf(" by %d users", s.Users)
	}
	parts := []string{accepted, fmt.Sprintf("%d pending", s.Pending), fmt.Sprintf("%d revoked", s.Revoked)}
	if s.Malformed > 0 {
		parts = append(parts, fmt.Sprintf("%d malformed", s.Malformed))
	}
	return fmt.Sprintf("%d (%s)", s.Sent, strings.Join(parts, ", "))
}

func shareText(s stats.Share) string {
	if s.Of == 0 {
		return "no invite is that old"
	}
	text := fmt.Sprintf("%s of %s", Share(s), count(s.Of, "invite"))
	if s.Unknown > 0 {
		text += fmt.Sprintf(" (%d unknown)", s.Unknown)
	}
	return text
}

func medianText(s stats.Summary) string {
	switch {
	case s.Accepted == 0:
		return "none was accepted"
	case s.Timed == 0:
		return "no time is known"
	}
	return fmt.Sprintf("%s (median), of %s with known times", Median(s), count(s.Timed, "invite"))
}

func pendingText(s stats.Summary) string {
	if s.Pending == 0 {
		return "none"
	}
	var parts []string
	for n, name := range AgeGroups() {
		if count := slices.Concat(s.Ages[:], []int{s.Undated})[n]; count > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", name, count))
		}
	}
	return strings.Join(parts, ", ")
}

// AgeGroups returns the names of the groups of [stats.Summary.Ages], and that of the
// invites without a known age.
func AgeGroups() []string {
	limits := stats.AgeLimits()
	names := []string{"under " + duration.Format(limits[0])}
	for n := 1; n < len(limits); n++ {
		names = append(names, strings.TrimSuffix(duration.Format(limits[n-1]), "d")+"-"+duration.Format(limits[n]))
	}
	return append(names, "over "+duration.Format(limits[len(limits)-1]), "unknown age")
}

// StatsNote says what is not known of some invites; empty if everything is known.
// rooms is the number of rooms whose history is not read yet.
func StatsNote(s stats.Summary, rooms int) string {
	if s.Uncertain == 0 || rooms == 0 {
		return ""
	}
	return fmt.Sprintf("The history of %s is not read yet: up to %d of the pending invites may have been accepted.", count(rooms, "room"), s.Uncertain)
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
