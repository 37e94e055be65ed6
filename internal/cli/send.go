package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
)

type sendOptions struct {
	*app

	room      string
	addresses []identity.ThreePID

	dryRun, yes, again bool
	terms              bool // are accepted
}

func newSend(a *app) *cobra.Command {
	o := sendOptions{app: a}
	c := &cobra.Command{
		Use:   "send ROOM ADDRESS...",
		Short: "Invite people by e-mail",
		Long: "Invite the people at some e-mail addresses to a room. Who is on Matrix\n" +
			"already is invited there; everybody else gets a mail from the identity\n" +
			"server. At a terminal you are shown what will happen, and asked before\n" +
			"anything is sent. Not to a terminal it writes address, outcome, Matrix ID,\n" +
			"token and error, with tabs between.",
		Example: "  mxinvite send '#ops' grace@navy.example\n" +
			"  mxinvite send '#ops' ken@bell.example rob@bell.example --dry-run",
		Args: takes(2, -1),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			o.room = args[0]
			if o.addresses, err = parseAddresses(args[1:]); err != nil {
				return err
			}
			return runSend(c.Context(), o)
		},
	}
	f := c.Flags()
	f.BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would happen")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.again, "again", false, "mail also those who seem to have an invite already")
	f.BoolVar(&o.terms, "accept-terms", false, "accept the identity server's terms, which are shown")
	return c
}

// parseAddresses reads e-mail addresses. The same one twice is meant once.
func parseAddresses(args []string) ([]identity.ThreePID, error) {
	var addresses []identity.ThreePID
	for _, arg := range args {
		address, err := identity.ParseEmail(arg)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses, nil
}

func runSend(ctx context.Context, o sendOptions) error {
	account, err := o.account(ctx)
	if err != nil {
		return err
	}
	room, err := account.FindRoom(o.room)
	if err != nil {
		return err
	}
	deliveries, err := o.plan(ctx, account, room)
	if err != nil {
		return err
	}
	asking := o.mayAsk() && !o.yes && !o.dryRun && slices.ContainsFunc(deliveries, (*delivery).open)
	o.refuseRepeats(deliveries, asking)
	if asking || o.dryRun {
		o.announce(room, deliveries, asking)
	}
	if asking {
		yes, err := o.confirm(ctx, question(deliveries))
		if err != nil {
			return err
		}
		if !yes {
			return errDeclined
		}
	}
	if !o.dryRun {
		o.deliver(ctx, account, deliveries)
	}
	return o.report(deliveries)
}

// plan looks into every address. Most that can go wrong has nothing to do with
// the one address, and ends the whole.
func (o sendOptions) plan(ctx context.Context, account *client.Account, room client.Room) ([]*delivery, error) {
	var deliveries []*delivery
	for _, address := range o.addresses {
		plan, err := o.planOne(ctx, account, room, address)
		if waiting, ok := errors.AsType[*client.TermsError](err); ok {
			if err := o.acceptTerms(ctx, account, waiting); err != nil {
				return nil, err
			}
			plan, err = o.planOne(ctx, account, room, address)
		}
		d := &delivery{Plan: plan, attempt: attempt{outcome: planned}}
		if err != nil {
			if !is[*client.MemberError](err) {
				return nil, err
			}
			d.fail(err)
		}
		deliveries = append(deliveries, d)
	}
	return deliveries, nil
}

func (o sendOptions) planOne(ctx context.Context, account *client.Account, room client.Room, address identity.ThreePID) (plan client.Plan, err error) {
	err = o.during(ctx, "Asking whether "+address.Address+" is on Matrix", func(ctx context.Context) (err error) {
		plan, err = account.Plan(ctx, room.ID, address)
		return err
	})
	return plan, err
}

// refuseRepeats refuses what would mail a person again, unless that is wanted
// or will be asked about.
func (o sendOptions) refuseRepeats(deliveries []*delivery, asking bool) {
	for _, d := range deliveries {
		if d.open() && len(d.Similar) > 0 && !o.again && !asking {
			d.fail(&similarError{d.Address.Address, d.Similar})
		}
	}
}

// A similarError says that an address seems to have an invite already.
type similarError struct {
	address string
	similar []invite.Invite
}

func (e *similarError) Error() string {
	i := e.similar[0]
	return fmt.Sprintf("%s may have an invite already: %s, sent by %s, is still pending", e.address, i.DisplayName, i.Sender)
}

// announce says what will happen. Whoever is asked has to know.
func (o sendOptions) announce(room client.Room, deliveries []*delivery, asking bool) {
	say := o.say
	if asking {
		say = o.tell
	}
	say("To %s (%s):", room.Name, string(room.ID))
	for _, d := range deliveries {
		switch {
		case !d.open():
			say("  ✗ %s", d.err.Error())
		case d.UserID != "":
			say("  %s is %s and will be invited there, without a mail", d.Address.Address, string(d.UserID))
		default:
			say("  %s will get a mail from %s", d.Address.Address, d.Server)
		}
		if d.open() && len(d.Similar) > 0 {
			say("  ! %s", (&similarError{d.Address.Address, d.Similar}).Error())
		}
	}
}

// question asks for everything that announce has said.
func question(deliveries []*delivery) string {
	invites, again := 0, 0
	for _, d := range deliveries {
		if d.open() {
			invites++
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

// deliver sends one invite after the other, until all are sent or it is of no
// use to go on.
func (o sendOptions) deliver(ctx context.Context, account *client.Account, deliveries []*delivery) {
	stopped := false
	for _, d := range deliveries {
		switch {
		case !d.open():
		case stopped:
			d.skip()
		default:
			err := o.during(ctx, "Inviting "+d.Address.Address, func(ctx context.Context) error {
				return d.send(ctx, account)
			})
			stopped = err != nil && endsAll(err)
		}
	}
}
