package cli

import (
	"context"
	"slices"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A withdrawal is one invite on its way to being revoked.
type withdrawal struct {
	invite.Invite
	attempt
}

// find returns the invites that the tokens name. Before all of them are known
// nothing is done to any.
func (o revokeOptions) find(account *client.Account, room client.Room) ([]*withdrawal, error) {
	var found []*withdrawal
	for _, token := range o.tokens {
		i, err := findInvite(account, room, token)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(found, func(w *withdrawal) bool { return w.Token == i.Token }) {
			continue
		}
		w := &withdrawal{Invite: i, attempt: attempt{outcome: planned}}
		if i.Status == invite.Revoked {
			w.fail(client.ErrAlreadyRevoked)
		}
		found = append(found, w)
	}
	return found, nil
}

// withdraw revokes one after the other, until all are or it is of no use to go on.
func (o revokeOptions) withdraw(ctx context.Context, account *client.Account, withdrawals []*withdrawal) {
	stopped := false
	for _, w := range withdrawals {
		switch {
		case !w.open():
		case stopped:
			w.skip()
		default:
			err := o.during(ctx, "Revoking "+w.DisplayName, func(ctx context.Context) error {
				return account.Revoke(ctx, w.RoomID, w.Token)
			})
			w.outcome = revoked
			if err != nil {
				w.fail(err)
				stopped = endsAll(err)
			}
		}
	}
}

// jsonWithdrawal is what revoke promises to scripts for each invite.
type jsonWithdrawal struct {
	RoomID      string  `json:"room_id"`
	RoomName    string  `json:"room_name"`
	Token       string  `json:"token"`
	DisplayName string  `json:"display_name,omitempty"`
	Outcome     outcome `json:"outcome"`
	Error       string  `json:"error,omitempty"`
}

// report writes what became of all withdrawals and returns what went wrong.
func (o revokeOptions) report(room client.Room, withdrawals []*withdrawal) error {
	all := make([]jsonWithdrawal, 0, len(withdrawals))
	t := &table{columns: []column{{"INVITED", true}, {"OUTCOME", false}, {"TOKEN", true}, {}}}
	var failures []failure
	for _, w := range withdrawals {
		reason := ""
		if w.err != nil {
			reason = w.err.Error()
			failures = append(failures, failure{w.DisplayName, w.err})
		}
		all = append(all, jsonWithdrawal{string(room.ID), room.Name, w.Token, w.DisplayName, w.outcome, reason})
		t.add(
			nameCell(w.Invite),
			outcomeCell(w.outcome),
			cell{shown: firstLetters(w.Token, shortestToken), exact: w.Token},
			cell{exact: reason},
		)
	}
	if err := o.writeOutcomes(all, t, failures); err != nil {
		return err
	}
	return batch("revoked", len(withdrawals), failures)
}
