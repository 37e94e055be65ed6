package dump

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"
)

// A section says where in a response an event stands.
type section struct {
	response int // number of the object with the sections of a response
	rank     rank
}

// A rank orders the sections of a response: if two of them have events of the same
// type and state key, the event in the section of higher rank is newer, whatever
// the clocks of the senders' homeservers said.
type rank int

const (
	unordered rank = iota // the position says nothing
	beforeTimeline
	inTimeline
	theEvent // that a context is about
	afterEvent
	afterTimeline
)

// rankOf returns the rank of a section:
//   - /sync: state, timeline, and state_after (MSC4222)
//   - sliding sync (MSC4186): timeline and required_state
//   - /rooms/{roomId}/context: events_before, event, events_after and state
//   - /initialSync: messages and state
//
// See [shape.correct] for the members that mean something else in some responses.
func rankOf(name string) rank {
	switch name {
	case "state":
		return beforeTimeline
	case "timeline", "messages", "chunk", "events_before":
		return inTimeline
	case "event":
		return theEvent
	case "events_after":
		return afterEvent
	case "state_after", "org.matrix.msc4222.state_after", "required_state":
		return afterTimeline
	default:
		return unordered
	}
}

// correct returns the rank of the member "state". It is the state after the other
// events in /context
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidcontexteventid)
// and /initialSync; in /messages it has members from any time.
func (s *shape) correct(r rank) rank {
	_, precedes := s.members["events_before"]
	_, follows := s.members["events_after"]
	switch {
	case r != beforeTimeline:
		return r
	case precedes, follows, s.has("messages", isObject):
		return afterTimeline
	case s.has("chunk", isArray):
		return unordered
	default:
		return r
	}
}

// A stateKey identifies the state that an event changes.
type stateKey struct {
	response int
	room     id.RoomID
	typ, key string
}

// ordered returns the events with their positions, and with those marked as outdated
// that stand before another version in the same response.
func (d *Dump) ordered() []roomEvent {
	all := slices.Clone(d.found)
	slices.SortStableFunc(all, func(a, b roomEvent) int { return cmp.Compare(a.section.rank, b.section.rank) })
	newest := map[stateKey]roomEvent{}
	for _, e := range all {
		if e.section.rank != unordered {
			newest[e.stateKey()] = e // the last has the highest rank
		}
	}
	outdated := map[id.EventID]bool{}
	for _, e := range all {
		last, known := newest[e.stateKey()]
		if known && e.section.rank < last.section.rank && e.event.ID != last.event.ID {
			outdated[e.event.ID] = true
		}
	}
	for i := range all {
		all[i].event.Position = i + 1
		all[i].event.Outdated = all[i].event.ID != "" && outdated[all[i].event.ID]
	}
	return all
}

func (e roomEvent) stateKey() stateKey {
	return stateKey{e.section.response, e.room, e.event.Type, e.event.StateKey}
}
