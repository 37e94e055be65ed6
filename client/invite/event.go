package invite

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
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
	if !json.Valid(raw) {
		return Event{}, errNotJSON
	}
	return ReadEvent(raw)
}

// ReadEvent is [ParseEvent] for what is known to be JSON, because it was found so
// as part of something larger or at an earlier time. Looking again takes as long
// as everything else about an event.
func ReadEvent(raw []byte) (Event, error) {
	ev := Event{Raw: raw}
	var eventID, typ, stateKey, sender, unsigned json.RawMessage
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "event_id":
			eventID = w.Value
		case "type":
			typ = w.Value
		case "state_key":
			stateKey = w.Value
		case "sender":
			sender = w.Value
		case "origin_server_ts":
			ev.At = timestamp(w.Value)
		case "content":
			ev.Content = w.Value
		case "unsigned":
			unsigned = w.Value
		}
	}
	kind, ok1 := optionalText(typ)
	event, ok2 := optionalText(eventID)
	from, ok3 := optionalText(sender)
	if !ok1 || !ok2 || !ok3 {
		return Event{}, errNotString
	}
	var ok bool
	if ev.StateKey, ok = rawjson.Text(stateKey); !ok {
		return Event{}, fmt.Errorf("read %q event: %w", kind, ErrNotState)
	}
	ev.Type, ev.ID, ev.Sender = kind, id.EventID(event), id.UserID(from)
	ev.comment(unsigned)
	return ev, nil
}

// comment reads unsigned, which is the homeserver's comment on the event. When it
// cannot be read the event itself still counts.
func (ev *Event) comment(unsigned json.RawMessage) {
	for w := rawjson.Object(unsigned); w.Next(); {
		switch string(w.Name) {
		case "replaces_state":
			s, _ := rawjson.Text(w.Value)
			ev.Replaces = id.EventID(s)
		case "prev_content":
			ev.PrevContent = w.Value
		case "prev_sender":
			s, _ := rawjson.Text(w.Value)
			ev.PrevSender = id.UserID(s)
		case "redacted_because":
			ev.Redactor, ev.RedactedAt = readRedaction(w.Value)
		}
	}
}

func readRedaction(raw json.RawMessage) (by id.UserID, at time.Time) {
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "sender":
			s, _ := rawjson.Text(w.Value)
			by = id.UserID(s)
		case "origin_server_ts":
			at = timestamp(w.Value)
		}
	}
	return by, at
}

// timestamp reads milliseconds since 1970; what is none is the zero time.
func timestamp(raw json.RawMessage) time.Time {
	ms, ok := rawjson.Integer(raw)
	if !ok {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
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
