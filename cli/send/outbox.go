package send

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/wording"
)

type outboxOptions struct {
	*host.Program

	states []string
}

// NewOutbox returns the command mxinvite outbox.
func NewOutbox(a *host.Program) *cobra.Command {
	o := outboxOptions{Program: a}
	c := &cobra.Command{
		Use:   "outbox",
		Short: "List invites that are being sent, and their results",
		Long: "List the invites in the outbox, the oldest first. A STATE is one of\n" +
			out.Join(out.ItemStates(), ", ") + ".\n" +
			"An invite is uncertain if no server confirmed that the mail was sent. It is\n" +
			"never sent again automatically. An invite that mxinvite issued and mails itself\n" +
			"is in the room as soon as it has a token, even if the mail failed.",
		Example: "  mxinvite outbox --state failed,uncertain\n" +
			"  mxinvite outbox run",
		Args: fail.Args(0, 0),
		PreRunE: func(c *cobra.Command, _ []string) error {
			for _, s := range o.states {
				if !slices.Contains(out.ItemStates(), client.ItemState(s)) {
					return fail.Usage(c, fmt.Errorf("unknown state %q; use one of %s", s, out.Join(out.ItemStates(), ", ")))
				}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return runOutbox(c.Context(), o) },
	}
	c.Flags().StringSliceVar(&o.states, "state", nil, "only invites in `STATE`; several with commas between")
	c.AddCommand(newOutboxRun(a), newOutboxPause(a), newOutboxResume(a),
		newOutboxCancel(a), newOutboxRetry(a), newOutboxSettle(a), newOutboxClear(a))
	return c
}

// jsonItem is the stable JSON output of outbox for one item.
type jsonItem struct {
	Number   int64  `json:"number"`
	Address  string `json:"address,omitempty"` // absent for a Matrix ID
	Invitee  string `json:"invitee,omitempty"` // the address or the Matrix ID; absent if it cannot be decrypted
	Name     string `json:"name,omitempty"`
	RoomID   string `json:"room_id"`
	RoomName string `json:"room_name,omitempty"`
	State    string `json:"state"`
	Changed  string `json:"changed"`
	QueuedAt string `json:"queued_at"`
	Attempts int    `json:"attempts"`
	UserID   string `json:"user_id,omitempty"`
	Token    string `json:"token,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Way      string `json:"way,omitempty"` // identity-server, link or mail; absent for a Matrix ID
}

func newJSONItem(i client.Item, room client.Room) jsonItem {
	way := string(i.Way)
	if i.UserID != "" {
		way = ""
	}
	return jsonItem{
		Way: way, Number: i.Number, Address: i.Address.Address, Invitee: i.Invitee().String(), Name: i.Name, RoomID: string(i.Room), RoomName: room.Name,
		State: string(i.State), Changed: out.Timestamp(i.Changed), QueuedAt: out.Timestamp(i.QueuedAt), Attempts: i.Attempts,
		UserID: string(i.UserID), Token: i.Token, Reason: i.Reason,
	}
}

func runOutbox(ctx context.Context, o outboxOptions) error {
	account, outbox, err := o.OfflineOutbox(ctx)
	if err != nil {
		return err
	}
	all := []jsonItem{}
	t := &out.Table{Columns: []out.Column{
		{Title: "NUMBER"},
		{Title: "INVITEE", Yields: true},
		{Title: "ROOM", Yields: true},
		{Title: "STATE"},
		{Title: "SINCE"},
		{Title: "MATRIX ID", Yields: true},
		{Title: "TOKEN"},
		{Title: "REASON", Yields: true},
		{}, // the room's name and its alias; on a terminal, ROOM shows one of them
		{},
	}, Of: out.OutboxItem}
	for _, i := range outbox.Items {
		if len(o.states) > 0 && !slices.Contains(o.states, string(i.State)) {
			continue
		}
		room, _ := account.Room(i.Room) // the account may have left the room
		all = append(all, newJSONItem(i, room))
		number := strconv.FormatInt(i.Number, 10)
		t.Add(
			out.Cell{Shown: number, Exact: number, Call: true},
			addressCell(i),
			out.Cell{Shown: out.ItemRoom(room, i), Exact: string(i.Room)},
			stateCell(i),
			out.AgeCell(o.Now(), i.Changed),
			out.UserCell(i.UserID, account.UserID()),
			out.Cell{Shown: out.FirstLetters(i.Token, out.ShortestToken), Exact: i.Token, Call: true},
			out.Text(i.Reason),
			out.Cell{Exact: room.Name},
			out.Cell{Exact: string(room.Alias)},
		)
		t.Call(number)
	}
	if o.JSON {
		err = o.WriteJSON(all)
	} else {
		err = o.WriteTable(t)
	}
	noteOutlook(o.Program, outbox)
	return err
}

// noteOutlook says how many invites are queued, when they can be sent and which
// program sends them.
func noteOutlook(a *host.Program, outbox client.Outbox) {
	n := outbox.Count(client.ItemQueued, client.ItemSending)
	if n == 0 {
		a.Note("There are no queued invites.")
		return
	}
	w := &out.WaitingError{Location: a.Location}
	w.Take(a.Now(), outbox, n)
	switch s := w.Error() + "."; {
	case outbox.Stall.Reason != "":
		a.Note("%s %s", s, exit.Hint(a, w))
	case outbox.Paused:
		a.Note("%s", s)
	case outbox.Sender != "":
		a.Note("%s %s is sending them.", s, outbox.Sender)
	default:
		a.Note("%s No program is sending them. To send them, run: mxinvite outbox run", s)
	}
}

// addressCell returns the cell of the invitee's address.
func addressCell(i client.Item) out.Cell {
	if i.Sealed {
		return out.Cell{Shown: "(sealed)", Role: out.Faint}
	}
	return out.Text(i.Invitee().String())
}

// stateCell returns the cell of an item's state, with the glyph of its outcome.
func stateCell(i client.Item) out.Cell {
	c := out.OutcomeCell(outcomeOf(client.Item{State: i.State}))
	shown := string(i.State)
	if i.InRoom() {
		shown = wording.MailState(shown)
	}
	return out.Cell{Shown: out.FirstLetters(c.Shown, 1) + " " + shown, Exact: string(i.State), Role: c.Role}
}
