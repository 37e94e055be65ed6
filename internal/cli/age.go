package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
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
func ageCell(now, t time.Time) cell { return cell{shown: age(now, t), exact: timestamp(t)} }

// An ageFlag is a flag's value such as 30d: the units of package time, days and
// weeks.
type ageFlag time.Duration

var errNoAge = errors.New("not an age such as 12h, 30d or 4w")

func (f *ageFlag) Set(s string) error {
	for unit, d := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if number, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseFloat(number, 64)
			if err != nil || !(n >= 0 && n <= 36500) { // which NaN is not either
				return errNoAge
			}
			*f = ageFlag(n * float64(d))
			return nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return errNoAge
	}
	*f = ageFlag(d)
	return nil
}

func (f *ageFlag) String() string {
	if *f == 0 {
		return ""
	}
	return time.Duration(*f).String()
}

func (*ageFlag) Type() string { return "age" }
