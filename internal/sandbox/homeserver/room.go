package homeserver

import (
	"bytes"
	"sort"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

type stateKey struct{ typ, key string }

// A room has its events, oldest first, and the current state. There is one homeserver, so state never needs to be
// resolved.
type room struct {
	id      string
	version int
	events  []*event
	byID    map[string]*event
	state   map[stateKey]*event
}

func newRoom(id string, version int) *room {
	return &room{id: id, version: version, byID: map[string]*event{}, state: map[stateKey]*event{}}
}

func (r *room) stateEvent(typ, key string) *event { return r.state[stateKey{typ, key}] }

func (r *room) member(userID string) *event { return r.state[stateKey{typeMember, userID}] }

func (r *room) membership(userID string) string { return r.member(userID).membership() }

// same returns the current state event if e has the same content and sender: https://github.com/element-hq/synapse, deduplicate_state_event.
func (r *room) same(e *event) *event {
	if !e.isState() {
		return nil
	}
	old := r.state[e.key()]
	if old == nil || old.sender != e.sender || !bytes.Equal(signedjson.Canonical(old.content), signedjson.Canonical(e.content)) {
		return nil
	}
	return old
}

// add adds an event at the end of the room.
func (r *room) add(e *event) {
	if e.isState() {
		e.replaces = r.state[e.key()]
		r.state[e.key()] = e
	}
	r.events = append(r.events, e)
	r.byID[e.id] = e
	if e.typ == typeRedaction {
		r.redact(e)
	}
}

// stateAt is the state after the last event at or before a position.
func (r *room) stateAt(pos int) map[stateKey]*event {
	if len(r.events) > 0 && r.events[len(r.events)-1].pos <= pos {
		return r.state
	}
	state := map[stateKey]*event{}
	for _, e := range r.events {
		if e.pos > pos {
			break
		}
		if e.isState() {
			state[e.key()] = e
		}
	}
	return state
}

// upTo returns the number of events at or before a position.
func (r *room) upTo(pos int) int {
	return sort.Search(len(r.events), func(i int) bool { return r.events[i].pos > pos })
}

// A visibility says what a user may see of a room: which events, and the user's membership
// at each event.
type visibility struct {
	memberships []string // along room.events
	visible     []bool
}

// seenBy computes what a user may see, as Synapse does:
// https://spec.matrix.org/latest/client-server-api/#room-history-visibility. A peeking user is not in the room. Where the
// history ends for a user who left is decided by messages.
func (r *room) seenBy(userID string, peeking bool) visibility {
	s := visibility{memberships: make([]string, len(r.events)), visible: make([]bool, len(r.events))}
	membership, visibility := "leave", "shared"
	for i, e := range r.events {
		best := membership
		if e.isState() && e.key() == (stateKey{typeMember, userID}) {
			membership = e.membership()
			if best != "join" { // for changes of the user's own membership the better one counts
				best = membership
			}
		}
		if e.isState() && e.typ == typeVisibility {
			visibility = e.field("history_visibility")
		}
		s.memberships[i] = membership
		switch visibility {
		case "joined":
			s.visible[i] = best == "join"
		case "invited":
			s.visible[i] = best == "join" || best == "invite"
		case "world_readable":
			s.visible[i] = true
		default:
			s.visible[i] = best == "join" || !peeking
		}
	}
	return s
}
