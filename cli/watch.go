package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/notify"
	"github.com/mxinvite/mxinvite/ui/phrase"
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
		Long: "Watch all your rooms and write a line for every change. The changes of an invite\n" +
			"are new, accepted, joined, left, banned, revoked and replaced; present is an\n" +
			"existing invite of a room that you have just joined. room-left means that you\n" +
			"left a room. offline and online are changes of the connection, which is\n" +
			"restored automatically; offline has the reason in place of the name. With\n" +
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
	opt.UnstoredRooms = true // only changes from now on are reported
	account, err := o.Resume(ctx, opt)
	if err != nil {
		return err
	}
	w := &watch{watchOptions: o, account: account, tracker: tracker{all: o.all}}
	links := host.RevokeAccepted(ctx, account, w.notRevoked)
	defer links.Close()
	if o.Header != nil && !o.OutTTY && !o.JSON {
		fmt.Fprintln(o.Out, strings.Join(o.Header, "\t"))
	}
	for watcher := account.Watch(); ; {
		c := w.next(ctx, watcher)
		switch {
		case fail.Interrupted(c.Err):
			return nil // interrupting is the normal way to end it
		case c.Final:
			return c.Err
		case c.Err != nil:
			err = w.lost(c.Err)
		default:
			err = w.news()
			links.Check()
		}
		if err != nil {
			return err
		}
	}
}

// next returns the next change, and shows the progress of the first sync.
func (w *watch) next(ctx context.Context, watcher *client.Watcher) (c client.Change) {
	if w.began {
		return watcher.Next(ctx)
	}
	_ = w.DuringCount(ctx, host.SyncProgress(w.account), func(ctx context.Context) error {
		c = watcher.Next(ctx)
		return nil
	})
	return c
}

// A watch is one run of the command watch.
type watch struct {
	watchOptions
	tracker

	account *client.Account
	away    bool       // the connection is lost
	writing sync.Mutex // lines and notes are written one after the other
}

// notRevoked reports why an accepted link cannot be revoked.
func (w *watch) notRevoked(err error) {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.Note("%s", phrase.Sentence(err.Error()))
}

// lost reports that the connection is lost, once.
func (w *watch) lost(reason error) error {
	if w.away {
		return nil
	}
	w.away = true
	w.writing.Lock()
	defer w.writing.Unlock()
	return w.write(change{changeKind: isOffline}, reason.Error())
}

// news writes the changes since the last sync.
func (w *watch) news() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if w.away {
		w.away = false
		if err := w.write(change{changeKind: isOnline}, ""); err != nil {
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

// jsonChange is the stable JSON output of watch.
type jsonChange struct {
	Time   string `json:"time"`
	Change string `json:"change"`
	// Invite is set if the change is about an invite, RoomID if it is about a room.
	Invite   *out.JSONInvite `json:"invite,omitempty"`
	RoomID   string          `json:"room_id,omitempty"`
	RoomName string          `json:"room_name,omitempty"`
	Reason   string          `json:"reason,omitempty"` // the error, if Change is "offline"
}

func (w *watch) write(c change, reason string) error {
	now := w.Now()
	about := c.room.ID != "" && c.changeKind != roomLeft // the change is about an invite
	if w.JSON {
		j := jsonChange{Time: out.Timestamp(now), Change: string(c.changeKind), Reason: reason}
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
		widths[2] = 120 // the reason is long, and the other columns are empty
	}
	w.notify(c)
	return w.WriteRow([]out.Column{3: {Title: "room"}, 4: {Title: "by"}, 5: {Title: "accepted by"}, 7: {}}, []out.Cell{
		{Shown: clock, Exact: out.Timestamp(now), Role: out.Faint},
		kindCell(c),
		out.Text(cmp.Or(reason, i.DisplayName)),
		{Shown: c.room.Label(), Exact: string(c.room.ID)},
		out.UserCell(i.Sender, w.account.UserID()),
		out.UserCell(acceptedBy(i), w.account.UserID()),
		{Exact: string(i.Status)},
		{Exact: i.Token},
		{Exact: c.room.Name},
		{Exact: string(c.room.Alias)},
	}, widths)
}

// notify sends a desktop notification that an invite was accepted, if the settings ask for it.
func (w *watch) notify(c change) {
	if !w.ErrTTY || c.changeKind != wasAccepted && c.changeKind != hasJoined {
		return
	}
	who := cmp.Or(string(acceptedBy(c.invite)), c.invite.DisplayName)
	fmt.Fprint(w.Err, notify.Sequence(notify.Kind(w.Settings.Notify), w.Getenv("TERM"), "mxinvite", who+" accepted the invite to "+c.room.Name))
}

// kindCell returns the cell of the kind of a change.
func kindCell(c change) out.Cell {
	t := wording.Status(c.invite.Status)
	sign, l := t.Glyph, out.RoleOf(t.Role)
	switch c.changeKind {
	case wasSent:
		sign = "+"
	case isOnline:
		sign, l = "✓", out.Good
	case isOffline, roomLeft, wasReplaced:
		sign, l = "!", out.Bad
	default:
	}
	return out.Cell{Shown: sign + " " + string(c.changeKind), Exact: string(c.changeKind), Role: l}
}
