package client

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/power"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A Room is one that the account has joined.
type Room struct {
	ID    id.RoomID
	Name  string       // of the room, or made from its people; never empty
	Alias id.RoomAlias // empty if it has none
	// Power is the account's power level there and InvitePower the one that an
	// invite takes (https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels).
	Power, InvitePower int
	// Replacement is the room that people moved on to; empty if they did not.
	Replacement id.RoomID
	// Unread counts events of the room that made no sense and were left out.
	Unread int
	// Traced is set once it is certain which of its invites are still pending.
	Traced bool
}

// MayInvite reports whether the account may send and revoke invites here: by
// the authorization rules both take the invite level, and nothing else counts
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules, rule 7).
func (r Room) MayInvite() bool { return r.Power >= r.InvitePower }

// Certain reports whether the status of an invite of the room is more than a
// guess: one that looks pending may have been taken before we looked.
func (r Room) Certain(i invite.Invite) bool { return r.Traced || !i.Live() }

// Label is a short name for the room: its alias without the server, or its name.
func (r Room) Label() string {
	if local, _, ok := strings.Cut(string(r.Alias), ":"); ok {
		return local
	}
	return r.Name
}

// Synced reports whether the homeserver has told anything yet, today or before.
func (a *Account) Synced() bool {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	return a.state.since != ""
}

// Rooms lists the joined rooms by name.
func (a *Account) Rooms() []Room {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	rooms := make([]Room, 0, len(a.state.rooms))
	for _, r := range a.state.rooms {
		rooms = append(rooms, r.room())
	}
	slices.SortFunc(rooms, func(a, b Room) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return rooms
}

// Room returns a joined room.
func (a *Account) Room(room id.RoomID) (Room, error) {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	r, ok := a.state.rooms[room]
	if !ok {
		return Room{}, fmt.Errorf("%s: %w", room, ErrNotJoined)
	}
	return r.room(), nil
}

// FindRoom returns the joined room that a person means by its ID, its alias
// with or without the server, or its name.
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

// Invites lists the invites of all rooms, or of the ones given, the newest first.
func (a *Account) Invites(rooms ...id.RoomID) []invite.Invite {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	found := a.state.invites(rooms)
	slices.SortFunc(found, func(a, b dated) int {
		if a.at != b.at {
			return cmp.Compare(b.at, a.at)
		}
		return invite.Compare(a.Invite, b.Invite)
	})
	all := make([]invite.Invite, len(found))
	for n, i := range found {
		all[n] = *i.Invite
	}
	return all
}

// dated is an invite with its time, in milliseconds: numbers are compared in no
// time, and nearly always they decide.
type dated struct {
	at int64
	*invite.Invite
}

// invites are those of some rooms, or of all if none is named, in no order.
func (s *state) invites(rooms []id.RoomID) []dated {
	var found []dated
	add := func(r *roomState) {
		for n := range r.invites {
			i := &r.invites[n]
			found = append(found, dated{i.At().UnixMilli(), i})
		}
	}
	if len(rooms) == 0 {
		for _, r := range s.rooms {
			add(r)
		}
	}
	for _, room := range slices.Compact(slices.Sorted(slices.Values(rooms))) {
		if r, ok := s.rooms[room]; ok {
			add(r)
		}
	}
	return found
}

// Invite returns one invite of a room.
func (a *Account) Invite(room id.RoomID, token string) (invite.Invite, error) {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	if r, ok := a.state.rooms[room]; ok {
		for _, i := range r.invites {
			if i.Token == token {
				return i, nil
			}
		}
	}
	return invite.Invite{}, fmt.Errorf("%s in %s: %w", token, room, ErrNoInvite)
}

// room is what is known of a room.
func (r *roomState) room() Room {
	facts := r.facts
	facts.Traced, facts.Unread = r.traced, r.bad
	return facts
}

// read reads the room out of its state events.
func (r *roomState) read(room id.RoomID, me id.UserID) Room {
	var name struct {
		Name string `json:"name"`
	}
	var alias struct {
		Alias id.RoomAlias `json:"alias"`
	}
	var tombstone struct {
		Replacement id.RoomID `json:"replacement_room"`
	}
	// Content of the wrong shape reads as if there were none.
	_ = json.Unmarshal(r.content(typeName, ""), &name)
	_ = json.Unmarshal(r.content(typeCanonicalAlias, ""), &alias)
	_ = json.Unmarshal(r.content(typeTombstone, ""), &tombstone)
	power := power.Read(r.content(typePowerLevels, ""), r.current[stateKey{typeCreate, ""}])
	out := Room{
		ID: room, Name: strings.TrimSpace(name.Name), Alias: alias.Alias,
		Power: power.Of(me), InvitePower: power.Invite,
		Replacement: tombstone.Replacement,
	}
	if out.Name == "" {
		out.Name = cmp.Or(string(out.Alias), r.people(me), string(room))
	}
	return out
}

// people names a room after those in it
// (https://spec.matrix.org/v1.19/client-server-api/#calculating-the-display-name-for-a-room).
func (r *roomState) people(me id.UserID) string {
	var names []string
	for _, hero := range r.heroes {
		if hero != me {
			names = append(names, hero.Localpart())
		}
	}
	return strings.Join(names, ", ")
}
