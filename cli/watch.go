package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/notify"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/wording"
)

type watchOptions struct {
	*app

	all bool
}

func newWatch(a *app) *cobra.Command {
	o := watchOptions{app: a}
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
		Args:    takes(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return runWatch(c.Context(), o) },
	}
	c.Flags().BoolVar(&o.all, "all", false, "begin with all existing invites, as present")
	return c
}

func runWatch(ctx context.Context, o watchOptions) error {
	opt, _, err := o.kept(ctx)
	if err != nil {
		return err
	}
	opt.Store = nil // it is what happens from now on that is asked for
	account, err := o.resume(ctx, opt)
	if err != nil {
		return err
	}
	w := watch{watchOptions: o, account: account, memory: memory{all: o.all}}
	if o.header != nil && !o.OutTTY && !o.json {
		fmt.Fprintln(o.Out, strings.Join(o.header, "\t"))
	}
	for watcher := account.Watch(); ; {
		c := watcher.Next(ctx)
		switch {
		case interrupted(c.Err):
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
		w.say("Watching the invites of %s.", string(w.account.UserID()))
	}
	return nil
}

// jsonChange is a change as watch promises it to scripts.
type jsonChange struct {
	Time   string `json:"time"`
	Change string `json:"change"`
	// Invite is there if the change is about one, RoomID if it is about a room.
	Invite   *jsonInvite `json:"invite,omitempty"`
	RoomID   string      `json:"room_id,omitempty"`
	RoomName string      `json:"room_name,omitempty"`
	Reason   string      `json:"reason,omitempty"` // why we are offline
}

func (w *watch) write(c change, reason string) error {
	now := w.Now()
	about := c.room.ID != "" && c.happening != roomLeft // an invite
	if w.json {
		j := jsonChange{Time: timestamp(now), Change: string(c.happening), Reason: reason}
		if about {
			i := newJSONInvite(findingOf(w.account, w.account.Facts(), c.room, c.invite))
			j.Invite = &i
		} else {
			j.RoomID, j.RoomName = string(c.room.ID), c.room.Name
		}
		return w.writeJSONLine(j)
	}
	i := c.invite
	widths := []int{len(time.TimeOnly), len("! room-left"), 20, 20, 24, 24, 0, 0, 0, 0}
	if !about {
		widths[2] = 120 // there is more to say, and nothing to align it with
	}
	w.notify(c)
	return w.writeRow([]cell{
		{shown: now.Format(time.TimeOnly), exact: timestamp(now), look: faint},
		happeningCell(c),
		text(cmp.Or(reason, i.DisplayName)),
		{shown: c.room.Label(), exact: string(c.room.ID)},
		userCell(i.Sender, w.account.UserID()),
		userCell(taker(i), w.account.UserID()),
		{exact: string(i.Status)},
		{exact: i.Token},
		{exact: c.room.Name},
		{exact: string(c.room.Alias)},
	}, widths)
}

// notify sends a desktop notification that an invite was accepted, if the settings ask for it.
func (w *watch) notify(c change) {
	if !w.ErrTTY || c.happening != wasAccepted && c.happening != hasJoined {
		return
	}
	who := cmp.Or(string(taker(c.invite)), c.invite.DisplayName)
	fmt.Fprint(w.Err, notify.Sequence(notify.Kind(w.settings.Notify), w.getenv("TERM"), "mxinvite", who+" accepted the invite to "+c.room.Name))
}

// writeRow writes one row at once: nobody knows how wide the next ones will be.
func (a *app) writeRow(row []cell, widths []int) error {
	s := tabbed(row)
	switch {
	case a.speaks():
		columns := []column{3: {title: "room"}, 4: {title: "by"}, 5: {title: "accepted by"}, 7: {}}
		s = (&table{columns: columns}).sentence(row, false) + "."
	case a.OutTTY:
		for i, c := range row {
			row[i].shown = safetext.Line(c.shown)
		}
		s = line(row, widths, a.inks())
	}
	_, err := fmt.Fprintln(a.Out, s)
	return err
}

// happeningCell says what happened.
func happeningCell(c change) cell {
	t := wording.Status(c.invite.Status)
	sign, l := t.Glyph, roleLook(t.Role)
	switch c.happening {
	case wasSent:
		sign = "+"
	case isOnline:
		sign, l = "✓", good
	case isOffline, roomLeft, wasReplaced:
		sign, l = "!", bad
	default:
	}
	return cell{shown: sign + " " + string(c.happening), exact: string(c.happening), look: l}
}
