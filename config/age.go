package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// ErrNoAge says that something is not an age.
var ErrNoAge = errors.New("not an age such as 12h, 30d or 4w")

// ParseAge reads an age such as 30d: the units of package time, days and weeks.
// Otherwise the error is [ErrNoAge].
func ParseAge(s string) (time.Duration, error) {
	const longest = float64(36500 * day) // which a duration can hold
	for unit, d := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if number, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseFloat(number, 64)
			if n *= float64(d); err != nil || !(n >= 0 && n <= longest) { // which NaN is not either
				return 0, ErrNoAge
			}
			return time.Duration(n), nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, ErrNoAge
	}
	return d, nil
}
