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

	// longest is the longest duration that is accepted, so that nothing overflows.
	longest = 100 * year
)

// A unit is a unit of time. A month has 30 days and a year 365.
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

// Examples is a text for users that shows the grammar.
const Examples = "90s, 12h, 30d, 4w, 6mo, 1y or 1d12h"

// ErrSyntax is the error of [Parse]. Its text describes the grammar.
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

// cutNumber splits off the number, which may have decimals, at the beginning of s.
func cutNumber(s string) (number, rest string) {
	rest = strings.TrimLeft(s, "0123456789.")
	return s[:len(s)-len(rest)], rest
}

// Format writes a duration in the grammar of [Parse]: days, hours, minutes and seconds.
// d must not be negative. Fractions of a second are omitted.
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

// Age returns the time from t to now in its longest unit, such as 5d or 3mo. It returns
// "now" for less than a minute and for a time in the future, and "?" if t is not known.
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

// Left returns the time from now to t in the same form; it is empty if t is zero, and
// "now" after t.
func Left(now, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Age(t, now)
}

// Ago returns [Age] in words, such as "5 days ago".
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

// round returns the time from t to now in one unit; 0 for less than a minute. It
// returns false if t is not known: it is zero, or its year cannot be written in RFC
// 3339.
func round(now, t time.Time) (n int, u unit, ok bool) {
	if t.IsZero() || t.Year() > 9999 || t.Year() < 0 {
		return 0, unit{}, false
	}
	d := now.Sub(t)
	if d < time.Minute { // or sent by a clock that is ahead
		return 0, unit{}, true
	}
	// The smallest duration for each unit: 13d is more precise than 1w.
	from := map[string]time.Duration{"y": 2 * year, "mo": 60 * day, "w": 14 * day}
	for _, u := range units() {
		if d >= max(u.is, from[u.name]) {
			return int(d / u.is), u, true
		}
	}
	return 0, unit{}, true
}
