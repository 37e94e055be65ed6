package wording

import "time"

// Time is a time for reading: the time of day for a time of today, the day too for
// another day, and the year too for another year than that of now. It is in the time
// zone of the user. If that is not known (nil), it is in UTC, and says so. A time that
// is not known, or in a year that RFC 3339 cannot write, is "unknown".
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

// Seconds is the time of day with its seconds, of a time that is near, in a time
// zone as of [Time].
func Seconds(t time.Time, zone *time.Location) string {
	return t.In(orUTC(zone)).Format(time.TimeOnly) + suffix(zone)
}

// At says in a sentence when something will happen: "at 15:04", "tomorrow at 15:04"
// or "on Monday, 2 January, at 15:04", in a time zone as of [Time].
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
