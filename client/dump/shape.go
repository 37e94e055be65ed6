package dump

import "github.com/mxinvite/mxinvite/client/invite"

// A shape has the members of an object that show what it is.
type shape struct {
	members map[string]value // those of interest
	known   bool             // it has a member that contains events in some response
}

// interesting reports whether a member shows what its object is.
func interesting(name string) bool {
	switch name {
	case "type", "content", "sender", "event_id", "state_key", "origin_server_ts", "room_id",
		"events_before", "events_after", "chunk", "messages":
		return true
	default:
		return false
	}
}

func (s *shape) set(name string, v value) {
	if interesting(name) {
		if s.members == nil {
			s.members = map[string]value{}
		}
		s.members[name] = v
	}
	s.known = s.known || holdsEvents(name) || name == "rooms"
}

// has reports whether the object has a member of a kind.
func (s *shape) has(name string, k kind) bool { return s.members[name].kind == k }

// text returns a member that is a string, or "".
func (s *shape) text(name string) string {
	if !s.has(name, isString) {
		return ""
	}
	return text(s.members[name].raw)
}

// resemblesEvent reports whether the object has a type and another member that only
// events have. Account data also has a type and a content.
func (s *shape) resemblesEvent() bool {
	return s.has("type", isString) && (s.has("sender", isString) || s.has("event_id", isString) ||
		s.has("state_key", isString) || s.has("origin_server_ts", isNumber))
}

// isEvent reports whether the object is an event
// (https://spec.matrix.org/v1.19/client-server-api/#room-event-format), also one in
// the format of the federation or a stripped state event.
func (s *shape) isEvent() bool { return s.resemblesEvent() && s.has("content", isObject) }

// resemblesAccountData reports whether the object has only a type and a content. In a
// list of events it is an event that is not about invites.
func (s *shape) resemblesAccountData() bool {
	return s.has("type", isString) && s.has("content", isObject) && !s.isInvite()
}

// isInvite reports whether the object has the type of invites.
func (s *shape) isInvite() bool { return s.text("type") == invite.TypeThirdPartyInvite }

// holdsEvents reports whether a member with this name contains a list of events in a
// response of a homeserver or an export that is known. Events are found elsewhere as
// well; in these lists every other value is an error.
func holdsEvents(name string) bool {
	switch name {
	case "chunk", "state", "state_after", "org.matrix.msc4222.state_after", "timeline", "required_state",
		"events_before", "events_after", "pdus", "auth_chain", "messages":
		return true
	default:
		return false
	}
}
