package send

import (
	"context"
	"fmt"
	"slices"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
)

// askAboutReplaced asks for each room that was replaced whether to invite to the new
// room instead. It returns the rooms to invite to. If it cannot ask, they stay the
// same, and the plans for them are not sent without --old-room.
func (o *sendOptions) askAboutReplaced(ctx context.Context, account *client.Account, rooms []client.Room) ([]client.Room, error) {
	if o.yes || o.dryRun || o.oldRoom || !o.MayAsk() {
		return rooms, nil
	}
	var chosen []client.Room
	for _, r := range rooms {
		if r.Replaced {
			var err error
			if r, err = o.askForSuccessor(ctx, account, r); err != nil {
				return nil, err
			}
		}
		if !slices.ContainsFunc(chosen, func(c client.Room) bool { return c.ID == r.ID }) {
			chosen = append(chosen, r)
		}
	}
	return chosen, nil
}

// askForSuccessor asks whether to invite to the room that replaces r.
func (o *sendOptions) askForSuccessor(ctx context.Context, account *client.Account, r client.Room) (client.Room, error) {
	by, err := account.SuccessorToInvite(r)
	if err != nil {
		o.Message("! %s: %s.", out.Cut(r.Name, out.NameWidth), err.Error())
		return r, nil
	}
	o.Message("! %s was replaced by %s (%s).", out.Cut(r.Name, out.NameWidth), out.Cut(by.Name, out.NameWidth), string(by.ID))
	yes, err := o.Confirm(ctx, fmt.Sprintf("Invite to %s instead?", out.Cut(by.Name, out.NameWidth)))
	if yes {
		return by, err
	}
	return r, err
}

// askAboutOldRooms asks whether to invite to rooms that were replaced, after the user
// has declined to use the new rooms.
func (o *sendOptions) askAboutOldRooms(ctx context.Context, plans []client.Plan) error {
	refused := func(p client.Plan) bool { return p.Outcome() == client.PlanReplaced }
	n := slices.IndexFunc(plans, refused)
	if n < 0 || o.yes || o.dryRun || !o.MayAsk() {
		return nil
	}
	yes, err := o.Confirm(ctx, fmt.Sprintf("Invite to the old room, %s, anyway?", out.Cut(plans[n].Room.Name, out.NameWidth)))
	if yes {
		confirmReplaced(plans)
	}
	return err
}

// confirmReplaced marks that the user has confirmed to invite to replaced rooms.
func confirmReplaced(plans []client.Plan) {
	for n := range plans {
		plans[n].ToReplaced = plans[n].Room.Replaced
	}
}
