package send

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

type resendOptions struct {
	sendOptions

	tokens []string
	to     string // the address, if it is not in the address book
	force  bool   // also if the address does not match the invite
}

// NewResend returns the command mxinvite resend.
func NewResend(a *host.Program) *cobra.Command {
	o := resendOptions{sendOptions: sendOptions{Program: a}}
	c := &cobra.Command{
		Use:   "resend ROOM TOKEN...",
		Short: "Revoke invites and send new ones to the same people",
		Long: "Revoke invites of a room and send new ones to the same addresses, for example\n" +
			"because the mails were lost. A room does not contain whole addresses: they are\n" +
			"read from the address book, or given with --to. The invites are sent as by\n" +
			"mxinvite send.",
		Example: "  mxinvite resend '#ops' kPzQxW\n" +
			"  mxinvite resend '#ops' kPzQxW --to grace@navy.example",
		Args: fail.Args(2, -1),
		PreRunE: func(c *cobra.Command, args []string) error {
			switch {
			case o.to != "" && len(args) > 2:
				return fail.Usage(c, errors.New("--to is for a single invite"))
			case !o.yes && !o.dryRun && !o.MayAsk():
				return fail.MissingYes(c)
			}
			o.rooms, o.tokens = args[:1], args[1:]
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return runResend(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "send to `ADDRESS`")
	f.BoolVar(&o.force, "force", false, "send even if the address does not match the invite")
	o.addFlags(f, "send even if the person has another invite")
	f.BoolVar(&o.oldRoom, "old-room", false, "send even if the room was replaced by another one")
	return c
}

func runResend(ctx context.Context, o resendOptions) error {
	account, room, err := o.AccountInRoom(ctx, o.rooms[0])
	if err != nil {
		return err
	}
	old, err := o.find(account, room)
	if err != nil {
		return err
	}
	plans, err := o.planResend(ctx, account, room, old)
	if err != nil {
		return err
	}
	if o.oldRoom {
		confirmReplaced(plans)
	}
	if err := o.askAboutOldRooms(ctx, plans); err != nil {
		return err
	}
	p := o.preview([]client.Room{room}, plans, o.asks())
	question := fmt.Sprintf("Revoke %s and send new invites?", out.Count(p.open(), "invite"))
	if err := o.confirm(ctx, account, p, question); err != nil {
		return err
	}
	if o.dryRun {
		return o.report(p, nil)
	}
	o.revokeOld(ctx, account, p, old)
	waiting, err := o.deliver(ctx, account, p)
	if err == nil {
		err = o.addLinks(ctx, account, p)
	}
	if err != nil {
		return err
	}
	return o.report(p, waiting)
}

// planResend plans the new invites.
func (o *resendOptions) planResend(ctx context.Context, account *client.Account, room client.Room, old []*revocation) ([]client.Plan, error) {
	resends := make([]client.Resend, len(old))
	for n, w := range old {
		resends[n] = client.Resend{Invite: w.Invite, To: o.list.Recipients[n].Invitee}
	}
	return o.withTerms(ctx, account, func() ([]client.Plan, error) {
		t := o.Tally("Looking up the addresses", len(resends))
		defer t.End()
		return account.PlanResend(ctx, room.ID, resends, t.Reach)
	})
}

// find returns the invites of the tokens and sets the list of their invitees.
func (o *resendOptions) find(account *client.Account, room client.Room) ([]*revocation, error) {
	facts := account.Facts()
	var found []*revocation
	for i, err := range eachInvite(account, room, o.tokens) {
		if err != nil {
			return nil, err
		}
		who := recipients.Invitee{Label: account.LabelOf(room.ID, i.Token)}
		if err := account.Resendable(i); who.Label == "" || o.to != "" || err != nil {
			address, err := o.addressOf(account, i)
			if err != nil {
				return nil, err
			}
			who = recipients.Invitee{Address: address}
		}
		found = append(found, newRevocation(account, out.FindingOf(account, facts, room, i), room))
		o.list.Recipients = append(o.list.Recipients, recipients.Recipient{Invitee: who})
	}
	return found, nil
}

// addressOf returns the address of an invite, or an error if the invite cannot
// be sent again.
func (o *resendOptions) addressOf(account *client.Account, i invite.Invite) (threepid.ID, error) {
	if err := account.Resendable(i); err != nil {
		return threepid.ID{}, withShortName(err)
	}
	known, inBook := account.AddressOf(i.RoomID, i.Token)
	if o.to == "" {
		if !inBook {
			return known, &NoAddressError{i}
		}
		return known, nil
	}
	to, err := threepid.ParseEmail(o.to)
	if err != nil {
		return to, err
	}
	if !o.force && !account.MayBeTo(i, to) {
		return to, &OtherAddressError{i, to.Address}
	}
	return to, nil
}

// revokeOld revokes the old invites. An invite whose revocation fails is not
// sent again.
func (o *resendOptions) revokeOld(ctx context.Context, account *client.Account, p *preview, old []*revocation) {
	var open []*revocation
	for n, d := range p.deliveries {
		if d.open() {
			open = append(open, old[n])
		}
	}
	revokeEach(ctx, o.Program, account, open)
	for n, d := range p.deliveries {
		if err := old[n].err; d.open() && err != nil && !errors.Is(err, client.ErrAlreadyRevoked) {
			d.fail(err)
		}
	}
}

// A NoAddressError reports an invite whose address is not in the local store.
type NoAddressError struct{ invite invite.Invite }

func (e *NoAddressError) Error() string {
	return fmt.Sprintf("the invite of %s was not sent from here, so its address is not known", out.Cut(e.invite.DisplayName, out.NameWidth))
}

// Hint returns how to give the address.
func (*NoAddressError) Hint(func(client.Advice) string) string {
	return "To name the address, use --to."
}

// An OtherAddressError reports an address that does not match the display name of
// the invite.
type OtherAddressError struct {
	invite  invite.Invite
	address string
}

func (e *OtherAddressError) Error() string {
	return fmt.Sprintf("%s does not look like the address of %s", e.address, out.Cut(e.invite.DisplayName, out.NameWidth))
}

// Hint returns how to send to this address nevertheless.
func (*OtherAddressError) Hint(func(client.Advice) string) string {
	return "If it is the right address, use --force."
}
