package roomstate

import (
	"encoding/json"
	"maps"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Untraced lists the rooms that have to be traced: they have invites that look
// pending and may have been accepted before the first sync. Rooms that were
// [Rooms.SetStuck] since the last sync are left out.
func (s *Rooms) Untraced() []id.RoomID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var rooms []id.RoomID
	for room, r := range s.rooms {
		if !r.traced && !r.stuck {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// SetStuck defers the tracing of a room until after the next sync.
func (s *Rooms) SetStuck(room id.RoomID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rooms[room]; ok {
		r.stuck = true
	}
}

// Missing lists the events of invites that were replaced or redacted, and whose
// content is not known.
func (s *Rooms) Missing(room id.RoomID) []id.EventID {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return nil
	}
	var ids []id.EventID
	rewrites := r.countRewrites()
	want := func(ev invite.Event) {
		_, known := r.history[ev.Replaces]
		if ev.Type == invite.TypeThirdPartyInvite && ev.Replaces != "" && !known && rewrites[ev.StateKey] < maxRewrites {
			ids = append(ids, ev.Replaces)
		}
	}
	for ev := range r.doubtful {
		ids = append(ids, ev)
	}
	for _, ev := range r.current {
		want(ev)
	}
	for _, ev := range r.history {
		want(ev)
	}
	return ids
}

// Unexplained returns the senders of the invites that look pending, or that were revoked
// and may have been accepted before, or that were accepted at an unknown time, and the
// oldest known event of each such invite.
func (s *Rooms) Unexplained(room id.RoomID) (senders []id.UserID, oldest map[id.EventID]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return nil, nil // the user has left the room
	}
	oldest = map[id.EventID]bool{}
	from := map[id.UserID]bool{}
	for _, i := range r.invites {
		versions := r.versions(i.Token)
		revoked := i.Status == invite.Revoked && i.Acceptance == nil && len(versions) > 1
		untimed := i.Acceptance != nil && i.Acceptance.First.IsZero()
		if !i.Live() && !revoked && !untimed {
			continue
		}
		for _, ev := range versions {
			from[ev.Sender] = true
		}
		oldest[versions[len(versions)-1].ID] = true
	}
	return slices.Sorted(maps.Keys(from)), oldest
}

// AddHistory adds events that were fetched from the homeserver.
func (s *Rooms) AddHistory(room id.RoomID, fetched []invite.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return
	}
	for _, ev := range fetched {
		switch k := (stateKey{ev.Type, ev.StateKey}); {
		case r.current[k].ID != ev.ID:
			r.remember(ev)
		case r.doubtful[ev.ID]:
			r.current[k] = ev
			delete(r.doubtful, ev.ID)
		}
	}
	r.fold(s.me, room)
}

// UnknownMembers lists the users who accepted an invite or sent a pending one, and
// whose membership is not known.
func (s *Rooms) UnknownMembers(room id.RoomID) []id.UserID {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return nil
	}
	users := map[id.UserID]bool{}
	for _, i := range r.invites {
		if i.Acceptance != nil {
			users[i.Acceptance.UserID] = true
		} else if i.Live() {
			users[i.Sender] = true
		}
	}
	maps.DeleteFunc(users, func(user id.UserID, _ bool) bool {
		return user == "" || r.content(invite.TypeMember, string(user)) != nil
	})
	return slices.Sorted(maps.Keys(users))
}

// SetMember sets the content of a member event, unless a sync has sent the event.
func (s *Rooms) SetMember(room id.RoomID, user id.UserID, content json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return // the user has left the room
	}
	k := stateKey{invite.TypeMember, string(user)}
	if _, synced := r.current[k]; synced {
		return // the event of the sync is newer
	}
	// Only the content of the event is known.
	raw, err := json.Marshal(map[string]any{"type": k.typ, "state_key": k.key, "content": content})
	if ev, parseErr := invite.ParseEvent(raw); err == nil && parseErr == nil {
		r.current[k] = ev
		r.size += SizeOf(ev)
	}
}

// FinishTrace records that a room is traced. It reports whether the user is still in the
// room.
func (s *Rooms) FinishTrace(room id.RoomID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return false
	}
	r.fold(s.me, room)
	r.traced = true
	return true
}
