package dump

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// event keeps an event if it is about invites or names the room.
func (d *Dump) event(raw json.RawMessage, at place) {
	ev, err := invite.ParseEvent(raw)
	if err == nil && !matters(ev) {
		d.Events++
		return
	}
	room, invalid := envelope(raw)
	switch notState := errors.Is(err, invite.ErrNotState); {
	case invalid != nil:
		d.refuse(at, invalid)
	case err != nil && !notState:
		d.refuse(at, err)
	default:
		d.Events++
		if !notState {
			ev.Raw = nil // not used, and the largest part of an event
			d.found = append(d.found, roomEvent{cmp.Or(at.room, room), ev})
		}
	}
}

// envelope checks the types of the members that every event has. It returns the
// event's room ID, if any.
func envelope(raw json.RawMessage) (id.RoomID, error) {
	var value any
	var members map[string]json.RawMessage // not a struct: its fields would also match "Room_ID"
	if json.Unmarshal(raw, &members) != nil || members == nil {
		if err := json.Unmarshal(raw, &value); err != nil {
			return "", err
		}
		return "", fmt.Errorf("not an event but %s", kindOf(value))
	}
	if _, ok := members["type"]; !ok {
		return "", errors.New("not an event: it has no type")
	}
	texts := map[string]string{}
	for _, name := range []string{"type", "state_key", "event_id", "sender", "room_id"} {
		member, ok := members[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(member, &value); err != nil {
			return "", err
		}
		if texts[name], ok = value.(string); !ok {
			return "", fmt.Errorf("its %s is %s", name, kindOf(value))
		}
	}
	return id.RoomID(texts["room_id"]), nil
}

// kindOf returns the JSON type of a value, with an article.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// Event types that name a room.
const (
	typeName           = "m.room.name"
	typeCanonicalAlias = "m.room.canonical_alias"
)

// matters reports whether an event is about invites or names the room.
func matters(ev invite.Event) bool {
	switch ev.Type {
	case invite.TypeThirdPartyInvite, invite.TypeMember, invite.TypeTombstone, typeName, typeCanonicalAlias:
		return true
	default:
		return false
	}
}

// refuse reports a value that cannot be read.
func (d *Dump) refuse(at place, reason error) {
	d.Unreadable++
	if d.Report != nil {
		d.Report(at.String(), reason)
	}
}
