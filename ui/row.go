package ui

import (
	"cmp"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A row is an invite with all facts that are known about it now.
type row struct {
	invite   *invite.Invite // which is not changed
	room     *client.Room
	address  string // address of the mail; empty if unknown
	facts    *invite.Facts
	verdict  invite.Verdict
	warnings []invite.Warning
}

func newRow(sh *shell.Shell, i *invite.Invite, r *client.Room, f *invite.Facts) row {
	verdict, warnings := i.Assess(*f)
	address, _ := sh.Account.AddressOf(i.RoomID, i.Token)
	return row{i, r, address.Address, f, verdict, warnings}
}

// who returns the invitee: the address or, if unknown, the display name of the invite.
func (r *row) who() string { return cmp.Or(r.address, nameOf(*r.invite)) }

// inviteeOf returns the invitee of an invite like [row.who], for an invite outside of
// a list.
func inviteeOf(sh *shell.Shell, i invite.Invite) string {
	address, _ := sh.Account.AddressOf(i.RoomID, i.Token)
	return cmp.Or(address.Address, nameOf(i))
}

func (r *row) needsLook() bool { return r.invite.NeedsLook(r.verdict, r.warnings) }

// acceptedBy returns the user who accepted the invite; empty if none has.
func (r *row) acceptedBy() string {
	if r.invite.Acceptance == nil {
		return ""
	}
	return string(r.invite.Acceptance.UserID)
}

// standing returns the state of the keys or of the proof as a word.
func (r *row) standing() string { return r.invite.Standing(*r.facts) }

// The columns that a list of invites can be sorted by.
const (
	bySent   = "sent"
	byName   = "name"
	byRoom   = "room"
	byStatus = "status"
	byKey    = "key"
	bySender = "sender"
)

// inviteOrders returns the orders of invites. The original order has the newest first.
func inviteOrders() []widget.Order[row] {
	rank := map[invite.Status]int{}
	for n, s := range invite.Statuses() {
		rank[s] = n
	}
	return []widget.Order[row]{
		{Name: bySent, Descends: true},
		widget.ByText(byName, (*row).who),
		widget.ByText(byRoom, func(r *row) string { return r.room.Label() }),
		{Name: byStatus, Of: func(r *row) (int, string) { return rank[r.invite.Status], "" }},
		widget.ByText(byKey, (*row).standing),
		widget.ByText(bySender, func(r *row) string { return inviter(*r.invite) }),
	}
}
