package cli

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A changeKind names a change of an invite, a room or the connection. Scripts rely
// on the values.
type changeKind string

const (
	wasThere    changeKind = "present" // it existed when the user joined the room, or at the start
	wasSent     changeKind = "new"
	wasAccepted changeKind = "accepted" // the user was invited by it and has not joined yet
	hasJoined   changeKind = "joined"
	hasLeft     changeKind = "left"
	wasBanned   changeKind = "banned"
	wasRevoked  changeKind = "revoked"
	wasReplaced changeKind = "replaced" // its event was overwritten with other content
	roomLeft    changeKind = "room-left"
	isOffline   changeKind = "offline"
	isOnline    changeKind = "online"
)

// A change is a change of an invite, a room or the connection.
type change struct {
	changeKind

	room   client.Room
	invite invite.Invite // its token is empty if the change is not about an invite
}

// A tracker keeps the last known state of rooms and invites, to find out what
// changed.
type tracker struct {
	all   bool // report all invites that exist at the start
	began bool
	rooms map[id.RoomID]remembered
}

type remembered struct {
	room    client.Room
	silent  bool                     // do not report the invites that are found first
	invites map[string]invite.Invite // by token; nil until the room was traced
}

// update stores the current state of the rooms and returns the changes since the
// last call. It skips rooms that are not traced yet, because an invite that looks
// pending there may have been accepted.
func (m *tracker) update(rooms []client.Room, invites func(id.RoomID) []invite.Invite) []change {
	var changes []change
	now := make(map[id.RoomID]remembered, len(rooms))
	for _, r := range rooms {
		before, known := m.rooms[r.ID]
		if !known {
			before.silent = !m.began && !m.all
		}
		before.room = r
		if r.Traced {
			var news []change
			before.invites, news = before.compare(invites(r.ID))
			changes = append(changes, news...)
		}
		now[r.ID] = before
	}
	for _, gone := range m.missing(now) {
		changes = append(changes, change{changeKind: roomLeft, room: gone})
	}
	m.rooms, m.began = now, true
	return changes
}

// missing returns the rooms that the account is no longer in, sorted by name.
func (m *tracker) missing(now map[id.RoomID]remembered) []client.Room {
	var gone []client.Room
	for room, before := range m.rooms {
		if _, still := now[room]; !still {
			gone = append(gone, before.room)
		}
	}
	slices.SortFunc(gone, func(a, b client.Room) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return gone
}

// compare returns the room's invites by token, and the changes since r.invites,
// oldest invite first.
func (r remembered) compare(invites []invite.Invite) (map[string]invite.Invite, []change) {
	var changes []change
	now := make(map[string]invite.Invite, len(invites))
	for _, i := range slices.Backward(invites) {
		now[i.Token] = i
		before, known := r.invites[i.Token]
		switch {
		case known:
			for _, kind := range kindsOf(before, i) {
				changes = append(changes, change{kind, r.room, i})
			}
		case r.invites == nil && !r.silent:
			changes = append(changes, change{wasThere, r.room, i})
		case r.invites != nil:
			changes = append(changes, change{wasSent, r.room, i})
			if i.Status != invite.Pending && i.Status != invite.Malformed {
				changes = append(changes, change{kindFor(i.Status), r.room, i})
			}
			if revokedLater(i) {
				changes = append(changes, change{wasRevoked, r.room, i})
			}
		}
	}
	return now, changes
}

// kindsOf returns how an invite changed.
func kindsOf(before, now invite.Invite) (kinds []changeKind) {
	switch {
	case before.Status != now.Status:
		kinds = append(kinds, kindFor(now.Status))
	case acceptedBy(before) != acceptedBy(now):
		kinds = append(kinds, kindFor(now.Status)) // another user accepted it as well
	case before.EventID != now.EventID && now.Revocation == nil:
		kinds = append(kinds, wasReplaced)
	}
	if before.Revocation == nil && revokedLater(now) {
		kinds = append(kinds, wasRevoked)
	}
	return kinds
}

// revokedLater reports whether an invite was revoked after it was accepted.
func revokedLater(i invite.Invite) bool {
	return i.Revocation != nil && i.Status != invite.Revoked
}

// kindFor returns the change that leads to a status.
func kindFor(s invite.Status) changeKind {
	switch s {
	case invite.Invited:
		return wasAccepted
	case invite.Joined:
		return hasJoined
	case invite.Left:
		return hasLeft
	case invite.Banned:
		return wasBanned
	case invite.Revoked:
		return wasRevoked
	default: // pending again, or malformed
		return wasReplaced
	}
}

// acceptedBy returns the user who accepted an invite; empty if it was not accepted.
func acceptedBy(i invite.Invite) id.UserID {
	if i.Acceptance == nil {
		return ""
	}
	return i.Acceptance.UserID
}
