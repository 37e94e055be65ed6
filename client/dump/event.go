package dump

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// event keeps an event if it is about invites or names the room. It reports whether
// the event could be read.
func (p *parser) event(raw []byte, isInvite bool, in scope, start int) bool {
	ev, err := invite.ReadSavedEvent(raw)
	if err == nil && !matters(ev) {
		p.dump.Events++
		return true
	}
	room, invalid := envelope(raw)
	isState := !errors.Is(err, invite.ErrNotState)
	switch {
	case invalid != nil:
		p.refuse(p.complain(start, invalid), true)
		return false
	case err != nil && (isState || isInvite):
		p.refuse(p.complain(start, err), true)
		return false
	}
	p.dump.Events++
	if isState {
		// A copy, so that the rest of the file can be freed.
		ev, _ = invite.ReadSavedEvent(bytes.Clone(raw)) // it could be read before
		ev.Raw = nil
		p.dump.found = append(p.dump.found, roomEvent{cmp.Or(in.room, room), ev, in.section})
		if ev.Type == invite.TypeThirdPartyInvite {
			p.dump.invites++
		}
	}
	return true
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
