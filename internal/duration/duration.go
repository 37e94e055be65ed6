// Package duration reads and writes durations such as 30d, and ages of things in
// the same units.
package duration

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	day   = 24 * time.Hour
	week  = 7 * day
	month = 30 * day
	year  = 365 * day

	// longest is what is accepted at most, so that nothing overflows.
	longest = 100 * year
)

// A unit is what a number counts. A month has 30 days and a year 365.
type unit struct {
	name, word string
	is         time.Duration
}

// units are all units, the longest first.
func units() []unit {
	return []unit{
		{"y", "year", year},
		{"mo", "month", month},
		{"w", "week", week},
		{"d", "day", day},
		{"h", "hour", time.Hour},
		{"m", "minute", time.Minute},
		{"s", "second", time.Second},
	}
}

// Examples shows the grammar to users.
const Examples = "90s, 12h, 30d, 4w, 6mo, 1y or 1d12h"

// ErrSyntax is the error of [Parse]. It names the grammar.
var ErrSyntax = errors.New("not an age such as " + Examples)

// Parse reads a duration: numbers, each with a unit, the longest unit first. The
// units are s, m, h, d, w, mo (30 days) and y (365 days). A number may have
// decimals. The longest duration is 100 years. The error is [ErrSyntax].
func Parse(s string) (time.Duration, error) {
	if s == "" {
		return 0, ErrSyntax
	}
	var sum float64
	for _, u := range units() {
		number, rest := cutNumber(s)
		name := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))]
		if name != u.name {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return 0, ErrSyntax
		}
		sum += n * float64(u.is)
		s = rest[len(name):]
	}
	if s != "" || sum > float64(longest) {
		return 0, ErrSyntax
	}
	return time.Duration(sum), nil
}

// cutNumber cuts a number, which may have decimals, off the beginning of s.
func cutNumber(s string) (number, rest string) {
	rest = strings.TrimLeft(s, "0123456789.")
	return s[:len(s)-len(rest)], rest
}

// Format writes a duration, which is not negative, in the grammar of [Parse]: days,
// hours, minutes and seconds. What is less than a second is left out.
func Format(d time.Duration) string {
	if d < time.Second {
		return "0s"
	}
	var b strings.Builder
	for _, u := range units() {
		if n := d / u.is; n > 0 && u.is <= day {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d %= u.is
		}
	}
	return b.String()
}

// Age is how long before now t was, in its longest fitting unit, such as 5d or
// 3mo. It is "now" below a minute, and for a time in the future; it is "?" for a
// time that is not known.
func Age(now, t time.Time) string {
	n, u, ok := round(now, t)
	switch {
	case !ok:
		return "?"
	case n == 0:
		return "now"
	default:
		return strconv.Itoa(n) + u.name
	}
}

// Ago is [Age] in words, such as "5 days ago".
func Ago(now, t time.Time) string {
	n, u, ok := round(now, t)
	switch {
	case !ok:
		return "at an unknown time"
	case n == 0:
		return "just now"
	case n == 1:
		return "1 " + u.word + " ago"
	default:
		return fmt.Sprintf("%d %ss ago", n, u.word)
	}
}

// round is how long before now t was, in one unit; 0 is below a minute. It reports
// false if t is not known: zero, or a year that RFC 3339 cannot write.
func round(now, t time.Time) (n int, u unit, ok bool) {
	if t.IsZero() || t.Year() > 9999 || t.Year() < 0 {
		return 0, unit{}, false
	}
	d := now.Sub(t)
	if d < time.Minute { // or by a clock that is ahead of ours
		return 0, unit{}, true
	}
	// From how much on each unit is used: 13d says more than 1w.
	from := map[string]time.Duration{"y": 2 * year, "mo": 60 * day, "w": 14 * day}
	for _, u := range units() {
		if d >= max(u.is, from[u.name]) {
			return int(d / u.is), u, true
		}
	}
	return 0, unit{}, true
}
