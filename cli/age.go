package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/config"
)

const day = 24 * time.Hour

// age is how long ago something was, in a few letters.
func age(now, t time.Time) string {
	switch d := now.Sub(t); {
	case timestamp(t) == "":
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

// ageCell shows people an age and gives scripts the time.
func ageCell(now, t time.Time) cell {
	return cell{shown: age(now, t), exact: timestamp(t), spoken: spokenAge(now, t)}
}

// spokenAge is how long ago something was, in whole words.
func spokenAge(now, t time.Time) string {
	short := age(now, t)
	n, err := strconv.Atoi(strings.TrimRight(short, "mhdw"))
	switch unit := short[len(short)-1:]; {
	case short == "?":
		return "at an unknown time"
	case err != nil:
		return short // now, or a date
	default:
		return count(n, map[string]string{"m": "minute", "h": "hour", "d": "day", "w": "week"}[unit]) + " ago"
	}
}

// An ageFlag is a flag's value such as 30d.
type ageFlag time.Duration

func (f *ageFlag) Set(s string) error {
	d, err := config.ParseAge(s)
	if err == nil {
		*f = ageFlag(d)
	}
	return err
}

func (f *ageFlag) String() string {
	if *f == 0 {
		return ""
	}
	return time.Duration(*f).String()
}

func (*ageFlag) Type() string { return "age" }
