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
	room     *client.Room
	address  string // that it went to; empty if that is not known
	facts    *invite.Facts
	verdict  invite.Verdict
	warnings []invite.Warning
}

func (sh *shell) newRow(i invite.Invite, r *client.Room, f *invite.Facts) row {
	verdict, warnings := i.Assess(*f)
	address, _ := sh.account.AddressOf(i.RoomID, i.Token)
	return row{i, r, address.Address, f, verdict, warnings}
}

// who is whom the invite is for: the address if it is known, and else what is
// left of it.
func (r *row) who() string { return cmp.Or(r.address, nameOf(r.invite)) }

// who is the same for an invite that is in no list.
func (sh *shell) who(i invite.Invite) string {
	address, _ := sh.account.AddressOf(i.RoomID, i.Token)
	return cmp.Or(address.Address, nameOf(i))
}

// needsLook reports whether a person should look at the invite: something is
// wrong with it that does not go away by itself.
func (r *row) needsLook() bool {
	if r.invite.Status == invite.Malformed || (r.invite.Status != invite.Revoked && r.verdict == invite.Refused) {
		return true
	}
	return slices.ContainsFunc(r.warnings, invite.Warning.Lasting)
}

// taker is who took the invite; nobody is "".
func (r *row) taker() string {
	if r.invite.Acceptance == nil {
		return ""
	}
	return string(r.invite.Acceptance.UserID)
}

// standing says in a word how it stands with the keys.
func (r *row) standing() string { return r.invite.Standing(*r.facts) }

// An order is a way to sort the list: by what stands in the rows, and those of
// which that is the same the newest first.
type order struct {
	name    string
	of      func(*row) string // nil for the time
	reverse bool
}

// orders are the ways to sort, in the order that a key goes through them.
func orders() []order {
	return []order{
		{name: "newest"},
		{name: "oldest", reverse: true},
		{name: "name", of: func(r *row) string { return r.who() }},
		{name: "room", of: func(r *row) string { return r.room.Label() }},
		{name: "status", of: func(r *row) string { return string(rune('a' + slices.Index(invite.Statuses(), r.invite.Status))) }},
		{name: "key", of: (*row).standing},
		{name: "inviter", of: func(r *row) string { return inviter(r.invite) }},
	}
}

// sort sorts rows that come with the newest first.
func (o order) sort(rows []*row) {
	if o.reverse {
		slices.Reverse(rows)
	}
	if o.of == nil {
		return
	}
	type labelled struct {
		text string
		row  *row
	}
	all := make([]labelled, len(rows))
	for n, r := range rows {
		all[n] = labelled{strings.ToLower(o.of(r)), r}
	}
	slices.SortStableFunc(all, func(a, b labelled) int { return strings.Compare(a.text, b.text) })
	for n, l := range all {
		rows[n] = l.row
	}
}
