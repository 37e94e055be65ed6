package store

import (
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"
)

// An Account identifies the account that data is stored for. The homeserver is part
// of it because a test server may have users with the same IDs.
type Account struct {
	UserID     id.UserID
	Homeserver string // base URL
}

// A Room is the stored data of a room. Events are stored as sent by the homeserver.
type Room struct {
	ID     id.RoomID
	Heroes []id.UserID // members whose names are used for a room without a name

	// Traced is set if it is certain which invites of the room are pending.
	Traced bool

	// Digest has what the caller computed from the events. Only the caller knows its
	// encoding. It is empty if it has to be computed again.
	Digest string

	// Current has those current state events of the room that this program
	// uses. History has earlier events about invites. An event may be empty,
	// but not nil.
	Current map[Key]json.RawMessage
	History map[id.EventID]json.RawMessage
}

// A Key identifies a current state event of a room.
type Key struct{ Type, StateKey string }

// A Batch contains the changes of a sync.
type Batch struct {
	// Since is the NextBatch of the state that this batch is based on. If it is
	// empty, the batch has all rooms, and other rooms are deleted.
	Since string

	// NextBatch is the token for the next sync
	// (https://spec.matrix.org/v1.19/client-server-api/#syncing).
	NextBatch string

	At      time.Time   // time of the homeserver's response
	Changed []Room      // complete data of each changed room
	Left    []id.RoomID // rooms to delete
}

// A Snapshot has the rooms of an account, without their events. It is empty if nothing is
// stored.
type Snapshot struct {
	NextBatch string
	SavedAt   time.Time // At of the last batch, with millisecond precision
	Rooms     []Room    // in the order in which they were first stored
}
