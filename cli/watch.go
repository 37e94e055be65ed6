package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/notify"
	"github.com/mxinvite/mxinvite/wording"
)

type watchOptions struct {
	*host.Program

	all bool
}

func newWatch(a *host.Program) *cobra.Command {
	o := watchOptions{Program: a}
	c := &cobra.Command{
		Use:   "watch",
		Short: "Write a line for every change until interrupted",
		Long: "Watch all your rooms and write a line for every change. For an invite, the\n" +
			"change is new, accepted, joined, left, banned, revoked or replaced; for the\n" +
			"invites of a room that you join it is present. room-left means that you left a\n" +
			"room. offline and online concern the connection, which is restored\n" +
			"automatically; a line of offline has the reason in place of the name. With\n" +
			"--json each line is an object.",
		Example: "  mxinvite watch --json | jq --unbuffered 'select(.change == \"joined\")'",
		Args:    fail.Args(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return runWatch(c.Context(), o) },
	}
	c.Flags().BoolVar(&o.all, "all", false, "begin with all existing invites, as present")
	return c
}

func runWatch(ctx context.Context, o watchOptions) error {
	opt, _, err := o.AccountOptions(ctx)
	if err != nil {
		return err
	}
	opt.Store = nil // it is what happens from now on that is asked for
	account, err := o.Resume(ctx, opt)
	if err != nil {
		return err
	}
	w := watch{watchOptions: o, account: account, memory: memory{all: o.all}}
	if o.Header != nil && !o.OutTTY && !o.JSON {
		fmt.Fprintln(o.Out, strings.Join(o.Header, "\t"))
	}
	for watcher := account.Watch(); ; {
		c := watcher.Next(ctx)
		switch {
		case fail.Interrupted(c.Err):
			return nil // being stopped is how it ends
		case c.Final:
			return c.Err
		case c.Err != nil:
			err = w.lost(c.Err)
		default:
			err = w.news()
		}
		if err != nil {
			return err
		}
	}
}

// A watch is a run of the command.
type watch struct {
	watchOptions
	memory

	account *client.Account
	away    bool // the connection is lost
}

// lost says that nothing can be heard, once.
func (w *watch) lost(reason error) error {
	if w.away {
		return nil
	}
	w.away = true
	return w.write(change{happening: isOffline}, reason.Error())
}

// news writes what changed.
func (w *watch) news() error {
	if w.away {
		w.away = false
		if err := w.write(change{happening: isOnline}, ""); err != nil {
			return err
		}
	}
	first := !w.began
	for _, c := range w.update(w.account.Rooms(), func(room id.RoomID) []invite.Invite { return w.account.Invites(room) }) {
		if err := w.write(c, ""); err != nil {
			return err
		}
	}
	if first {
		w.Note("Watching the invites of %s.", string(w.account.UserID()))
	}
	return nil
}

// jsonChange is a change as watch promises it to scripts.
type jsonChange struct {
	Time   string `json:"time"`
	Change string `json:"change"`
	// Invite is there if the change is about one, RoomID if it is about a room.
	Invite   *out.JSONInvite `json:"invite,omitempty"`
	RoomID   string          `json:"room_id,omitempty"`
	RoomName string          `json:"room_name,omitempty"`
	Reason   string          `json:"reason,omitempty"` // why we are offline
}

func (w *watch) write(c change, reason string) error {
	now := w.Now()
	about := c.room.ID != "" && c.happening != roomLeft // an invite
	if w.JSON {
		j := jsonChange{Time: out.Timestamp(now), Change: string(c.happening), Reason: reason}
		if about {
			i := out.NewJSONInvite(out.FindingOf(w.account, w.account.Facts(), c.room, c.invite))
			j.Invite = &i
		} else {
			j.RoomID, j.RoomName = string(c.room.ID), c.room.Name
		}
		return w.WriteJSONLine(j)
	}
	i := c.invite
	clock := wording.Seconds(now, w.Location)
	widths := []int{len(clock), len("! room-left"), 20, 20, 24, 24, 0, 0, 0, 0}
	if !about {
		widths[2] = 120 // there is more to say, and nothing to align it with
	}
	w.notify(c)
	return w.WriteRow([]out.Column{3: {Title: "room"}, 4: {Title: "by"}, 5: {Title: "accepted by"}, 7: {}}, []out.Cell{
		{Shown: clock, Exact: out.Timestamp(now), Role: out.Faint},
		happeningCell(c),
		out.Text(cmp.Or(reason, i.DisplayName)),
		{Shown: c.room.Label(), Exact: string(c.room.ID)},
		out.UserCell(i.Sender, w.account.UserID()),
		out.UserCell(taker(i), w.account.UserID()),
		{Exact: string(i.Status)},
		{Exact: i.Token},
		{Exact: c.room.Name},
		{Exact: string(c.room.Alias)},
	}, widths)
}

// notify sends a desktop notification that an invite was accepted, if the settings ask for it.
func (w *watch) notify(c change) {
	if !w.ErrTTY || c.happening != wasAccepted && c.happening != hasJoined {
		return
	}
	who := cmp.Or(string(taker(c.invite)), c.invite.DisplayName)
	fmt.Fprint(w.Err, notify.Sequence(notify.Kind(w.Settings.Notify), w.Getenv("TERM"), "mxinvite", who+" accepted the invite to "+c.room.Name))
}

// happeningCell says what happened.
func happeningCell(c change) out.Cell {
	t := wording.Status(c.invite.Status)
	sign, l := t.Glyph, out.RoleLook(t.Role)
	switch c.happening {
	case wasSent:
		sign = "+"
	case isOnline:
		sign, l = "✓", out.Good
	case isOffline, roomLeft, wasReplaced:
		sign, l = "!", out.Bad
	default:
	}
	return out.Cell{Shown: sign + " " + string(c.happening), Exact: string(c.happening), Role: l}
}
