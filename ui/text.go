package ui

import (
	"fmt"
	"strings"
	"time"
)

// nameWidth is how much of a stranger's name stands in a sentence of ours: a
// longer one could say what we do not.
const nameWidth = 48

// age is how long ago something was, in two or three letters.
func age(now, t time.Time) string {
	d := now.Sub(t)
	const day = 24 * time.Hour
	switch {
	case t.IsZero():
		return "?"
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < day:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d < 14*day:
		return fmt.Sprintf("%dd", d/day)
	case d < 60*day:
		return fmt.Sprintf("%dw", d/(7*day))
	case d < 2*365*day:
		return fmt.Sprintf("%dmo", d/(30*day))
	default:
		return fmt.Sprintf("%dy", d/(365*day))
	}
}

// ago is the same in words.
func ago(now, t time.Time) string {
	short := age(now, t)
	switch short {
	case "now":
		return "just now"
	case "?":
		return "at an unknown time"
	}
	units := []struct{ letter, word string }{{"mo", "month"}, {"m", "minute"}, {"h", "hour"}, {"d", "day"}, {"w", "week"}, {"y", "year"}}
	for _, u := range units {
		if n, ok := strings.CutSuffix(short, u.letter); ok {
			return count(n, u.word) + " ago"
		}
	}
	return short
}

// count is a number and a word that agrees with it.
func count(n any, word string) string {
	s := fmt.Sprint(n)
	if s != "1" {
		word += "s"
	}
	return s + " " + word
}

// moment is a point in time for reading.
func moment(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Format("2006-01-02 15:04")
}
