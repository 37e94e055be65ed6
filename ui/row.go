package ui

import (
	"cmp"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// inviteKey names an invite among all rooms.
type inviteKey struct {
	room  id.RoomID
	token string
}

func keyOf(i invite.Invite) inviteKey { return inviteKey{i.RoomID, i.Token} }

// A row is an invite with all that is known of it at the moment.
type row struct {
	invite   invite.Invite
	room     client.Room
	facts    invite.Facts
	verdict  invite.Verdict
	warnings []invite.Warning
}

func newRow(i invite.Invite, r client.Room, f invite.Facts) row {
	verdict, warnings := i.Assess(f)
	return row{i, r, f, verdict, warnings}
}

// needsLook reports whether a person should look at the invite: something is
// wrong with it that does not go away by itself.
func (r row) needsLook() bool {
	if r.invite.Status == invite.Malformed || (r.invite.Status != invite.Revoked && r.verdict == invite.Refused) {
		return true
	}
	return slices.ContainsFunc(r.warnings, invite.Warning.Lasting)
}

// taker is who took the invite; nobody is "".
func (r row) taker() string {
	if r.invite.Acceptance == nil {
		return ""
	}
	return string(r.invite.Acceptance.UserID)
}

// standing says in a word how it stands with the keys.
func (r row) standing() string { return r.invite.Standing(r.facts) }

// An order is a way to sort the list.
type order struct {
	name    string
	compare func(a, b row) int
}

// orders are the ways to sort, in the order that a key goes through them.
func orders() []order {
	newest := func(a, b row) int { return b.invite.At().Compare(a.invite.At()) }
	by := func(name string, of func(row) string) order {
		return order{name, func(a, b row) int {
			return cmp.Or(strings.Compare(strings.ToLower(of(a)), strings.ToLower(of(b))), newest(a, b))
		}}
	}
	return []order{
		{"newest", newest},
		{"oldest", func(a, b row) int { return newest(b, a) }},
		by("name", func(r row) string { return r.invite.DisplayName }),
		by("room", func(r row) string { return r.room.Label() }),
		{"status", func(a, b row) int {
			all := invite.Statuses()
			return cmp.Or(cmp.Compare(slices.Index(all, a.invite.Status), slices.Index(all, b.invite.Status)), newest(a, b))
		}},
		by("key", row.standing),
		by("inviter", func(r row) string { return inviter(r.invite) }),
	}
}
