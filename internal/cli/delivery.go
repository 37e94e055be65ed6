package cli

import (
	"context"

	"github.com/mxinvite/mxinvite/client"
)

// A delivery is one address on its way to a room.
type delivery struct {
	client.Plan
	attempt

	token string
}

// send carries the plan out and notes what came of it.
func (d *delivery) send(ctx context.Context, account *client.Account) error {
	sent, err := account.Send(ctx, d.Plan)
	switch {
	case is[*client.UncertainError](err):
		d.outcome, d.err = uncertain, err
	case err != nil:
		d.fail(err)
	case sent.UserID != "":
		d.outcome = invited
	default:
		d.outcome, d.token = mailed, sent.Token
	}
	return err
}

// jsonDelivery is what send promises to scripts for each address.
type jsonDelivery struct {
	Address  string  `json:"address"`
	RoomID   string  `json:"room_id"`
	RoomName string  `json:"room_name"`
	Outcome  outcome `json:"outcome"`
	UserID   string  `json:"user_id,omitempty"`
	Token    string  `json:"token,omitempty"`
	Error    string  `json:"error,omitempty"`
}

// report writes what became of all deliveries and returns what went wrong.
func (o sendOptions) report(deliveries []*delivery) error {
	all := make([]jsonDelivery, 0, len(deliveries))
	t := &table{columns: []column{{"ADDRESS", true}, {"OUTCOME", false}, {"MATRIX ID", true}, {"TOKEN", true}, {}}}
	var failures []failure
	for _, d := range deliveries {
		reason := ""
		if d.err != nil {
			reason = d.err.Error()
			failures = append(failures, failure{d.Address.Address, d.err})
		}
		all = append(all, jsonDelivery{
			d.Address.Address, string(d.Room.ID), d.Room.Name, d.outcome, string(d.UserID), d.token, reason,
		})
		t.add(
			text(d.Address.Address),
			outcomeCell(d.outcome),
			text(string(d.UserID)),
			cell{shown: firstLetters(d.token, shortestToken), exact: d.token},
			cell{exact: reason},
		)
	}
	if err := o.writeOutcomes(all, t, failures); err != nil {
		return err
	}
	return batch("invited", len(deliveries), failures)
}
