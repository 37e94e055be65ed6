package invite

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// Event types of invites and members.
const (
	TypeThirdPartyInvite = "m.room.third_party_invite"
	TypeMember           = "m.room.member"
	TypeTombstone        = "m.room.tombstone"
)

// An Event is a state event of a room. Its content is not parsed as a whole,
// because its sender may have written anything, and because signatures cover its
// bytes.
type Event struct {
	ID       id.EventID
	Type     string
	StateKey string
	Sender   id.UserID
	At       time.Time // origin_server_ts, which is set by the sender's homeserver and may be wrong
	Content  json.RawMessage
	Raw      json.RawMessage // the whole event as sent by the homeserver

	// Replaces is the ID of the state event that this event replaced. PrevContent
	// and PrevSender are that event's content and sender, if the homeserver sends
	// them: Synapse does so in /sync and /messages, but not in /state.
	Replaces    id.EventID
	PrevContent json.RawMessage
	PrevSender  id.UserID

	// Depth and Position order the versions of an event whose times are wrong or
	// missing. Depth is the event's depth in the format of the federation, and
	// Position its position in a file. They are 0 if not known.
	Depth    int64
	Position int
	// Outdated says that another event of the same type and state key is newer.
	Outdated bool

	// Redactor is the sender of the redaction, if the event was redacted and the
	// homeserver sends the redaction.
	Redactor   id.UserID
	RedactedAt time.Time
}

var (
	errNotJSON   = errors.New("read event: not JSON")
	errNotString = errors.New("read event: its type, event_id or sender is not a string")
)

// ErrNotState is the error for an event without a state key.
var ErrNotState = errors.New("not a state event")

// ParseEvent parses a client event
// (https://spec.matrix.org/v1.19/client-server-api/#room-event-format). The event
// refers to raw, which the caller must not change.
func ParseEvent(raw []byte) (Event, error) {
	if !json.Valid(raw) {
		return Event{}, errNotJSON
	}
	return ReadEvent(raw)
}

// ReadEvent is like [ParseEvent], for JSON that was already validated. Validation
// would take as long as all other work on an event.
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
	ev.readUnsigned(unsigned)
	return ev, nil
}

// readUnsigned reads the member unsigned, which the homeserver adds. Invalid values
// are ignored.
func (ev *Event) readUnsigned(unsigned json.RawMessage) {
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

// timestamp parses milliseconds since 1970. It returns the zero time if raw is not
// an integer.
func timestamp(raw json.RawMessage) time.Time {
	ms, ok := rawjson.Integer(raw)
	if !ok {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// previous returns the event that ev replaced, if unsigned contains its content.
// Its time is not known: At is zero.
func (ev Event) previous() (Event, bool) {
	if len(ev.PrevContent) == 0 {
		return Event{}, false
	}
	return Event{
		ID: ev.Replaces, Type: ev.Type, StateKey: ev.StateKey,
		Sender: ev.PrevSender, Content: ev.PrevContent,
	}, true
}
