package cli

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
)

func newRooms(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "rooms",
		Short: "List the rooms you are in, and whether you may invite there",
		Args:  fail.Args(0, 0),
		RunE:  func(c *cobra.Command, _ []string) error { return runRooms(c.Context(), a) },
	}
}

// jsonRoom is the stable JSON output of rooms.
type jsonRoom struct {
	RoomID string `json:"room_id"`
	Name   string `json:"name"`
	Alias  string `json:"alias,omitempty"`
	// PowerLevel is absent for a room creator whose power level is unlimited.
	PowerLevel  *int   `json:"power_level,omitempty"`
	InviteLevel int    `json:"invite_level"`
	MayInvite   bool   `json:"may_invite"`
	Pending     int    `json:"pending"`
	Replaced    bool   `json:"replaced,omitempty"`    // by another room
	ReplacedBy  string `json:"replaced_by,omitempty"` // the ID of that room, if known
	// UnreadEvents is the number of events that could not be read.
	UnreadEvents int `json:"unread_events,omitempty"`
}

func runRooms(ctx context.Context, a *host.Program) error {
	account, err := a.Account(ctx)
	if err != nil {
		return err
	}
	rooms := account.Rooms()
	all := make([]jsonRoom, 0, len(rooms))
	t := &out.Table{Columns: []out.Column{{Title: "ROOM", Yields: true}, {Title: "ALIAS", Yields: true}, {Title: "INVITE"}, {Title: "PENDING"}, {Title: "ID", Yields: true}}, Of: "room"}
	for _, r := range rooms {
		pending := countPending(account, r)
		all = append(all, newJSONRoom(r, pending))
		t.Add(out.Text(r.Name), out.Text(string(r.Alias)), mayInviteCell(r), out.Text(strconv.Itoa(pending)),
			out.Cell{Shown: string(r.ID), Exact: string(r.ID), Call: true})
		t.Call(string(r.ID))
	}
	for _, r := range rooms {
		if r.Replaced {
			a.Note("%s", out.ReplacedText(account, r))
		}
		if r.Unread > 0 {
			a.Note("%d events of %s could not be read.", r.Unread, r.Name)
		}
	}
	if a.JSON {
		return a.WriteJSON(all)
	}
	if len(rooms) == 0 {
		a.Note("%s is not in any room.", string(account.UserID()))
	}
	return a.WriteTable(t)
}

func countPending(account *client.Account, r client.Room) int {
	n := 0
	for _, i := range account.Invites(r.ID) {
		if i.Live() {
			n++
		}
	}
	return n
}

func newJSONRoom(r client.Room, pending int) jsonRoom {
	j := jsonRoom{
		RoomID: string(r.ID), Name: r.Name, Alias: string(r.Alias),
		InviteLevel: r.InvitePower, MayInvite: r.MayInvite(), Pending: pending, Replaced: r.Replaced, ReplacedBy: string(r.Replacement),
		UnreadEvents: r.Unread,
	}
	if r.Power != math.MaxInt {
		j.PowerLevel = &r.Power
	}
	return j
}

// mayInviteCell says whether the user may invite to a room, or why not.
func mayInviteCell(r client.Room) out.Cell {
	if r.Replaced {
		exact := "no"
		if r.MayInvite() {
			exact = "yes"
		}
		return out.Cell{Shown: "! replaced", Exact: exact, Spoken: "the room was replaced", Role: out.Warn}
	}
	if r.MayInvite() {
		return out.Cell{Shown: "✓ yes", Exact: "yes", Spoken: "allowed", Role: out.Good}
	}
	return out.Cell{
		Shown: fmt.Sprintf("✗ no, %d of %d", r.Power, r.InvitePower), Exact: "no", Role: out.Bad,
		Spoken: fmt.Sprintf("not allowed, your power level is %d and %d is needed", r.Power, r.InvitePower),
	}
}
