package out

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Age is how long ago something was, in a few letters.
func Age(now, t time.Time) string {
	switch d := now.Sub(t); {
	case Timestamp(t) == "":
		return "?"
	case d < time.Minute: // or by a clock that is ahead of ours
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < day:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d < 14*day:
		return fmt.Sprintf("%dd", d/day)
	case d < 60*day:
		return fmt.Sprintf("%dw", d/(7*day))
	default:
		return t.UTC().Format(time.DateOnly)
	}
}

// AgeCell shows people an age and gives scripts the time.
func AgeCell(now, t time.Time) Cell {
	return Cell{Shown: Age(now, t), Exact: Timestamp(t), Spoken: SpokenAge(now, t)}
}

// SpokenAge is how long ago something was, in whole words.
func SpokenAge(now, t time.Time) string {
	short := Age(now, t)
	n, err := strconv.Atoi(strings.TrimRight(short, "mhdw"))
	switch unit := short[len(short)-1:]; {
	case short == "?":
		return "at an unknown time"
	case err != nil:
		return short // now, or a date
	default:
		return Count(n, map[string]string{"m": "minute", "h": "hour", "d": "day", "w": "week"}[unit]) + " ago"
	}
}
