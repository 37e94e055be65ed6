package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/filter"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/internal/chart"
	"github.com/mxinvite/mxinvite/wording"
)

type statsOptions struct {
	*host.Program

	which    filter.Origin
	inviters bool // a row for each inviter instead of each room
	as       outputFlags
}

func newStats(a *host.Program) *cobra.Command {
	o := statsOptions{Program: a}
	c := &cobra.Command{
		Use:   "stats [ROOM]",
		Short: "Show how many invites were accepted, and how fast",
		Long: "Show how many of the third-party invites of a room, or of all your rooms, were\n" +
			"accepted, and how fast. ROOM is an alias, a name or an ID.\n\n" +
			"A share such as \"within 30 days\" is that of the invites that were sent at\n" +
			"least 30 days ago, without malformed ones and those that were revoked before\n" +
			"the 30 days passed. If it is not known whether some of them were accepted in\n" +
			"time, the share is a range. An accepted invite counts also if its user has\n" +
			"not joined yet, or has left. The median is\n" +
			"that of the accepted invites with known times. Homeservers claim the times;\n" +
			"those that cannot be right count as unknown. A link counts once, also if\n" +
			"several users accepted it. An invite that was sent again is a new invite, and\n" +
			"the old one is revoked.\n\n" +
			"The last column shows how many invites were sent in each of the last " + strconv.Itoa(shownWeeks) + "\n" +
			"weeks. The highest block is the largest number of invites in a week in any row.\n\n" +
			"With --output it draws them as charts: the invites of the last " + strconv.Itoa(stats.WeekCount) + " weeks by\n" +
			"status, and the rooms or inviters with the most invites.",
		Example: "  mxinvite stats\n" +
			"  mxinvite stats '#ops' --by me\n" +
			"  mxinvite stats --inviters\n" +
			"  mxinvite stats --json\n" +
			"  mxinvite stats '#ops' --output stats.svg",
		Args: fail.Args(0, 1),
		PreRunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.as.output == "":
				return nil
			case o.JSON:
				return fail.Usage(c, errors.New("--json and --output cannot be used together"))
			case chart.FormatOf(o.as.output) == "":
				return fail.Usage(c, errors.New("--output needs a file that ends with .png or .svg"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.which.Rooms = append(o.which.Rooms, args...)
			return runStats(c.Context(), o)
		},
	}
	f := c.Flags()
	o.which.AddFlags(f)
	o.as.addFlags(f, "draw a picture into `FILE`, which ends with .png or .svg")
	f.BoolVar(&o.inviters, "inviters", false, "a row for each inviter instead of each room")
	return c
}

// shownWeeks is the number of weeks in the tables.
const shownWeeks = 8

func runStats(ctx context.Context, o statsOptions) error {
	account, err := o.Account(ctx)
	if err != nil {
		return err
	}
	rooms, err := filter.FindRooms(account, o.which.Rooms)
	if err != nil {
		return err
	}
	now := o.Now()
	found := stats.Of(stats.Each(o.which.Select(account, rooms)), func(room id.RoomID) bool { return rooms[room].Traced }, now)
	if o.JSON {
		return o.WriteJSON(newJSONStats(found, rooms, now))
	}
	if found.All.Sent == 0 {
		o.Note("There are no such invites.")
		return nil
	}
	note := wording.StatsNote(found.All, found.Untraced)
	if note != "" {
		o.Note("%s", note)
	}
	if o.as.output != "" {
		return o.writePicture(ctx, found, rooms, note)
	}
	if o.OutTTY || o.Conversation != nil {
		t := &out.Table{Columns: make([]out.Column, 2)}
		for _, line := range wording.StatsLines(found.All) {
			t.Add(out.Cell{Shown: line.Label, Role: out.Faint}, out.Text(line.Text))
		}
		if err := o.WriteTable(t); err != nil {
			return err
		}
		fmt.Fprintln(o.Out)
	}
	return o.WriteTable(o.table(found, rooms, account.UserID()))
}

// table has a row for each room or each inviter.
func (o *statsOptions) table(found stats.Stats, rooms map[id.RoomID]client.Room, me id.UserID) *out.Table {
	of := "room"
	if o.inviters {
		of = "inviter"
	}
	t := &out.Table{Columns: []out.Column{
		{Title: strings.ToUpper(of), Yields: true},
		{}, // the name of the room, for scripts
		{Title: "SENT"},
		{Title: "ACCEPTED"},
		{Title: "PENDING"},
		{Title: "REVOKED"},
		{}, // the number of malformed invites, for scripts
		{Title: "30 DAYS"},
		{Title: "MEDIAN"},
		{Title: fmt.Sprint(shownWeeks, " WEEKS")},
		{},
		{},
		{},
		{},
		{},
		{}, // more numbers, for scripts
	}, Of: of}
	if o.inviters {
		most := stats.MostInAWeek(found.Inviters, shownWeeks)
		for _, i := range found.Inviters {
			who := out.UserCell(i.UserID, me)
			if i.UserID == "" {
				who.Shown, who.Role = inviterName(""), out.Faint
			}
			t.Add(append([]out.Cell{who, {}}, figures(i.Summary, most)...)...)
		}
		return t
	}
	most := stats.MostInAWeek(found.Rooms, shownWeeks)
	for _, r := range found.Rooms {
		room := rooms[r.ID]
		t.Add(append([]out.Cell{{Shown: room.Label(), Exact: string(r.ID)}, {Exact: room.Name}}, figures(r.Summary, most)...)...)
		t.Call(string(r.ID))
	}
	return t
}

// inviterName returns the name of an inviter, who may not be known.
func inviterName(user id.UserID) string { return cmp.Or(string(user), "not known") }

// figures returns the cells of a row after the name. most is the number of invites for
// the highest block of a sparkline.
func figures(s stats.Summary, most int) []out.Cell {
	number := func(n int) out.Cell { return out.Text(strconv.Itoa(n)) }
	exact := func(n int) out.Cell { return out.Cell{Exact: strconv.Itoa(n)} }
	pending, median := number(s.Pending), out.Cell{Shown: wording.Median(s)}
	if s.Uncertain > 0 {
		pending.Shown += "?"
		pending.Spoken = fmt.Sprintf("%d, of which %d are not certain", s.Pending, s.Uncertain)
	}
	if s.Timed > 0 {
		median.Exact = strconv.Itoa(int(s.Median.Seconds()))
	}
	weeks, month := s.SentByWeek(shownWeeks), s.Shares[len(s.Shares)-1]
	var numbers []string
	for _, n := range weeks {
		numbers = append(numbers, strconv.Itoa(n))
	}
	return []out.Cell{
		number(s.Sent), number(s.Accepted), pending, number(s.Revoked), exact(s.Malformed),
		{Shown: wording.Share(month), Exact: strconv.Itoa(month.Accepted)},
		median,
		{Shown: wording.Sparkline(weeks, most), Exact: strings.Join(numbers, " "), Spoken: strings.Join(numbers, ", ")},
		exact(s.Joined), exact(s.Users), exact(s.Uncertain), exact(month.Unknown), exact(month.Of), exact(s.Timed),
	}
}
