package ui

import (
	"cmp"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A row is an invite with all that is known of it at the moment.
type row struct {
	invite   invite.Invite
	room     *client.Room
	address  string // that it went to; empty if that is not known
	facts    *invite.Facts
	verdict  invite.Verdict
	warnings []invite.Warning
}

func newRow(sh *shell.Shell, i invite.Invite, r *client.Room, f *invite.Facts) row {
	verdict, warnings := i.Assess(*f)
	address, _ := sh.Account.AddressOf(i.RoomID, i.Token)
	return row{i, r, address.Address, f, verdict, warnings}
}

// who is whom the invite is for: the address if it is known, and else what is
// left of it.
func (r *row) who() string { return cmp.Or(r.address, nameOf(r.invite)) }

// inviteeOf is whom an invite is for, as (*row).who says it, for an invite that is
// in no list.
func inviteeOf(sh *shell.Shell, i invite.Invite) string {
	address, _ := sh.Account.AddressOf(i.RoomID, i.Token)
	return cmp.Or(address.Address, nameOf(i))
}

func (r *row) needsLook() bool { return r.invite.NeedsLook(r.verdict, r.warnings) }

// acceptedBy is the user who accepted the invite; empty if none has.
func (r *row) acceptedBy() string {
	if r.invite.Acceptance == nil {
		return ""
	}
	return string(r.invite.Acceptance.UserID)
}

// standing says in a word how it stands with the keys.
func (r *row) standing() string { return r.invite.Standing(*r.facts) }

// The columns of a list of invites, which it can be sorted by.
const (
	bySent   = "sent"
	byName   = "name"
	byRoom   = "room"
	byStatus = "status"
	byKey    = "key"
	bySender = "sender"
)

// inviteOrders are the ways to sort invites that come with the newest first.
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
		widget.ByText(bySender, func(r *row) string { return inviter(r.invite) }),
	}
}
