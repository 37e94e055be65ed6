package firstsync

import (
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/roomstate"
)

// A request is the body of a request for windows
// (https://github.com/matrix-org/matrix-spec-proposals/blob/erikj/sss/proposals/4186-simplified-sliding-sync.md).
type request struct {
	// Connection names a connection of the device. A request without a position begins
	// it anew, so that the homeserver keeps no more connections than requests run at once.
	Connection    string               `json:"conn_id"`
	Lists         map[string]list      `json:"lists,omitempty"`
	Subscriptions map[id.RoomID]wanted `json:"room_subscriptions,omitempty"`
}

// A list asks for a range of the rooms, ordered by their last event.
type list struct {
	Ranges  [][2]int        `json:"ranges"` // both ends are inclusive
	Filters map[string]bool `json:"filters"`
	wanted
}

// wanted is what is requested of a room: pairs of type and state key.
type wanted struct {
	RequiredState [][2]string `json:"required_state"`
	TimelineLimit int         `json:"timeline_limit"`
}

// state returns the state that invites need. A timeline is not requested: it would take
// the homeserver twice as long, and the state is that after all events.
func state() wanted {
	var w wanted
	for _, typ := range roomstate.EventTypes() {
		key := ""
		switch typ {
		case invite.TypeThirdPartyInvite:
			key = "*"
		case invite.TypeMember:
			key = "$ME"
		}
		w.RequiredState = append(w.RequiredState, [2]string{typ, key})
	}
	return w
}

// ranged requests the rooms from one place to another in the list of all rooms, without
// those that the user is invited to.
func ranged(connection string, from, to int) request {
	return request{Connection: connection, Lists: map[string]list{"rooms": {
		Ranges: [][2]int{{from, to - 1}}, Filters: map[string]bool{"is_invite": false}, wanted: state(),
	}}}
}

// named requests these rooms.
func named(connection string, rooms []id.RoomID) request {
	r := request{Connection: connection, Subscriptions: make(map[id.RoomID]wanted, len(rooms))}
	for _, room := range rooms {
		r.Subscriptions[room] = state()
	}
	return r
}
