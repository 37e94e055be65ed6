package client

import (
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/roomstate"
)

// A Room is a room that the account has joined.
type Room = roomstate.Room

// Synced reports whether there is data from the homeserver or the store yet.
func (a *Account) Synced() bool { return a.rooms.Since() != "" }

// AsOf returns the time of the last sync; zero before the first.
func (a *Account) AsOf() time.Time { return a.rooms.AsOf() }

// Rooms lists the joined rooms by name.
func (a *Account) Rooms() []Room { return a.rooms.All() }

// Room returns a joined room. The error wraps [ErrNotJoined].
func (a *Account) Room(room id.RoomID) (Room, error) {
	r, ok := a.rooms.Room(room)
	if !ok {
		return Room{}, fmt.Errorf("%s: %w", room, ErrNotJoined)
	}
	return r, nil
}

// FindRoom returns the joined room with an ID, an alias with or without its server,
// or a name.
func (a *Account) FindRoom(name string) (Room, error) {
	var found []Room
	for _, r := range a.Rooms() {
		switch {
		case string(r.ID) == name || (name != "" && string(r.Alias) == name):
			return r, nil
		case strings.EqualFold(r.Name, name) || strings.EqualFold(r.Label(), name) || strings.EqualFold(r.Label(), "#"+name):
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Room{}, fmt.Errorf("%s: %w", name, ErrNotJoined)
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = string(r.ID)
	}
	return Room{}, fmt.Errorf("%s may be any of %s", name, strings.Join(ids, ", "))
}

// Newest returns the invites of all rooms, the newest first. The list and its invites
// must not be changed. It is faster than [Account.Invites], most of all if
// nothing has changed.
func (a *Account) Newest() []*invite.Invite { return a.rooms.Newest() }

// Invites returns the invites of all rooms, or of the given ones, the newest first.
func (a *Account) Invites(rooms ...id.RoomID) []invite.Invite { return a.rooms.Invites(rooms...) }

// Invite returns one invite of a room. The error wraps [ErrNoInvite].
func (a *Account) Invite(room id.RoomID, token string) (invite.Invite, error) {
	i, ok := a.rooms.Invite(room, token)
	if !ok {
		return invite.Invite{}, fmt.Errorf("%s in %s: %w", token, room, ErrNoInvite)
	}
	return i, nil
}

// History lists the events of an invite, the newest first; see
// [roomstate.Rooms.History].
func (a *Account) History(room id.RoomID, token string) []invite.Event {
	return a.rooms.History(room, token)
}
