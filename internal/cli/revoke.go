package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

type revokeOptions struct {
	*app

	room   string
	tokens []string

	dryRun, yes bool
}

func newRevoke(a *app) *cobra.Command {
	o := revokeOptions{app: a}
	c := &cobra.Command{
		Use:   "revoke ROOM TOKEN...",
		Short: "Take invites back",
		Long: "Take invites of a room back. The links in their mails stop working in this\n" +
			"room; the identity server is not told, and who is in the room stays. As much\n" +
			"of a token is enough as no other one begins with. Not to a terminal it writes\n" +
			"name, outcome, token and error, with tabs between.",
		Example: "  mxinvite revoke '#ops' kPzQxW",
		Args:    takes(2, -1),
		PreRunE: func(c *cobra.Command, _ []string) error {
			if !o.yes && !o.dryRun && !o.mayAsk() {
				return usage(c, errors.New("--yes is missing, and there is no terminal to ask at"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.room, o.tokens = args[0], args[1:]
			return runRevoke(c.Context(), o)
		},
	}
	c.Flags().BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would happen")
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return c
}

func runRevoke(ctx context.Context, o revokeOptions) error {
	account, err := o.account(ctx)
	if err != nil {
		return err
	}
	room, err := account.FindRoom(o.room)
	if err != nil {
		return err
	}
	if !room.MayInvite() {
		return &client.PowerError{Room: room.Name, Have: room.Power, Need: room.InvitePower}
	}
	withdrawals, err := o.find(account, room)
	if err != nil {
		return err
	}
	asking := !o.yes && !o.dryRun && slices.ContainsFunc(withdrawals, (*withdrawal).open)
	if asking || o.dryRun {
		o.announce(room, withdrawals, asking)
	}
	if asking {
		yes, err := o.confirm(ctx, "Revoke "+count(countOpen(withdrawals), "invite")+"?")
		if err != nil {
			return err
		}
		if !yes {
			return errDeclined
		}
	}
	if !o.dryRun {
		o.withdraw(ctx, account, withdrawals)
	}
	return o.report(room, withdrawals)
}

func countOpen(withdrawals []*withdrawal) int {
	n := 0
	for _, w := range withdrawals {
		if w.open() {
			n++
		}
	}
	return n
}

// announce says what will happen, and what will not. Whoever is asked has to know.
func (o revokeOptions) announce(room client.Room, withdrawals []*withdrawal, asking bool) {
	say := o.say
	if asking {
		say = o.tell
	}
	say("In %s (%s):", room.Name, string(room.ID))
	for _, w := range withdrawals {
		if !w.open() {
			say("  ✗ %s: %s", nameCell(w.Invite).shown, w.err.Error())
			continue
		}
		say("  %s, %s, sent by %s: the link stops working in this room%s",
			nameCell(w.Invite).shown, string(w.Status), string(w.Sender), afterwards(w.Invite))
	}
	say("The identity server is not told, and the mail stays where it is.")
}

// afterwards says what revoking leaves as it is.
func afterwards(i invite.Invite) string {
	switch i.Status {
	case invite.Invited, invite.Joined:
		return "; " + string(i.Acceptance.UserID) + " stays " + string(i.Status)
	default:
		return ""
	}
}
