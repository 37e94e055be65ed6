package cli

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// happening names what happened to an invite, to a room, or to the connection.
// It is a promise to scripts.
type happening string

const (
	wasThere    happening = "present" // before we looked
	wasSent     happening = "new"
	wasAccepted happening = "accepted" // by a user who has not joined yet
	hasJoined   happening = "joined"
	hasLeft     happening = "left"
	wasBanned   happening = "banned"
	wasRevoked  happening = "revoked"
	wasReplaced happening = "replaced" // its event was overwritten, and not emptied
	roomLeft    happening = "room-left"
	isOffline   happening = "offline"
	isOnline    happening = "online"
)

// A change is something that happened.
type change struct {
	happening

	room   client.Room
	invite invite.Invite // its token is empty if the change is about the room
}

// A memory is how rooms and their invites stood when they were looked at last.
type memory struct {
	all   bool // report all invites that exist at the start as changes
	began bool
	rooms map[id.RoomID]remembered
}

type remembered struct {
	room    client.Room
	silent  bool                     // its invites are old news when they show first
	invites map[string]invite.Invite // nil while it is not certain how they stand
}

// update takes in how rooms stand now, and returns what changed. An invite of a
// room that was not traced yet may only look pending, so such a room has to wait.
func (m *memory) update(rooms []client.Room, invites func(id.RoomID) []invite.Invite) []change {
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
		changes = append(changes, change{happening: roomLeft, room: gone})
	}
	m.rooms, m.began = now, true
	return changes
}

// missing are rooms of before that are not there now, by name.
func (m *memory) missing(now map[id.RoomID]remembered) []client.Room {
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

// compare returns the room's invites by token, and how they differ from
// r.invites, oldest invite first.
func (r remembered) compare(invites []invite.Invite) (map[string]invite.Invite, []change) {
	var changes []change
	now := make(map[string]invite.Invite, len(invites))
	for _, i := range slices.Backward(invites) {
		now[i.Token] = i
		before, known := r.invites[i.Token]
		switch {
		case known:
			if h := happened(before, i); h != "" {
				changes = append(changes, change{h, r.room, i})
			}
		case r.invites == nil && !r.silent:
			changes = append(changes, change{wasThere, r.room, i})
		case r.invites != nil:
			changes = append(changes, change{wasSent, r.room, i})
			if i.Status != invite.Pending && i.Status != invite.Malformed {
				changes = append(changes, change{end(i.Status), r.room, i})
			}
		}
	}
	return now, changes
}

// happened says what made one invite of another; empty for nothing.
func happened(before, now invite.Invite) happening {
	switch {
	case before.Status != now.Status:
		return end(now.Status)
	case taker(before) != taker(now):
		return end(now.Status) // another user accepted it too
	case before.EventID != now.EventID && now.Status != invite.Revoked:
		return wasReplaced
	default:
		return ""
	}
}

// end is what happened to an invite that stands like this now.
func end(s invite.Status) happening {
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

func taker(i invite.Invite) id.UserID {
	if i.Acceptance == nil {
		return ""
	}
	return i.Acceptance.UserID
}
