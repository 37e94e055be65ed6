package cli

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/internal/chart"
	"github.com/mxinvite/mxinvite/wording"
)

// The largest number of rooms or inviters in a picture, and the smallest number of
// weeks.
const (
	mostBars    = 12
	fewestWeeks = 8
)

// writePicture writes the statistics as charts to the file of --output. note is what is
// not known; it may be empty.
func (o *statsOptions) writePicture(ctx context.Context, found stats.Stats, rooms map[id.RoomID]client.Room, note string) error {
	picture := chart.Picture{Charts: []chart.Chart{weeksChart(found.All, o.Now(), o.Location), o.rowsChart(found, rooms)}}
	for _, l := range wording.StatsLines(found.All) {
		picture.Lines = append(picture.Lines, l.Label+": "+l.Text)
	}
	if note != "" {
		picture.Lines = append(picture.Lines, note)
	}
	data, err := picture.Draw(chart.FormatOf(o.as.output))
	if err == nil {
		err = o.as.writeFile(ctx, o.Program, "the statistics", data)
	}
	if err == nil {
		o.Note("Statistics of %s written to %s.", out.Count(found.All.Sent, "invite"), o.as.output)
	}
	return err
}

func seriesNames() []string { return []string{"accepted", "pending", "revoked or malformed"} }

// weeksChart has a bar for each week, from the first in which an invite was sent.
func weeksChart(all stats.Summary, now time.Time, zone *time.Location) chart.Chart {
	c := chart.Chart{Title: "Invites by the week in which they were sent", Series: seriesNames()}
	if zone == nil {
		zone = time.UTC
	}
	for n, w := range all.Weeks {
		left := stats.WeekCount - n // weeks until now
		if w.Sent == 0 && len(c.Bars) == 0 && left > fewestWeeks {
			continue
		}
		c.Bars = append(c.Bars, chart.Bar{
			Label:  now.In(zone).AddDate(0, 0, -7*left).Format("2 Jan"),
			Values: []int{w.Accepted, w.Pending, w.Sent - w.Accepted - w.Pending},
		})
	}
	return c
}

// rowsChart has a bar for each room or inviter with the most invites.
func (o *statsOptions) rowsChart(found stats.Stats, rooms map[id.RoomID]client.Room) chart.Chart {
	c := chart.Chart{Title: "Rooms", Series: seriesNames(), Horizontal: true}
	total := len(found.Rooms)
	add := func(name string, s stats.Summary) {
		c.Bars = append(c.Bars, chart.Bar{Label: name, Values: []int{s.Accepted, s.Pending, s.Revoked + s.Malformed}})
	}
	if o.inviters {
		c.Title, total = "Inviters", len(found.Inviters)
		for _, i := range found.Inviters[:min(total, mostBars)] {
			add(inviterName(i.UserID), i.Summary)
		}
	} else {
		for _, r := range found.Rooms[:min(total, mostBars)] {
			add(rooms[r.ID].Name, r.Summary)
		}
	}
	if total > mostBars {
		c.Title += fmt.Sprintf(": the %d of %d with the most invites", mostBars, total)
	}
	return c
}
