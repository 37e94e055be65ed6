package roomstate

import (
	"encoding/json"
	"maps"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// events are the events of one room: the part of its current state that is requested,
// and earlier events of invites.
type events struct {
	// stored is set if the events are only in the store, and not in memory. Then invites
	// and facts are those of the digest, and only [Rooms.load] may read the events.
	stored  bool
	current map[stateKey]invite.Event
	history map[id.EventID]invite.Event
	heroes  []id.UserID // the members whose names are used for a room without a name
	bad     int         // events that could not be read

	// traced is set if no invite that looks pending was accepted before the first sync.
	traced bool
	stuck  bool // tracing has failed since the last sync
	// doubtful are the events of invites that were redacted, so that their content is
	// no longer known.
	doubtful map[id.EventID]bool
	invites  []invite.Invite // read from the events by fold
	facts    Room            // read from the events by fold
	size     int64           // estimated by fold
}

type stateKey struct{ typ, key string }

func newEvents() *events {
	return &events{
		current: map[stateKey]invite.Event{}, history: map[id.EventID]invite.Event{}, doubtful: map[id.EventID]bool{},
	}
}

// set makes ev part of the current state. The event that it replaces is kept in the
// history if it is about an invite.
func (r *events) set(me id.UserID, ev invite.Event) {
	k := stateKey{ev.Type, ev.StateKey}
	old, had := r.current[k]
	if had && old.ID == ev.ID && ev.ID != "" {
		return
	}
	if had {
		r.remember(old)
		if ev.Replaces == "" {
			ev.Replaces = old.ID // Dendrite does not send replaces_state
		}
	}
	if ev.Type == invite.TypeMember && ev.StateKey != string(me) && !had && !MentionsInvite(ev) && !r.matters(ev.StateKey) {
		return // most members of a large room have nothing to do with invites
	}
	r.current[k] = ev
}

// remember keeps an earlier event if it is about an invite.
func (r *events) remember(ev invite.Event) {
	if ev.ID != "" && (ev.Type == invite.TypeThirdPartyInvite || MentionsInvite(ev)) {
		r.history[ev.ID] = ev
	}
}

// MentionsInvite reports whether a member event, or the one that it replaced, has a
// third_party_invite. [invite.Fold] decides whether that is valid.
func MentionsInvite(ev invite.Event) bool {
	if ev.Type != invite.TypeMember {
		return false
	}
	for _, content := range []json.RawMessage{ev.Content, ev.PrevContent} {
		var c struct {
			ThirdPartyInvite json.RawMessage `json:"third_party_invite"`
		}
		if json.Unmarshal(content, &c) == nil && len(c.ThirdPartyInvite) > 0 {
			return true
		}
	}
	return false
}

// matters reports whether a user sent or accepted an invite of the room.
func (r *events) matters(user string) bool {
	return slices.ContainsFunc(r.invites, func(i invite.Invite) bool {
		return string(i.Sender) == user || (i.Acceptance != nil && string(i.Acceptance.UserID) == user)
	})
}

// fold reads the room's properties and its invites from the events again.
func (r *events) fold(me id.UserID, room id.RoomID) {
	r.trim()
	r.facts = r.readFacts(room, me)
	r.invites = invite.Fold(room, values(r.current), values(r.history))
	r.measure()
}

// values returns the values of a map, in no order.
func values[K comparable, V any](m map[K]V) []V {
	return slices.AppendSeq(make([]V, 0, len(m)), maps.Values(m))
}

// content returns the content of a current state event; nil if there is none.
func (r *events) content(typ, key string) json.RawMessage {
	return r.current[stateKey{typ, key}].Content
}
