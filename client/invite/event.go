package invite

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// The event types this package reads.
const (
	TypeThirdPartyInvite = "m.room.third_party_invite"
	TypeMember           = "m.room.member"
)

// An Event is a state event of a room, as far as invites need it. Its content
// stays raw: whatever a stranger wrote there is looked at member by member,
// and signatures are verified over the very bytes.
type Event struct {
	ID       id.EventID
	Type     string
	StateKey string
	Sender   id.UserID
	At       time.Time // origin_server_ts, which the sender's homeserver may have made up
	Content  json.RawMessage
	Raw      json.RawMessage // all of it, as the homeserver gave it

	// Replaces is the event that this one replaced in the room's state.
	// PrevContent and PrevSender say what that was, where the homeserver tells:
	// Synapse does in /sync and /messages, not in /state.
	Replaces    id.EventID
	PrevContent json.RawMessage
	PrevSender  id.UserID
}

// ErrNotState says that an event has no state key and so is no state event.
var ErrNotState = errors.New("not a state event")

// ParseEvent reads a client event (https://spec.matrix.org/v1.19/client-server-api/#room-event-format).
// It keeps raw.
func ParseEvent(raw []byte) (Event, error) {
	var wire struct {
		ID       id.EventID      `json:"event_id"`
		Type     string          `json:"type"`
		StateKey *string         `json:"state_key"`
		Sender   id.UserID       `json:"sender"`
		At       json.Number     `json:"origin_server_ts"`
		Content  json.RawMessage `json:"content"`
		Unsigned json.RawMessage `json:"unsigned"`
	}
	if err := json.Unmarshal(raw, &wire); err != nil {
		return Event{}, fmt.Errorf("read event: %w", err)
	}
	if wire.StateKey == nil {
		return Event{}, fmt.Errorf("read %q event: %w", wire.Type, ErrNotState)
	}
	ev := Event{
		ID: wire.ID, Type: wire.Type, StateKey: *wire.StateKey, Sender: wire.Sender,
		Content: wire.Content, Raw: raw,
	}
	if ms, err := wire.At.Int64(); err == nil {
		ev.At = time.UnixMilli(ms).UTC()
	}
	// What stands in unsigned is the homeserver's comment on the event. When it
	// cannot be read the event itself still counts.
	var unsigned struct {
		Replaces    id.EventID      `json:"replaces_state"`
		PrevContent json.RawMessage `json:"prev_content"`
		PrevSender  id.UserID       `json:"prev_sender"`
	}
	if json.Unmarshal(wire.Unsigned, &unsigned) == nil {
		ev.Replaces, ev.PrevContent, ev.PrevSender = unsigned.Replaces, unsigned.PrevContent, unsigned.PrevSender
	}
	return ev, nil
}

// previous returns what ev replaced, as far as ev itself tells, and whether it
// tells anything. Nobody but its server knows when that was sent: its At is zero.
func (ev Event) previous() (Event, bool) {
	if len(ev.PrevContent) == 0 {
		return Event{}, false
	}
	return Event{
		ID: ev.Replaces, Type: ev.Type, StateKey: ev.StateKey,
		Sender: ev.PrevSender, Content: ev.PrevContent,
	}, true
}

// members splits a JSON object into its members and leaves them raw. Anything
// that is not an object has none.
func members(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// text reads a JSON string and says whether raw was one.
func text(raw json.RawMessage) (string, bool) {
	var s *string
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}
