package send

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/filter"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/invite"
)

type revokeOptions struct {
	*host.Program

	room   string
	tokens []string

	which      filter.Invites // the filters, if there are no tokens
	allPending bool

	dryRun, yes bool
}

// NewRevoke returns the command mxinvite revoke.
func NewRevoke(a *host.Program) *cobra.Command {
	o := revokeOptions{Program: a}
	c := &cobra.Command{
		Use:   "revoke ROOM TOKEN... | [ROOM] FILTER...",
		Short: "Revoke invites",
		Long: "Revoke invites of a room by their tokens, or all invites that match filters. The\n" +
			"links in their mails stop working for this room. The identity server is not\n" +
			"told, and members of the room stay. TOKEN may be shortened as long as it stays\n" +
			"unique in the room. An invite must match all filters. Without --status, only\n" +
			"pending invites match.",
		Example: "  mxinvite revoke '#ops' kPzQxW\n" +
			"  mxinvite revoke --by me --older-than 30d --dry-run\n" +
			"  mxinvite revoke '#ops' --all-pending\n" +
			"  mxinvite revoke --warn rejoin-hazard",
		Args: fail.Args(0, -1),
		PreRunE: func(c *cobra.Command, args []string) error {
			switch {
			case o.byToken():
				if err := fail.Args(2, -1)(c, args); err != nil {
					return err
				}
				o.room, o.tokens = args[0], args[1:]
			case len(args) > 1:
				return fail.Usage(c, errors.New("either tokens or filters"))
			default:
				o.which.Rooms = append(o.which.Rooms, args...)
			}
			if !o.yes && !o.dryRun && !o.MayAsk() {
				return fail.MissingYes(c)
			}
			return o.which.Check(c)
		},
		RunE: func(c *cobra.Command, _ []string) error { return runRevoke(c.Context(), o) },
	}
	f := c.Flags()
	o.which.AddFlags(f)
	f.BoolVar(&o.allPending, "all-pending", false, "all invites that can still be accepted")
	f.BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would happen")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return c
}

// byToken reports whether invites are named by tokens. A room alone is not a
// filter.
func (o revokeOptions) byToken() bool { return o.which.MatchesAll() && !o.allPending }

func runRevoke(ctx context.Context, o revokeOptions) error {
	account, err := o.Account(ctx)
	if err != nil {
		return err
	}
	revocations, err := o.find(account)
	if err != nil {
		return err
	}
	if len(revocations) == 0 {
		o.Note("There are no such invites.")
	}
	asking := !o.yes && !o.dryRun && slices.ContainsFunc(revocations, (*revocation).open)
	if asking || o.dryRun && len(revocations) > 0 {
		o.announce(revocations, asking)
	}
	if asking {
		yes, err := o.Confirm(ctx, "Revoke "+describe(revocations, (*revocation).open)+"?")
		if err != nil {
			return err
		}
		if !yes {
			return fail.ErrDeclined
		}
	}
	if o.dryRun {
		return o.report(revocations)
	}
	revokeEach(ctx, o.Program, account, revocations)
	done := func(w *revocation) bool { return w.outcome == out.Revoked }
	if slices.ContainsFunc(revocations, done) {
		o.Note("Revoked %s.", describe(revocations, done))
	}
	return o.report(revocations)
}

func countOpen(revocations []*revocation) int {
	n := 0
	for _, w := range revocations {
		if w.open() {
			n++
		}
	}
	return n
}

// namedInSentence is the number of invitees that a sentence names.
const namedInSentence = 3

// describe summarizes the invites that meant selects: their invitees and their
// room.
func describe(revocations []*revocation, meant func(*revocation) bool) string {
	var invitees []string
	rooms := map[id.RoomID]string{}
	for _, w := range revocations {
		if meant(w) {
			invitees = append(invitees, out.Cut(w.subject(), out.NameWidth))
			rooms[w.RoomID] = out.Cut(w.room.Label(), out.NameWidth)
		}
	}
	where := out.Count(len(rooms), "room")
	if len(rooms) == 1 {
		for _, label := range rooms {
			where = label
		}
	}
	n := len(invitees)
	if n == 1 {
		return "the invite for " + invitees[0] + " to " + where
	}
	if n > namedInSentence+1 {
		invitees = append(invitees[:namedInSentence:namedInSentence], fmt.Sprintf("%d more", n-namedInSentence))
	}
	last := len(invitees) - 1
	return fmt.Sprintf("%s to %s (%s and %s)", out.Count(n, "invite"), where, strings.Join(invitees[:last], ", "), invitees[last])
}

// announce shows which invites will be revoked, and which cannot be. A dry run
// lists all of them.
func (o revokeOptions) announce(revocations []*revocation, asking bool) {
	say := o.Note
	if asking {
		say = o.Message
	}
	for _, of := range byRoom(revocations) {
		if name, id := out.Cut(of[0].room.Name, out.NameWidth), string(of[0].room.ID); len(of) > 1 {
			say("In %s (%s), %s:", name, id, out.Count(len(of), "invite"))
		} else {
			say("In %s (%s):", name, id)
		}
		for n, w := range of {
			if n == out.MaxNamed && len(of) > out.MaxNamed+1 && !o.dryRun {
				say("  and %d more", len(of)-n)
				break
			}
			subject := out.Cut(w.subject(), out.NameWidth)
			if !w.open() {
				say(refusalFormat(o.Program), subject, w.err.Error())
				continue
			}
			say("  %s, %s, sent by %s: the link stops working in this room%s",
				subject, string(w.Status), out.Cut(string(w.Sender), out.NameWidth), afterwards(w.Invite))
		}
	}
	say("The identity server is not told, and the mail is not deleted.")
}

// refusalFormat returns the format of the line of an invite that cannot be revoked:
// its invitee and the reason.
func refusalFormat(a *host.Program) string {
	if a.Accessible {
		return "  %s cannot be revoked: %s"
	}
	return "  ✗ %s: %s"
}

// afterwards says that a user who accepted the invite stays in the room.
func afterwards(i invite.Invite) string {
	switch i.Status {
	case invite.Invited, invite.Joined:
		return "; " + out.Cut(string(i.Acceptance.UserID), out.NameWidth) + " stays " + string(i.Status)
	default:
		return ""
	}
}
