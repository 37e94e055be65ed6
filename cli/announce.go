package cli

import (
	"fmt"
	"time"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// shownEach is how many people of a group are named where the group is large.
const shownEach = 20

// announce says what will happen, before a person is asked or for a dry run.
func (o sendOptions) announce(p *preview, last time.Time, asking bool) {
	say := o.Note
	if asking {
		say = o.Message
	}
	group := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		say("  %d %s:", len(lines), title)
		for n, line := range lines {
			if n == shownEach && len(lines) > shownEach+1 {
				say("    and %d more", len(lines)-n)
				break
			}
			say("    %s", line)
		}
	}
	if len(p.rooms) > 1 {
		say("%s, %d rooms: %s.", persons(len(o.list.Recipients)), len(p.rooms), out.Count(p.open(), "invite"))
	}
	for _, room := range p.rooms {
		if err := (client.Plan{Room: room}).Err(); err != nil {
			say("Not to %s (%s): %s.", out.Cut(room.Name, out.NameWidth), string(room.ID), out.Cut(err.Error(), 2*out.NameWidth))
			continue
		}
		say("To %s (%s):", out.Cut(room.Name, out.NameWidth), string(room.ID))
		for _, g := range deliveryGroups() {
			group(g.of(p, room))
		}
	}
	var problems, repeats []string
	for _, r := range p.problems {
		problems = append(problems, fmt.Sprintf("line %d: %s", r.Line, problemLine(r)))
	}
	for _, r := range p.repeats {
		repeats = append(repeats, fmt.Sprintf("%s in line %d, first in line %d", r.Invitee, r.Line, r.First))
	}
	group("not understood", problems)
	group("repeated, and meant once", repeats)
	if now := o.Now(); p.open() > 0 && last.After(now) {
		say("The last one goes at %s.", out.Clock(now, last))
	}
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func problemLine(p recipients.Problem) string {
	if p.Text == "" {
		return p.Err.Error()
	}
	return p.Text + " (" + p.Err.Error() + ")"
}

// A deliveryGroup is the deliveries with the same outcome.
type deliveryGroup struct {
	title    string
	byServer bool // whose name follows
	has      func(*delivery) bool
	line     func(*delivery) string
}

// of are the title and the lines of a group in a room.
func (g deliveryGroup) of(p *preview, room client.Room) (title string, lines []string) {
	server := ""
	for _, d := range p.deliveries {
		if d.Room.ID == room.ID && g.has(d) {
			server = d.Server
			lines = append(lines, g.line(d))
		}
	}
	if g.byServer {
		return g.title + server, lines
	}
	return g.title, lines
}

// deliveryGroups are all there are; a delivery is in one.
func deliveryGroups() []deliveryGroup {
	return []deliveryGroup{
		{
			"will get a mail from ", true,
			func(d *delivery) bool { return d.open() && d.UserID == "" && len(d.Similar) == 0 },
			(*delivery).named,
		},
		{
			"invited on Matrix", false,
			func(d *delivery) bool { return d.open() && d.byUserID() },
			(*delivery).named,
		},
		{
			"on Matrix already, invited there without a mail", false,
			func(d *delivery) bool { return d.open() && d.UserID != "" && !d.byUserID() },
			(*delivery).known,
		},
		{
			"will get a mail though they may have an invite, from ", true,
			func(d *delivery) bool { return d.open() && d.UserID == "" && len(d.Similar) > 0 },
			func(d *delivery) string { return d.pending().Error() },
		},
		{
			"left out, for they seem to be invited (--again invites them)", false,
			func(d *delivery) bool { return fail.Is[*client.PendingError](d.err) },
			func(d *delivery) string { return d.err.Error() },
		},
		{
			"on the way already", false,
			func(d *delivery) bool { return d.outcome == queued },
			(*delivery).named,
		},
		{
			"the same user as another in the list, invited once", false,
			func(d *delivery) bool { return d.outcome == repeated },
			func(d *delivery) string {
				return fmt.Sprintf("%s is %s, listed as %s", d.Address.Address, d.UserID, d.SameAs)
			},
		},
		{
			"in the room already", false,
			func(d *delivery) bool { return d.is("join") },
			(*delivery).known,
		},
		{
			"invited to the room already", false,
			func(d *delivery) bool { return d.is("invite") },
			(*delivery).known,
		},
		{
			"banned from the room", false,
			func(d *delivery) bool { return d.is("ban") },
			(*delivery).known,
		},
	}
}

// byUserID reports whether the person was named by a Matrix ID.
func (d *delivery) byUserID() bool { return d.Address.Address == "" }

// named is the person as they were named, and what else the list calls them.
func (d *delivery) named() string {
	if d.Name == "" {
		return d.Invitee().String()
	}
	return fmt.Sprintf("%s (%s)", d.Invitee(), out.Cut(d.Name, out.NameWidth))
}

// known is the person with the Matrix ID that the address belongs to.
func (d *delivery) known() string {
	if d.byUserID() {
		return d.named()
	}
	return fmt.Sprintf("%s is %s", d.Address.Address, d.UserID)
}
