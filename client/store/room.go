package store

import (
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"
)

// An Account is whose rooms are stored. The same user ID may stand for somebody
// else on another homeserver, such as one for trying things out.
type Account struct {
	UserID     id.UserID
	Homeserver string // its base URL
}

// A Room is what a homeserver told of a room, in its own bytes.
type Room struct {
	ID     id.RoomID
	Heroes []id.UserID // members to name a room after that has no name

	// Traced is set if every invite that looks pending is known to be.
	Traced bool

	// Current is the room's narrow state, and History what of its past tells
	// about invites. An event may be empty, but not nil.
	Current map[Key]json.RawMessage
	History map[id.EventID]json.RawMessage
}

// A Key is what a room has one current event for.
type Key struct{ Type, StateKey string }

// A Batch is what a sync changed.
type Batch struct {
	// Since is the NextBatch of the state that this one builds on. If it is
	// empty, this is all there is to know, and rooms not in it are dropped.
	Since string

	// NextBatch is where the next sync goes on
	// (https://spec.matrix.org/v1.19/client-server-api/#syncing).
	NextBatch string

	At      time.Time   // when the homeserver told
	Changed []Room      // whole, each of them
	Left    []id.RoomID // rooms to drop
}

// A Snapshot is all that is stored of an account. It is empty if that is nothing.
type Snapshot struct {
	NextBatch string
	SavedAt   time.Time // the last batch's At, to the millisecond
	Rooms     []Room    // in the order of their IDs
}
