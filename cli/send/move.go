package send

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
)

type moveOptions struct {
	sendOptions

	tokens []string
	first  []invite.Invite // the first invite of each invitee in the list
	to     string          // the new room; empty to use the replacement of the old room
	keep   bool            // do not revoke the old invites
}

// NewMove returns the command mxinvite move.
func NewMove(a *host.Program) *cobra.Command {
	o := moveOptions{sendOptions: sendOptions{Program: a}}
	c := &cobra.Command{
		Use:   "move ROOM [TOKEN...]",
		Short: "Invite the people of a replaced room to the new room",
		Long: "Invite the people with pending invites of a replaced room to the room that\n" +
			"replaces it, and then revoke the old invites. Upgrading a room does not move\n" +
			"its invites. Without TOKEN, all pending invites are moved if their addresses\n" +
			"are in the address book. The invites are sent as by mxinvite send. Invites by\n" +
			"link get a new link, with the same label or address.",
		Example: "  mxinvite move '#ops' --dry-run\n" +
			"  mxinvite move '#ops' kPzQxW\n" +
			"  mxinvite move '!old:example.org' --to '#ops' --yes",
		Args: fail.Args(1, -1),
		PreRunE: func(c *cobra.Command, args []string) error {
			if !o.yes && !o.dryRun && !o.MayAsk() {
				return fail.MissingYes(c)
			}
			o.rooms, o.tokens = args[:1], args[1:]
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return runMove(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "invite to `ROOM`, if the old room does not name the new one")
	f.BoolVar(&o.keep, "keep", false, "do not revoke the old invites")
	o.addFlags(f, "send even if the person has an invite to the new room")
	return c
}

func runMove(ctx context.Context, o moveOptions) error {
	account, from, err := o.AccountInRoom(ctx, o.rooms[0])
	if err != nil {
		return err
	}
	to, err := o.newRoom(account, from)
	if err != nil {
		return err
	}
	old, left, err := o.find(account, from)
	if err != nil {
		return err
	}
	total := len(old) + len(left)
	if total == 0 {
		o.Note("%s has no pending invites.", out.Cut(from.Name, out.NameWidth))
	}
	o.noteLeft(left)
	plans, err := o.planMove(ctx, account, to)
	if err != nil {
		return err
	}
	p := o.preview([]client.Room{to}, plans, o.asks())
	question := p.question()
	if !o.keep {
		question = fmt.Sprintf("Send %s and revoke the old ones to %s?", out.Count(p.open(), "invite"), out.Cut(from.Name, out.NameWidth))
	}
	if err := o.confirm(ctx, account, p, question); err != nil {
		return err
	}
	var waiting *out.WaitingError
	if !o.dryRun {
		if waiting, err = o.deliver(ctx, account, p); err != nil {
			return err
		}
		err = errors.Join(o.addLinks(ctx, account, p), o.revokeOld(ctx, account, p, old))
	}
	return errors.Join(o.report(p, waiting), fail.Batch("moved", total, left), err)
}

// newRoom returns the room to which the invites of a room are moved.
func (o *moveOptions) newRoom(account *client.Account, from client.Room) (client.Room, error) {
	if o.to == "" {
		to, err := account.SuccessorToInvite(from)
		if errors.Is(err, client.ErrNotReplaced) || fail.Is[*client.NoSuccessorError](err) {
			return to, &NoNewRoomError{err}
		}
		return to, err
	}
	to, err := account.FindRoom(o.to)
	switch {
	case err != nil:
		return to, err
	case to.ID == from.ID:
		return to, fmt.Errorf("%s is the room that the invites are in", to.Name)
	}
	return to, client.Plan{Room: to, ToReplaced: true}.Err()
}

// find returns the invites to move and sets the list of their invitees. left are the
// invites whose addresses are not known.
func (o *moveOptions) find(account *client.Account, from client.Room) (old []*revocation, left []fail.Failure, err error) {
	invites, err := o.chosen(account, from)
	if err != nil {
		return nil, nil, err
	}
	facts := account.Facts()
	for _, i := range invites {
		switch err := account.Movable(i); {
		case err == nil:
		case errors.Is(err, client.ErrAddressUnknown):
			left = append(left, fail.Failure{Subject: out.Cut(i.DisplayName, out.NameWidth), Err: err})
			continue
		case len(o.tokens) > 0:
			return nil, nil, fmt.Errorf("%s: %w", out.Cut(i.DisplayName, out.NameWidth), err)
		default:
			continue
		}
		w := newRevocation(account, out.FindingOf(account, facts, from, i), from)
		old = append(old, w)
		who := recipients.Recipient{Invitee: account.InviteeOf(i)}
		if !slices.ContainsFunc(o.list.Recipients, func(r recipients.Recipient) bool { return r.Canonical() == who.Canonical() }) {
			o.list.Recipients = append(o.list.Recipients, who)
			o.first = append(o.first, i)
		}
	}
	return old, left, nil
}

// planMove plans the invites to the new room, each in the way of the old invite.
func (o *moveOptions) planMove(ctx context.Context, account *client.Account, to client.Room) ([]client.Plan, error) {
	old := make([]client.Resend, len(o.first))
	for n, i := range o.first {
		old[n] = client.Resend{Invite: i, To: o.list.Recipients[n].Invitee}
	}
	return o.withTerms(ctx, account, func() ([]client.Plan, error) {
		t := o.Tally("Looking up the addresses", len(old))
		defer t.End()
		return account.PlanMove(ctx, to.ID, old, t.Reach)
	})
}

// chosen returns the invites with the given tokens, or else all of the room.
func (o *moveOptions) chosen(account *client.Account, from client.Room) ([]invite.Invite, error) {
	if len(o.tokens) == 0 {
		return account.Invites(from.ID), nil
	}
	var invites []invite.Invite
	for i, err := range eachInvite(account, from, o.tokens) {
		if err != nil {
			return nil, err
		}
		invites = append(invites, i)
	}
	return invites, nil
}

// noteLeft names the invites that cannot be moved.
func (o *moveOptions) noteLeft(left []fail.Failure) {
	for n, f := range left {
		if n == out.MaxNamed {
			o.Note("%d more invites are not moved for the same reason.", len(left)-n)
			return
		}
		o.Note("The invite of %s is not moved: %s.", f.Subject, f.Err.Error())
	}
}

// revokeOld revokes the old invites of the people who now have an invite to the new
// room or are in it.
func (o *moveOptions) revokeOld(ctx context.Context, account *client.Account, p *preview, old []*revocation) error {
	if o.keep {
		return nil
	}
	there := map[recipients.Invitee]bool{}
	for _, d := range p.deliveries {
		switch d.Outcome() {
		case client.PlanJoined, client.PlanInvited, client.PlanQueued:
		default:
			if d.err != nil {
				continue
			}
		}
		there[d.Invitee().Canonical()] = true
	}
	var obsolete []*revocation
	for _, w := range old {
		if there[account.InviteeOf(w.Invite).Canonical()] {
			obsolete = append(obsolete, w)
		}
	}
	revokeEach(ctx, o.Program, account, obsolete)
	var failures []fail.Failure
	for _, w := range obsolete {
		if w.err != nil && !errors.Is(w.err, client.ErrAlreadyRevoked) {
			failures = append(failures, fail.Failure{Subject: out.Cut(w.subject(), out.NameWidth), Err: w.err})
		}
	}
	if done := len(obsolete) - len(failures); done > 0 {
		o.Note("%s to the old room revoked.", out.Count(done, "invite"))
	}
	return fail.Batch("revoked", len(obsolete), failures)
}

// A NoNewRoomError reports that the new room must be named with --to.
type NoNewRoomError struct{ err error }

func (e *NoNewRoomError) Error() string { return e.err.Error() }
func (e *NoNewRoomError) Unwrap() error { return e.err }

// Hint returns how to name the room.
func (*NoNewRoomError) Hint(func(client.Advice) string) string {
	return "To name the new room, use --to."
}
