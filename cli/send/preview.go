package send

import (
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// A preview is what sending to a list of people will do.
type preview struct {
	rooms      []client.Room
	deliveries []*delivery // by room, in the order of the list
	problems   []recipients.Problem
	repeats    []recipients.Repeat
	leftOut    []recipients.LeftOut
	again      bool // send also to people who have a pending invite
}

// asks reports whether the user is asked before anything is sent.
func (o sendOptions) asks() bool { return o.MayAsk() && !o.yes }

// preview sorts plans into those to be sent and those not. People with a pending
// invite get another one only with --again, or if asking is set and the question is
// only about such people.
func (o sendOptions) preview(rooms []client.Room, plans []client.Plan, asking bool) *preview {
	p := &preview{rooms: rooms, problems: o.list.Problems, repeats: o.list.Repeats, leftOut: o.list.LeftOut}
	p.again = o.again || asking && client.AsksAgain(plans)
	for _, plan := range plans {
		d := &delivery{Plan: plan, attempt: attempt{outcome: out.Planned}}
		switch does := plan.Outcome(); does {
		case client.PlanQueued:
			d.outcome = out.Queued
		case client.PlanSameUser:
			d.outcome = out.Repeated
		case client.PlanPending:
			if !p.again {
				d.fail(d.pending())
			}
		default:
			if !does.Sends(p.again) {
				d.fail(plan.Err())
			}
		}
		p.deliveries = append(p.deliveries, d)
	}
	return p
}

// plans returns the plans that will be sent.
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

// question returns the question that follows announce.
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
		return q + " again?"
	}
	return fmt.Sprintf("%s, %d of them again?", q, again)
}

// wanted returns the number of invites that are to be sent or are in the outbox.
func (p *preview) wanted() int {
	n := 0
	for _, d := range p.deliveries {
		if d.err == nil && d.outcome != out.Repeated {
			n++
		}
	}
	return n
}

// waiting returns the number of them that are queued or being sent.
func (p *preview) waiting(outbox client.Outbox) int {
	out := map[deliveryKey]bool{}
	for _, i := range outbox.Items {
		if i.State == client.ItemQueued || i.State == client.ItemSending {
			out[deliveryKey{i.Room, i.Invitee()}] = true
		}
	}
	n := 0
	for _, d := range p.deliveries {
		if d.err == nil && out[deliveryKey{d.Room.ID, d.Invitee()}] {
			n++
		}
	}
	return n
}

// settle sets the outcomes from the items in the outbox.
func (p *preview) settle(outbox client.Outbox) {
	latest := map[deliveryKey]client.Item{}
	for _, i := range outbox.Items {
		latest[deliveryKey{i.Room, i.Invitee()}] = i
	}
	for _, d := range p.deliveries {
		if i, ok := latest[deliveryKey{d.Room.ID, d.Invitee()}]; ok && d.err == nil && d.outcome != out.Repeated {
			d.take(i)
		}
	}
}

// deliveryKey identifies an invite by its invitee and room.
type deliveryKey struct {
	room id.RoomID
	who  recipients.Invitee
}

// pending returns the error for a person with a pending invite. Its display name
// was chosen by another user, so it is shortened.
func (d *delivery) pending() error {
	similar := slices.Clone(d.Similar)
	similar[0].DisplayName = out.Cut(similar[0].DisplayName, out.NameWidth)
	return &client.PendingError{Address: d.Address.Address, Similar: similar}
}
