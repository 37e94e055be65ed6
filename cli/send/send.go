// Package send has the commands that send and revoke invites: send, resend, move,
// revoke and outbox.
package send

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
)

type sendOptions struct {
	*host.Program

	rooms []string
	list  recipients.List
	file  string // the file of the list; empty for arguments, - for standard input

	column string // column of a table with the people

	dryRun, yes, again, wait bool
	oldRoom                  bool // invite also to a room that was replaced
	acceptTerms              bool // accept the terms without a question

	via    client.Way
	limits limitFlags
	terms  client.LinkTerms // of links
	csv    string           // file for the links that are made; empty for none
}

// NewSend returns the command mxinvite send.
func NewSend(a *host.Program) *cobra.Command {
	o := sendOptions{Program: a}
	var via string
	c := &cobra.Command{
		Use:   "send ROOM PERSON... | --file FILE | -",
		Short: "Invite people by e-mail address or Matrix ID",
		Long: "Invite people to a room, or to several with --room. A person is an e-mail\n" +
			"address or a Matrix ID. They are arguments, or in a file or on standard input\n" +
			"(-): a table in CSV, or any text with addresses and Matrix IDs in it. Users on\n" +
			"Matrix are invited there; the others get a mail from the identity server. At a\n" +
			"terminal mxinvite shows what will happen, and asks before it sends anything.\n\n" +
			"With --via link, or if the account has no identity server, mxinvite issues the\n" +
			"invites itself and prints links that you pass on, as mxinvite link does. With\n" +
			"--via mail it mails these links, with the mail program or the mail server of\n" +
			"your settings.\n\n" +
			"Invites are sent through the outbox. If the server's rate limit is reached, the\n" +
			"other invites stay queued, and send ends. To send them later, run mxinvite\n" +
			"outbox run. With --wait, send waits until all are sent.",
		Example: "  mxinvite send '#ops' grace@navy.example @ken:bell.example\n" +
			"  mxinvite send --room '#ops' --room '#compilers' grace@navy.example\n" +
			"  mxinvite send '#ops' --file people.csv --dry-run\n" +
			"  mxinvite send '#ops' --file people.csv --yes --wait",
		Args: fail.Args(0, -1),
		PreRunE: func(c *cobra.Command, args []string) error {
			if o.via = client.Way(via); via == "" {
				o.via = a.InviteWay()
			} else if !slices.Contains(client.Ways(), o.via) {
				return fail.Usage(c, fmt.Errorf("--via is %s, %s or %s, not %q", client.ByIdentityServer, client.ByLink, client.ByMail, via))
			}
			var err error
			if o.terms, err = o.limits.read(c, o.Settings); err != nil {
				return fail.Usage(c, err)
			}
			if o.terms != (client.LinkTerms{}) && o.via != client.ByLink && o.via != client.ByMail {
				return fail.Usage(c, errors.New("--expires and --uses are for links: add --via link or --via mail"))
			}
			if o.csv != "" && o.via != client.ByLink {
				return fail.Usage(c, errors.New("--csv is for links: add --via link"))
			}
			args = o.takeRooms(args)
			if len(args) == 1 && args[0] == "-" {
				o.file, args = "-", nil
			}
			switch {
			case len(o.rooms) == 0:
				return fail.Args(1, -1)(c, args)
			case o.file == "" && len(args) == 0:
				return fail.Args(2, -1)(c, o.rooms[:1])
			case o.file != "" && len(args) > 0:
				return fail.Usage(c, errors.New("people come either from a list or as arguments"))
			case o.file == "" && o.column != "":
				return fail.Usage(c, errors.New("--column is for a list: give it with --file or -"))
			case o.file != "" && !o.yes && !o.dryRun && (o.file == "-" || !o.MayAsk()):
				return fail.Usage(c, errors.New("--yes or --dry-run is missing: mxinvite cannot ask for confirmation without a terminal, or if the list is standard input"))
			}
			return o.read(c, args)
		},
		RunE: func(c *cobra.Command, _ []string) error { return runSend(c.Context(), o) },
	}
	f := c.Flags()
	f.StringArrayVar(&o.rooms, "room", nil, "invite to `ROOM`; may be repeated")
	f.StringVarP(&o.file, "file", "f", "", "read the people from `FILE`; - is standard input")
	f.StringVar(&o.column, "column", "", "people are in `COLUMN`: its heading or number")
	o.addFlags(f, "send even if the person has another invite")
	o.limits.add(f)
	f.StringVar(&o.csv, "csv", "", "write the links also to `FILE`, for mail merge")
	f.StringVar(&via, "via", "", "`WAY` to invite addresses: identity-server, link or mail")
	f.BoolVar(&o.oldRoom, "old-room", false, "send even if the room was replaced by another one")
	return c
}

// addFlags adds the flags that send, resend and move share. again is the usage of
// --again.
func (o *sendOptions) addFlags(f *pflag.FlagSet, again string) {
	f.BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would happen")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.again, "again", false, again)
	f.BoolVarP(&o.wait, "wait", "w", false, "wait until every invite is sent or has failed")
	f.BoolVar(&o.acceptTerms, "accept-terms", false, "accept the identity server's terms, which are shown")
}

// takeRooms separates the rooms from the people in args. The first argument is the
// room, unless --room is set; with --room, arguments that begin with # or ! are
// more rooms.
func (o *sendOptions) takeRooms(args []string) (people []string) {
	if len(o.rooms) == 0 && len(args) > 0 {
		o.rooms = args[:1]
		return args[1:]
	}
	for _, arg := range args {
		if strings.HasPrefix(arg, "#") || strings.HasPrefix(arg, "!") {
			o.rooms = append(o.rooms, arg)
		} else {
			people = append(people, arg)
		}
	}
	return people
}

func runSend(ctx context.Context, o sendOptions) error {
	if err := o.checkLinksFile(); err != nil {
		return err
	}
	account, rooms, err := o.AccountInRooms(ctx, o.rooms)
	if err != nil {
		return err
	}
	if rooms, err = o.askAboutReplaced(ctx, account, rooms); err != nil {
		return err
	}
	plans, err := o.plan(ctx, account, rooms)
	if err != nil {
		return err
	}
	if err := o.askAboutOldRooms(ctx, plans); err != nil {
		return err
	}
	if len(plans)+len(o.list.Problems) == 0 {
		o.Note("The list contains no e-mail addresses and no Matrix IDs.")
	}
	p := o.preview(rooms, plans, o.asks())
	if err := o.confirm(ctx, account, p, p.question()); err != nil {
		return err
	}
	if o.dryRun {
		return o.report(p, nil)
	}
	waiting, err := o.deliver(ctx, account, p)
	if err != nil {
		return err
	}
	if err := o.addLinks(ctx, account, p); err != nil {
		return err
	}
	err = o.report(p, waiting)
	if failed := o.writeLinksFile(p); failed != nil {
		err = errors.Join(err, failed)
	}
	return err
}

// plan plans the invites of all people to all rooms. Most errors do not concern a
// single person and are returned.
func (o sendOptions) plan(ctx context.Context, account *client.Account, rooms []client.Room) ([]client.Plan, error) {
	people := make([]recipients.Invitee, len(o.list.Recipients))
	for n, r := range o.list.Recipients {
		people[n] = r.Invitee
	}
	plans, err := o.withTerms(ctx, account, func() ([]client.Plan, error) { return o.planAll(ctx, account, rooms, people) })
	for n := range plans {
		plans[n].Name = o.list.Recipients[n%len(people)].Name
		plans[n].ToReplaced = o.oldRoom && plans[n].Room.Replaced
		plans[n].Terms = o.terms
	}
	return plans, err
}

// withTerms calls plan. If terms of the identity server are not accepted yet, it
// asks the user to accept them and calls plan again.
func (o sendOptions) withTerms(ctx context.Context, account *client.Account, plan func() ([]client.Plan, error)) ([]client.Plan, error) {
	plans, err := plan()
	if waiting, ok := errors.AsType[*client.TermsError](err); ok {
		if err := o.AcceptTerms(ctx, account, waiting, o.acceptTerms); err != nil {
			return nil, err
		}
		plans, err = plan()
	}
	return plans, err
}

func (o sendOptions) planAll(ctx context.Context, account *client.Account, rooms []client.Room, people []recipients.Invitee) ([]client.Plan, error) {
	ids := make([]id.RoomID, len(rooms))
	for n, r := range rooms {
		ids[n] = r.ID
	}
	t := o.Tally("Looking up the addresses", len(people))
	defer t.End()
	return account.PlanAll(ctx, o.via, ids, people, t.Reach)
}

// deliver adds the invites to the outbox and sends as many as the limits allow. It
// returns why some wait, or nil if none does.
func (o sendOptions) deliver(ctx context.Context, account *client.Account, p *preview) (*out.WaitingError, error) {
	if plans := p.plans(); len(plans) > 0 {
		if _, err := account.Enqueue(ctx, plans); err != nil {
			return nil, err
		}
	}
	waiting := o.sendPreviewed(ctx, account, p)
	outbox, err := account.Outbox(context.WithoutCancel(ctx))
	p.settle(outbox)
	return waiting, err
}

// sendPreviewed sends until no more can be sent now or, with --wait, until every invite has
// a result. It returns why some wait, or nil if none does or another program sends
// them.
func (o sendOptions) sendPreviewed(ctx context.Context, account *client.Account, p *preview) *out.WaitingError {
	w := &out.WaitingError{Location: o.Location}
	total, name := p.wanted(), runnerName("send")
	s := o.StartStatus("Sending…")
	defer s.End()
	links := host.RevokeAccepted(ctx, account, notRevoked(s))
	defer links.Close()
	elsewhere := ""
	see := func(turn *client.Turn, outbox client.Outbox) bool {
		if turn == nil { // it waits
			links.Check()
		}
		w.Take(o.Now(), outbox, p.waiting(outbox))
		s.Set(out.SendingLine(w.Now, o.Location, outbox, total-w.Count, total))
		switch {
		case w.Count == 0:
			return true
		case turn != nil && turn.Elsewhere != "" && !slices.Contains([]string{"", name, elsewhere}, outbox.Sender):
			elsewhere = outbox.Sender
			s.Note("%s is sending for this account. It will also send these invites.", elsewhere)
		case outbox.Stall.Decision():
			return true // no program sends before the user decides
		case turn != nil && turn.Err != nil && o.wait:
			s.Note("No invites are sent for now: %s", turn.Err.Error())
		case turn != nil && turn.Err != nil:
			w.Cause = turn.Err
			return true
		}
		return !o.wait && (elsewhere != "" || w.Stuck(outbox))
	}
	outbox, err := account.Outbox(ctx)
	// First check whether another program is sending, or nothing can be sent now.
	if err == nil && !see(&client.Turn{Elsewhere: outbox.Sender}, outbox) {
		err = sendQueued(ctx, account, name, see)
	}
	if err != nil {
		w.Cause = err
	}
	if w.Count == 0 || w.Cause == nil && elsewhere != "" && !o.wait {
		return nil
	}
	return w
}
