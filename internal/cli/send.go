package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/recipients"
)

type sendOptions struct {
	*app

	room string
	list recipients.List
	file string // that the list comes from; empty for arguments, - for standard input

	dryRun, yes, again, wait bool
	terms                    bool // are accepted
}

func newSend(a *app) *cobra.Command {
	o := sendOptions{app: a}
	c := &cobra.Command{
		Use:   "send ROOM ADDRESS... | --file FILE | -",
		Short: "Invite people by e-mail",
		Long: "Invite the people at some e-mail addresses to a room. The addresses are\n" +
			"arguments, or in a file or on standard input (-): a table in CSV, or any text\n" +
			"with addresses in it. Who is on Matrix already is invited there; everybody else\n" +
			"gets a mail from the identity server. At a terminal you are shown what will\n" +
			"happen, and asked before anything is sent.\n\n" +
			"Invites go through the outbox. When the server takes no more for now, what is\n" +
			"left waits there: send ends and says how to go on, or stays with --wait.",
		Example: "  mxinvite send '#ops' grace@navy.example\n" +
			"  mxinvite send '#ops' --file people.csv --dry-run\n" +
			"  mxinvite send '#ops' --file people.csv --yes --wait",
		Args: takes(1, -1),
		PreRunE: func(c *cobra.Command, args []string) error {
			if len(args) == 2 && args[1] == "-" {
				o.file, args = "-", args[:1]
			}
			switch {
			case o.file == "" && len(args) == 1:
				return takes(2, -1)(c, args)
			case o.file != "" && len(args) > 1:
				return usage(c, errors.New("addresses come either from a list or as arguments"))
			case o.file != "" && !o.yes && !o.dryRun && (o.file == "-" || !o.mayAsk()):
				return usage(c, errors.New("--yes or --dry-run is missing, for nobody can be asked about the list"))
			}
			o.room = args[0]
			return o.read(c, args[1:])
		},
		RunE: func(c *cobra.Command, _ []string) error { return runSend(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVarP(&o.file, "file", "f", "", "read the addresses from `FILE`; - is standard input")
	f.BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would happen")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.again, "again", false, "mail also those who seem to have an invite already")
	f.BoolVarP(&o.wait, "wait", "w", false, "stay until it is settled what became of all")
	f.BoolVar(&o.terms, "accept-terms", false, "accept the identity server's terms, which are shown")
	return c
}

// read reads whom to invite. An argument that is no address is a mistake; in a
// list there may be anything.
func (o *sendOptions) read(c *cobra.Command, args []string) (err error) {
	if o.file == "" {
		o.list = recipients.Parse(strings.Join(args, "\n"))
		if len(o.list.Problems) > 0 {
			p := o.list.Problems[0]
			return usage(c, fmt.Errorf("%q is %w", p.Text, identity.ErrNotAddress))
		}
		return nil
	}
	from := o.In
	if o.file != "-" {
		f, err := os.Open(o.file)
		if err != nil {
			return fmt.Errorf("read whom to invite: %w", err)
		}
		defer f.Close()
		from = f
	}
	o.list, err = await(c.Context(), func() (recipients.List, error) { return recipients.Read(from) })
	if err != nil {
		return fmt.Errorf("read whom to invite: %w", err)
	}
	return nil
}

func runSend(ctx context.Context, o sendOptions) error {
	account, room, err := o.accountInRoom(ctx, o.room)
	if err != nil {
		return err
	}
	plans, err := o.plan(ctx, account, room)
	if err != nil {
		return err
	}
	if len(plans)+len(o.list.Problems) == 0 {
		o.say("The list names nobody.")
	}
	asking := o.mayAsk() && !o.yes
	p := o.preview(room, plans, asking)
	asking = asking && !o.dryRun && p.open() > 0
	if asking || o.dryRun {
		outbox, err := account.Outbox(ctx)
		if err != nil {
			return err
		}
		_, last := outbox.Outlook(o.Now(), p.plans())
		o.announce(p, last, asking)
	}
	if asking {
		yes, err := o.confirm(ctx, p.question())
		if err != nil {
			return err
		}
		if !yes {
			return errDeclined
		}
	}
	if o.dryRun {
		return o.report(p, nil)
	}
	waiting, err := o.deliver(ctx, account, p)
	if err != nil {
		return err
	}
	return o.report(p, waiting)
}

// plan looks into every address. Most that can go wrong has nothing to do with
// the one address, and ends the whole.
func (o sendOptions) plan(ctx context.Context, account *client.Account, room client.Room) ([]client.Plan, error) {
	addresses := make([]identity.ThreePID, len(o.list.Recipients))
	for n, r := range o.list.Recipients {
		addresses[n] = r.Address
	}
	plans, err := o.planAll(ctx, account, room, addresses)
	if waiting, ok := errors.AsType[*client.TermsError](err); ok {
		if err := o.acceptTerms(ctx, account, waiting); err != nil {
			return nil, err
		}
		plans, err = o.planAll(ctx, account, room, addresses)
	}
	for n := range plans {
		plans[n].Name = o.list.Recipients[n].Name
	}
	return plans, err
}

func (o sendOptions) planAll(ctx context.Context, account *client.Account, room client.Room, addresses []identity.ThreePID) ([]client.Plan, error) {
	t := o.tally("Asking who is on Matrix", len(addresses))
	defer t.end()
	return account.PlanAll(ctx, room.ID, addresses, t.reach)
}

// deliver puts into the outbox what is to be sent and has it sent, as far as it
// may go. It returns why some wait; nil if none does.
func (o sendOptions) deliver(ctx context.Context, account *client.Account, p *preview) (*waitingError, error) {
	if plans := p.plans(); len(plans) > 0 {
		if _, err := account.Enqueue(ctx, plans); err != nil {
			return nil, err
		}
	}
	waiting := o.carry(ctx, account, p)
	outbox, err := account.Outbox(context.WithoutCancel(ctx))
	p.settle(outbox)
	return waiting, err
}

// carry sends until nothing can go on, or with --wait until everything is
// settled. It returns why some wait, nil if none does or another program is at it.
func (o sendOptions) carry(ctx context.Context, account *client.Account, p *preview) *waitingError {
	w := &waitingError{}
	total, name := p.wanted(), runnerName("send")
	s := o.begin("Sending…")
	defer s.end()
	elsewhere := ""
	see := func(turn *client.Turn, outbox client.Outbox) bool {
		w.take(o.Now(), outbox, p.waiting(outbox))
		s.set(sendingLine(w.now, outbox, total-w.count, total))
		switch {
		case w.count == 0:
			return true
		case turn != nil && turn.Elsewhere != "" && !slices.Contains([]string{"", name, elsewhere}, outbox.Sender):
			elsewhere = outbox.Sender
			s.say("%s is the one that sends for this account. It will send these.", elsewhere)
		case turn != nil && turn.Err != nil && o.wait:
			s.say("Nothing goes out for now: %s", turn.Err.Error())
		case turn != nil && turn.Err != nil:
			w.cause = turn.Err
			return true
		}
		return !o.wait && (elsewhere != "" || w.stuck(outbox))
	}
	outbox, err := account.Outbox(ctx)
	// Who is at it already, or that nothing may go yet, needs no trying.
	if err == nil && !see(&client.Turn{Elsewhere: outbox.Sender}, outbox) {
		err = o.pump(ctx, account, name, see)
	}
	if err != nil {
		w.cause = err
	}
	if w.count == 0 || w.cause == nil && elsewhere != "" && !o.wait {
		return nil
	}
	return w
}
