package wording

import "time"

// Time formats t for the user. For a time on the same day as now it returns the time
// of day, otherwise also the date, and the year if it is not the year of now. zone is
// the time zone of the user; if it is nil, the time is in UTC, and the text says so.
// For the zero time, and for a year that RFC 3339 does not allow, it returns
// "unknown".
func Time(now, t time.Time, zone *time.Location) string {
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return "unknown"
	}
	now, t = now.In(orUTC(zone)), t.In(orUTC(zone))
	layout := "2 Jan 2006 15:04"
	switch {
	case sameDay(t, now):
		layout = "15:04"
	case t.Year() == now.Year():
		layout = "2 Jan 15:04"
	}
	return t.Format(layout) + suffix(zone)
}

// Seconds formats the time of day with seconds, without the date. zone is as in
// [Time].
func Seconds(t time.Time, zone *time.Location) string {
	return t.In(orUTC(zone)).Format(time.TimeOnly) + suffix(zone)
}

// At formats a future time for use in a sentence: "at 15:04", "tomorrow at 15:04"
// or "on Monday, 2 January, at 15:04". zone is as in [Time].
func At(now, t time.Time, zone *time.Location) string {
	now, t = now.In(orUTC(zone)), t.In(orUTC(zone))
	layout := "on Monday, 2 January 2006, at 15:04"
	switch {
	case sameDay(t, now):
		layout = "at 15:04"
	case sameDay(t, now.AddDate(0, 0, 1)):
		layout = "tomorrow at 15:04"
	case t.Year() == now.Year():
		layout = "on Monday, 2 January, at 15:04"
	}
	return t.Format(layout) + suffix(zone)
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// suffix names the time zone if it is not that of the user.
func suffix(zone *time.Location) string {
	if zone == nil {
		return " UTC"
	}
	return ""
}
