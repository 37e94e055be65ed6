package roomstate

import (
	"cmp"
	"encoding/json"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/power"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A Room is a room that the user has joined.
type Room struct {
	ID    id.RoomID
	Name  string       // or made from the alias, the members or the ID; never empty
	Alias id.RoomAlias // empty if it has none
	// Power is the user's power level and InvitePower the level that is needed to
	// invite (https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels).
	Power, InvitePower int
	// Replaced is set if the room was replaced by another one, and Replacement is that
	// room; empty if the tombstone names none.
	Replaced    bool
	Replacement id.RoomID
	// Version is the room version.
	Version string
	// Local is set if the room is not federated, so that only users of one homeserver can
	// join it (m.federate in https://spec.matrix.org/v1.19/client-server-api/#mroomcreate).
	Local bool
	// Unread is the number of events that are malformed and were ignored.
	Unread int
	// Traced is set once it is certain which invites of the room are pending.
	Traced bool
}

// MayInvite reports whether the user may send and revoke invites of the room. The
// authorization rules need the invite level for both
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules, rule 7).
func (r Room) MayInvite() bool { return r.Power >= r.InvitePower }

// Certain reports whether the status of an invite of the room is certain: until the
// room is traced, an invite that looks pending may have been accepted.
func (r Room) Certain(i invite.Invite) bool { return r.Traced || !i.Live() }

// Label returns a short name for the room: its alias without the server, or its name.
func (r Room) Label() string {
	if local, _, ok := strings.Cut(string(r.Alias), ":"); ok {
		return local
	}
	return r.Name
}

// room returns the properties of the room.
func (r *events) room() Room {
	facts := r.facts
	facts.Traced, facts.Unread = r.traced, r.bad
	return facts
}

// readFacts reads the properties of the room from its state events.
func (r *events) readFacts(room id.RoomID, me id.UserID) Room {
	var name struct {
		Name string `json:"name"`
	}
	var alias struct {
		Alias id.RoomAlias `json:"alias"`
	}
	create := r.current[stateKey{typeCreate, ""}]
	var created struct {
		Version string `json:"room_version"`
	}
	var federated struct {
		Federate *bool `json:"m.federate"`
	}
	_ = json.Unmarshal(create.Content, &created)
	_ = json.Unmarshal(create.Content, &federated)
	// Malformed content counts as none.
	_ = json.Unmarshal(r.content(typeName, ""), &name)
	_ = json.Unmarshal(r.content(typeCanonicalAlias, ""), &alias)
	tombstone, replaced := invite.ReadTombstone(r.content(invite.TypeTombstone, ""))
	power := power.Read(r.content(typePowerLevels, ""), create)
	out := Room{
		ID: room, Name: strings.TrimSpace(name.Name), Alias: alias.Alias,
		Power: power.Of(me), InvitePower: power.Invite,
		Replaced: replaced, Replacement: tombstone.Replacement,
		Version: cmp.Or(created.Version, "1"), Local: federated.Federate != nil && !*federated.Federate,
	}
	if out.Name == "" {
		out.Name = cmp.Or(string(out.Alias), r.people(me), string(room))
	}
	return out
}

// people returns a name made from the members of the room
// (https://spec.matrix.org/v1.19/client-server-api/#calculating-the-display-name-for-a-room).
func (r *events) people(me id.UserID) string {
	var names []string
	for _, hero := range r.heroes {
		if hero != me {
			names = append(names, hero.Localpart())
		}
	}
	return strings.Join(names, ", ")
}

// Powers returns a function that returns the power level of a user in a room.
func (s *Rooms) Powers(room id.RoomID) func(id.UserID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return func(id.UserID) int { return 0 } // the user has left the room
	}
	return power.Read(r.content(typePowerLevels, ""), r.current[stateKey{typeCreate, ""}]).Of
}
