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

	// Redactor took the content away at RedactedAt, if somebody did and the
	// homeserver tells.
	Redactor   id.UserID
	RedactedAt time.Time
}

var (
	errNotJSON   = errors.New("read event: not JSON")
	errNotString = errors.New("read event: its type, event_id or sender is not a string")
)

// ErrNotState says that an event has no state key and so is no state event.
var ErrNotState = errors.New("not a state event")

// ParseEvent reads a client event (https://spec.matrix.org/v1.19/client-server-api/#room-event-format).
// It keeps raw.
func ParseEvent(raw []byte) (Event, error) {
	if !json.Valid(raw) { // gjson's own check goes as deep as a stranger likes
		return Event{}, errNotJSON
	}
	var eventID, typ, stateKey, sender, at, content, unsigned json.RawMessage
	pick(raw, want{"event_id", &eventID}, want{"type", &typ}, want{"state_key", &stateKey}, want{"sender", &sender}, want{"origin_server_ts", &at}, want{"content", &content}, want{"unsigned", &unsigned})
	kind, ok1 := optionalText(typ)
	event, ok2 := optionalText(eventID)
	from, ok3 := optionalText(sender)
	if !ok1 || !ok2 || !ok3 {
		return Event{}, errNotString
	}
	key, ok := text(stateKey)
	if !ok {
		return Event{}, fmt.Errorf("read %q event: %w", kind, ErrNotState)
	}
	ev := Event{
		ID: id.EventID(event), Type: kind, StateKey: key, Sender: id.UserID(from),
		Content: content, Raw: raw,
	}
	if ms, ok := integer(at); ok {
		ev.At = time.UnixMilli(ms).UTC()
	}
	// What stands in unsigned is the homeserver's comment on the event. When it
	// cannot be read the event itself still counts.
	var replaces, prevSender json.RawMessage
	pick(unsigned, want{"replaces_state", &replaces}, want{"prev_content", &ev.PrevContent}, want{"prev_sender", &prevSender})
	var because, redactor, redactedAt json.RawMessage
	pick(unsigned, want{"redacted_because", &because})
	pick(because, want{"sender", &redactor}, want{"origin_server_ts", &redactedAt})
	s, _ := text(redactor)
	ev.Redactor = id.UserID(s)
	if ms, ok := integer(redactedAt); ok {
		ev.RedactedAt = time.UnixMilli(ms).UTC()
	}
	s, _ = text(replaces)
	ev.Replaces = id.EventID(s)
	s, _ = text(prevSender)
	ev.PrevSender = id.UserID(s)
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
