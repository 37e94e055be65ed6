package cli

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// A preview is what sending to a list of people will do, before anything is sent.
type preview struct {
	room       client.Room
	deliveries []*delivery // in the order of the list
	problems   []recipients.Problem
	repeats    []recipients.Repeat
}

// preview sorts plans into those to be sent and those not. Without a word about
// it nobody is mailed again who seems to have an invite; but where nothing else
// was asked for and a person can be asked, they are.
func (o sendOptions) preview(room client.Room, plans []client.Plan, asking bool) *preview {
	p := &preview{room: room, problems: o.list.Problems, repeats: o.list.Repeats}
	for _, plan := range plans {
		d := &delivery{Plan: plan, attempt: attempt{outcome: planned}}
		switch err := plan.Err(); {
		case err != nil:
			d.fail(err)
		case plan.Queued:
			d.outcome = queued
		}
		p.deliveries = append(p.deliveries, d)
	}
	onlyAgain := !slices.ContainsFunc(p.deliveries, func(d *delivery) bool { return d.open() && len(d.Similar) == 0 })
	if o.again || asking && onlyAgain {
		return p
	}
	for _, d := range p.deliveries {
		if d.open() && len(d.Similar) > 0 {
			d.fail(d.pending())
		}
	}
	return p
}

// plans are those that are to be sent.
func (p *preview) plans() []client.Plan {
	var plans []client.Plan
	for _, d := range p.deliveries {
		if d.open() {
			plans = append(plans, d.Plan)
		}
	}
	return plans
}

func (p *preview) open() int { return len(p.plans()) }

// question asks for everything that announce has said.
func (p *preview) question() string {
	invites, again := p.open(), 0
	for _, d := range p.deliveries {
		if d.open() {
			again += min(1, len(d.Similar))
		}
	}
	q := "Send the invite"
	if invites > 1 {
		q = fmt.Sprintf("Send %d invites", invites)
	}
	switch again {
	case 0:
		return q + "?"
	case invites:
		return q + " all the same?"
	}
	return fmt.Sprintf("%s, %d of them perhaps not the first?", q, again)
}

// wanted is how many are to be sent or on their way.
func (p *preview) wanted() int {
	n := 0
	for _, d := range p.deliveries {
		if d.err == nil {
			n++
		}
	}
	return n
}

// waiting is how many of them still wait in the outbox, or are being sent.
func (p *preview) waiting(outbox client.Outbox) int {
	out := map[delivered]bool{}
	for _, i := range outbox.Items {
		if i.State == client.ItemQueued || i.State == client.ItemSending {
			out[delivered{i.Room, i.Address}] = true
		}
	}
	n := 0
	for _, d := range p.deliveries {
		if d.err == nil && out[delivered{d.Room.ID, d.Address}] {
			n++
		}
	}
	return n
}

// settle takes in what has become of the deliveries in the outbox.
func (p *preview) settle(outbox client.Outbox) {
	latest := map[delivered]client.Item{}
	for _, i := range outbox.Items {
		latest[delivered{i.Room, i.Address}] = i
	}
	for _, d := range p.deliveries {
		if i, ok := latest[delivered{d.Room.ID, d.Address}]; ok && d.err == nil {
			d.take(i)
		}
	}
}

// delivered is to whom an invite goes.
type delivered struct {
	room    id.RoomID
	address identity.ThreePID
}

// shownEach is how many people of a group are named where the group is large.
const shownEach = 20

// announce says what will happen. Whoever is asked has to know.
func (o sendOptions) announce(p *preview, last time.Time, asking bool) {
	say := o.say
	if asking {
		say = o.tell
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
	say("To %s (%s):", cut(p.room.Name, nameWidth), string(p.room.ID))
	for _, g := range deliveryGroups() {
		var lines []string
		server := ""
		for _, d := range p.deliveries {
			if g.has(d) {
				lines = append(lines, g.line(d))
				server = d.Server
			}
		}
		title := g.title
		if g.byServer {
			title += server
		}
		group(title, lines)
	}
	var problems, repeats []string
	for _, r := range p.problems {
		problems = append(problems, fmt.Sprintf("line %d: %s", r.Line, problemLine(r)))
	}
	for _, r := range p.repeats {
		repeats = append(repeats, fmt.Sprintf("%s in line %d, first in line %d", r.Address.Address, r.Line, r.First))
	}
	group("cannot be read as an address", problems)
	group("repeated, and meant once", repeats)
	if now := o.Now(); p.open() > 0 && last.After(now) {
		say("The last one goes at %s.", clock(now, last))
	}
}

func problemLine(p recipients.Problem) string {
	if p.Text == "" {
		return p.Err.Error()
	}
	return p.Text + " (" + p.Err.Error() + ")"
}

// A deliveryGroup is those to whom the same happens.
type deliveryGroup struct {
	title    string
	byServer bool // whose name follows
	has      func(*delivery) bool
	line     func(*delivery) string
}

// deliveryGroups are all there are; a delivery is in one.
func deliveryGroups() []deliveryGroup {
	return []deliveryGroup{
		{
			"will get a mail from ", true,
			func(d *delivery) bool { return d.open() && d.UserID == "" && len(d.Similar) == 0 },
			func(d *delivery) string { return d.Address.Address },
		},
		{
			"on Matrix already, invited there without a mail", false,
			func(d *delivery) bool { return d.open() && d.UserID != "" },
			func(d *delivery) string { return fmt.Sprintf("%s is %s", d.Address.Address, d.UserID) },
		},
		{
			"will get a mail though they may have an invite, from ", true,
			func(d *delivery) bool { return d.open() && d.UserID == "" && len(d.Similar) > 0 },
			func(d *delivery) string {
				return d.pending().Error()
			},
		},
		{
			"left out, for they seem to be invited (--again invites them)", false,
			func(d *delivery) bool { return is[*client.PendingError](d.err) },
			func(d *delivery) string { return d.err.Error() },
		},
		{
			"on the way already", false,
			func(d *delivery) bool { return d.outcome == queued },
			func(d *delivery) string { return d.Address.Address },
		},
		{
			"in the room already", false,
			func(d *delivery) bool { return d.is("join") },
			func(d *delivery) string { return fmt.Sprintf("%s is %s", d.Address.Address, d.UserID) },
		},
		{
			"invited to the room already", false,
			func(d *delivery) bool { return d.is("invite") },
			func(d *delivery) string { return fmt.Sprintf("%s is %s", d.Address.Address, d.UserID) },
		},
		{
			"banned from the room", false,
			func(d *delivery) bool { return d.is("ban") },
			func(d *delivery) string { return fmt.Sprintf("%s is %s", d.Address.Address, d.UserID) },
		},
	}
}

// pending says that the person seems to have an invite, whose name is a stranger's.
func (d *delivery) pending() error {
	similar := slices.Clone(d.Similar)
	similar[0].DisplayName = cut(similar[0].DisplayName, nameWidth)
	return &client.PendingError{Address: d.Address.Address, Similar: similar}
}

// is reports whether what the person is in the room keeps them from being invited.
func (d *delivery) is(membership string) bool {
	e, ok := errors.AsType[*client.MemberError](d.err)
	return ok && e.Membership == membership
}
