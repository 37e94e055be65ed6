package cli

import (
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/stats"
)

// jsonStats is the stable JSON output of stats.
type jsonStats struct {
	At       string             `json:"at"` // the end of the last week, and of the ages
	All      jsonSummary        `json:"all"`
	Rooms    []jsonRoomStats    `json:"rooms"`
	Inviters []jsonInviterStats `json:"inviters"`
}

type jsonRoomStats struct {
	RoomID string `json:"room_id"`
	Name   string `json:"room_name,omitempty"`
	Alias  string `json:"room_alias,omitempty"`
	// HistoryRead is absent until it is certain which invites of the room are pending.
	HistoryRead bool `json:"history_read,omitempty"`
	jsonSummary
}

type jsonInviterStats struct {
	UserID string `json:"user_id,omitempty"` // absent if it is not known
	jsonSummary
}

// jsonSummary has the figures of some invites. sent is the sum of accepted, pending,
// revoked and malformed.
type jsonSummary struct {
	Sent      int `json:"sent"`
	Accepted  int `json:"accepted"`
	Joined    int `json:"joined"` // accepted by a user who is in the room
	Users     int `json:"users"`  // who accepted; several can accept the same link
	Pending   int `json:"pending"`
	Uncertain int `json:"uncertain"` // pending, but perhaps accepted
	Revoked   int `json:"revoked"`
	Malformed int `json:"malformed"`

	PendingByAge []jsonAge   `json:"pending_by_age"`
	AcceptedIn   []jsonShare `json:"accepted_within"`
	// MedianSeconds is absent if no time is known.
	MedianSeconds *int64     `json:"median_seconds_to_accept,omitempty"`
	Timed         int        `json:"accepted_with_known_times"`
	Weeks         []jsonWeek `json:"weeks"` // the oldest first
}

// jsonAge counts pending invites with an age below a number of days, and not below that
// of the group before. The last two groups have older invites, and invites of unknown
// age.
type jsonAge struct {
	BelowDays int  `json:"below_days,omitempty"`
	Unknown   bool `json:"unknown,omitempty"`
	Invites   int  `json:"invites"`
}

// jsonShare counts the invites that were accepted within a number of days, of those
// that could be accepted for so long. Unknown is of how many of them it is not known
// whether they were accepted in time.
type jsonShare struct {
	Days     int `json:"days"`
	Accepted int `json:"accepted"`
	Unknown  int `json:"unknown"`
	Of       int `json:"of"`
}

// jsonWeek counts the invites that were sent in the seven days before until.
type jsonWeek struct {
	Until    string `json:"until"`
	Sent     int    `json:"sent"`
	Accepted int    `json:"accepted"`
	Pending  int    `json:"pending"`
}

func newJSONStats(s stats.Stats, rooms map[id.RoomID]client.Room, now time.Time) jsonStats {
	j := jsonStats{At: out.Timestamp(now), All: newJSONSummary(s.All, now), Rooms: []jsonRoomStats{}, Inviters: []jsonInviterStats{}}
	for _, r := range s.Rooms {
		room := rooms[r.ID]
		j.Rooms = append(j.Rooms, jsonRoomStats{
			RoomID: string(r.ID), Name: room.Name, Alias: string(room.Alias), HistoryRead: room.Traced, jsonSummary: newJSONSummary(r.Summary, now),
		})
	}
	for _, i := range s.Inviters {
		j.Inviters = append(j.Inviters, jsonInviterStats{UserID: string(i.UserID), jsonSummary: newJSONSummary(i.Summary, now)})
	}
	return j
}

func newJSONSummary(s stats.Summary, now time.Time) jsonSummary {
	j := jsonSummary{
		Sent: s.Sent, Accepted: s.Accepted, Joined: s.Joined, Users: s.Users, Pending: s.Pending, Uncertain: s.Uncertain,
		Revoked: s.Revoked, Malformed: s.Malformed, Timed: s.Timed,
	}
	limits := stats.AgeLimits()
	for n, invites := range s.Ages {
		age := jsonAge{Invites: invites}
		if n < len(limits) {
			age.BelowDays = int(limits[n].Hours() / 24)
		}
		j.PendingByAge = append(j.PendingByAge, age)
	}
	j.PendingByAge = append(j.PendingByAge, jsonAge{Unknown: true, Invites: s.Undated})
	for n, share := range s.Shares {
		j.AcceptedIn = append(j.AcceptedIn, jsonShare{Days: stats.ShareDays()[n], Accepted: share.Accepted, Unknown: share.Unknown, Of: share.Of})
	}
	if s.Timed > 0 {
		seconds := int64(s.Median.Seconds())
		j.MedianSeconds = &seconds
	}
	for n, w := range s.Weeks {
		until := now.AddDate(0, 0, -7*(stats.WeekCount-1-n))
		j.Weeks = append(j.Weeks, jsonWeek{Until: out.Timestamp(until), Sent: w.Sent, Accepted: w.Accepted, Pending: w.Pending})
	}
	return j
}
