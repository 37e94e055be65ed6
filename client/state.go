package client

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// state is what the homeserver has told of the rooms that the account is in.
type state struct {
	me    id.UserID
	mu    sync.RWMutex
	since string    // next_batch of the last sync; empty before the first
	asOf  time.Time // when that was
	rooms map[id.RoomID]*roomState
}

func newState(me id.UserID) *state {
	return &state{me: me, rooms: map[id.RoomID]*roomState{}}
}

// roomState is one room: its narrow current state, and of the past what tells
// about invites.
type roomState struct {
	current map[stateKey]invite.Event
	history map[id.EventID]invite.Event
	heroes  []id.UserID // members to name a room after that has no name
	bad     int         // events that could not be read

	// traced is set while every invite that looks pending is known to be:
	// nobody took it before we looked (see trace).
	traced bool
	stuck  bool // its trace has failed since the last sync
	// doubtful are invites' events of which somebody has redacted what we know.
	doubtful map[id.EventID]bool
	invites  []invite.Invite // folded from the above
	facts    Room            // likewise
}

type stateKey struct{ typ, key string }

func newRoomState() *roomState {
	return &roomState{
		current: map[stateKey]invite.Event{}, history: map[id.EventID]invite.Event{}, doubtful: map[id.EventID]bool{},
	}
}

// set makes ev part of the room's current state. What it displaces is kept if
// it tells of an invite.
func (r *roomState) set(me id.UserID, ev invite.Event) {
	k := stateKey{ev.Type, ev.StateKey}
	old, had := r.current[k]
	if had && old.ID == ev.ID && ev.ID != "" {
		return
	}
	if had {
		r.remember(old)
		if ev.Replaces == "" {
			ev.Replaces = old.ID // Dendrite does not say, but we were there
		}
	}
	if ev.Type == invite.TypeMember && ev.StateKey != string(me) && !had && !tellsOfInvite(ev) && !r.matters(ev.StateKey) {
		return // a big room's members come and go; most are no business of ours
	}
	r.current[k] = ev
}

// remember keeps an earlier event if it tells of an invite.
func (r *roomState) remember(ev invite.Event) {
	if ev.ID != "" && (ev.Type == invite.TypeThirdPartyInvite || tellsOfInvite(ev)) {
		r.history[ev.ID] = ev
	}
}

// tellsOfInvite reports whether a member event, or what it replaced, speaks of
// a third-party invite at all. Whether it speaks the truth is for the fold.
func tellsOfInvite(ev invite.Event) bool {
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

// matters reports whether a user sent an invite here or took one.
func (r *roomState) matters(user string) bool {
	return slices.ContainsFunc(r.invites, func(i invite.Invite) bool {
		return string(i.Sender) == user || (i.Acceptance != nil && string(i.Acceptance.UserID) == user)
	})
}

// fold reads the room and its invites anew.
func (r *roomState) fold(me id.UserID, room id.RoomID) {
	r.trim()
	r.facts = r.read(room, me)
	r.invites = invite.Fold(room, values(r.current), values(r.history))
}

// values are a map's values, in no order.
func values[K comparable, V any](m map[K]V) []V {
	return slices.AppendSeq(make([]V, 0, len(m)), maps.Values(m))
}

// content is the content of a current state event; nil if there is none.
func (r *roomState) content(typ, key string) json.RawMessage {
	return r.current[stateKey{typ, key}].Content
}
