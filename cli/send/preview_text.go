package send

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/wording"
)

// confirm shows the preview and asks the question, if it may ask and there is anything
// to send. It returns [fail.ErrDeclined] unless the user answers yes. With --dry-run it
// only shows the preview.
func (o sendOptions) confirm(ctx context.Context, account *client.Account, p *preview, question string) error {
	asking := o.asks() && !o.dryRun && p.open() > 0
	if asking || o.dryRun {
		outbox, err := account.Outbox(ctx)
		if err != nil {
			return err
		}
		_, last := outbox.Forecast(o.Now(), p.plans())
		o.announce(p, last, asking)
	} else {
		o.noteRestrictions(p)
	}
	if !asking {
		return nil
	}
	yes, err := o.Confirm(ctx, question)
	if err == nil && !yes {
		err = fail.ErrDeclined
	}
	return err
}

// noteRestrictions says which users cannot accept the links that are made without a preview.
func (o sendOptions) noteRestrictions(p *preview) {
	for _, room := range p.rooms {
		for _, g := range client.GroupPlans(recipients.List{}, p.plansFor(room)) {
			for _, r := range g.Restrictions {
				if r.Kind == client.LinkRoomVersion {
					continue // it concerns few users, and a preview has it
				}
				o.Note("%s: %s", out.Cut(room.Name, out.NameWidth), wording.LinkRestriction(string(r.Kind), r.Server))
			}
		}
	}
}

// announce shows what will happen, before the question or for a dry run.
func (o sendOptions) announce(p *preview, last time.Time, asking bool) {
	say := o.Note
	if asking {
		say = o.Message
	}
	if len(p.rooms) > 1 {
		say("%s, %d rooms: %s.", persons(len(o.list.Recipients)), len(p.rooms), out.Count(p.open(), "invite"))
	}
	if o.list.Table != nil {
		summary := o.list.Table.Summary()
		say("%s.", strings.ToUpper(summary[:1])+summary[1:])
	}
	if o.via == client.ByDefault && slices.ContainsFunc(p.plans(), client.Plan.IssuesLink) {
		say(wording.NoIdentityServer)
	}
	for _, room := range p.rooms {
		say("To %s (%s):", out.Cut(room.Name, out.NameWidth), string(room.ID))
		o.announceGroups(say, client.GroupPlans(recipients.List{}, p.plansFor(room)), p.again)
	}
	o.announceGroups(say, client.GroupPlans(recipients.List{Problems: p.problems, Repeats: p.repeats, LeftOut: p.leftOut}, nil), p.again)
	if p.open() > 0 && last.After(o.Now()) {
		say("The last one will be sent %s.", o.At(last))
	}
}

// announceGroups writes each group of a preview, and the first people in it.
func (o sendOptions) announceGroups(say func(string, ...any), groups []client.PlanGroup, again bool) {
	sent := func(i invite.Invite) string { return duration.Ago(o.Now(), i.SentAt) }
	for _, g := range groups {
		title := wording.PlanGroup(string(g.Outcome), again, string(g.Way), g.Server).Text
		if g.Outcome == client.PlanPending && !again {
			title += "; " + o.againFlag() + " sends it"
		}
		say("  %d %s:", len(g.Entries), title)
		for n, e := range g.Entries {
			if n == out.MaxNamed && len(g.Entries) > out.MaxNamed+1 {
				say("    and %d more", len(g.Entries)-n)
				break
			}
			line := out.Cut(e.Who, 2*out.NameWidth)
			if note := wording.PlanLine(e).Note(sent); note != "" {
				line = strings.TrimSpace(line + " (" + out.Cut(note, 3*out.NameWidth) + ")")
			}
			say("    %s", line)
		}
		for _, r := range g.Restrictions {
			say("  %s", wording.LinkRestriction(string(r.Kind), r.Server))
		}
	}
}

// againFlag returns how to send to people with a pending invite.
func (o sendOptions) againFlag() string {
	if o.Conversation != nil {
		return "the word again at the end"
	}
	return "--again"
}

// plansFor returns the plans for one room, sent or not.
func (p *preview) plansFor(room client.Room) []client.Plan {
	var plans []client.Plan
	for _, d := range p.deliveries {
		if d.Room.ID == room.ID {
			plans = append(plans, d.Plan)
		}
	}
	return plans
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
