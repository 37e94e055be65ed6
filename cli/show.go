package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/invite"
)

type showOptions struct {
	*host.Program

	room, token string
	check, link bool
}

func newShow(a *host.Program) *cobra.Command {
	o := showOptions{Program: a}
	c := &cobra.Command{
		Use:   "show ROOM TOKEN",
		Short: "Show an invite with its checks and history",
		Long: "Show one invite of a room, with the checks behind its verdict and the history\n" +
			"of its event. TOKEN may be shortened as long as it stays unique in the room. If\n" +
			"the output is not a terminal, each line is the name of a JSON member, a tab and\n" +
			"the value.",
		Args: fail.Args(2, 2),
		RunE: func(c *cobra.Command, args []string) error {
			o.room, o.token = args[0], args[1]
			return runShow(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.link, "link", false, "print only the link of an invite that mxinvite made itself")
	c.Flags().BoolVar(&o.check, "check", false, "ask trusted servers whether its keys are valid")
	return c
}

func runShow(ctx context.Context, o showOptions) error {
	account, room, err := o.AccountInRoom(ctx, o.room)
	if err != nil {
		return err
	}
	i, err := out.FindInvite(account, room, o.token)
	if err != nil {
		return err
	}
	if o.link {
		account.FindRoutes(ctx, room.ID)
		l, err := account.Link(room.ID, i.Token)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(o.Out, l.Format(o.LinkBase()))
		return err
	}
	if o.check {
		ask := func(ctx context.Context) { account.CheckInvite(ctx, i, func() {}) }
		if err := checkKeys(ctx, o.Program, account, []invite.Invite{i}, ask); err != nil {
			return err
		}
	}
	f := out.FindingOf(account, account.Facts(), room, i)
	if o.JSON {
		return o.WriteJSON(out.NewJSONInvite(f))
	}
	return o.WriteTable(o.InviteTable(f, withFirst(account.History(room.ID, i.Token))))
}

// withFirst adds the event that the oldest event of a history replaced, from
// its prev_content. The time of that event is unknown.
func withFirst(history []invite.Event) []invite.Event {
	if len(history) == 0 {
		return nil
	}
	oldest := history[len(history)-1]
	if len(oldest.PrevContent) == 0 {
		return history
	}
	return append(history, invite.Event{ID: oldest.Replaces, Sender: oldest.PrevSender, Content: oldest.PrevContent})
}
