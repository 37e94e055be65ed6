// Package durationtest has durations as users write them, valid and not, for the
// tests of everything that reads durations.
package durationtest

import "time"

const day = 24 * time.Hour

// Valid returns durations in the grammar of package duration, and what they mean.
func Valid() map[string]time.Duration {
	return map[string]time.Duration{
		"90s": 90 * time.Second, "12h": 12 * time.Hour, "30d": 30 * day, "4w": 28 * day, "6mo": 180 * day, "1y": 365 * day,
		"1d12h": 36 * time.Hour, "1.5d": 36 * time.Hour, "90m": 90 * time.Minute, "30m0s": 30 * time.Minute, "5200w": 36400 * day,
		"1y2mo3w4d5h6m7s": (365+60+21+4)*day + 5*time.Hour + 6*time.Minute + 7*time.Second,
	}
}

// Invalid returns texts that are not durations. Some settings and flags have a meaning
// for no text, so it is not among them.
func Invalid() []string {
	return []string{
		"d", "-1d", "-5m", "+1d", "30", "0", "3x", "1 d", "12h1d", "1h1h", "5M", "1e9w", "36500w", "NaNd", "Infd",
		"1.2.3d", ".d", "1ms", "soon", "1d5",
	}
}
