package homeserver

import (
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// A syncer builds one answer of /sync.
type syncer struct {
	h         *Homeserver
	session   *account.Session
	filter    *filter
	since     int // -1: an initial sync
	now       int
	fullState bool

	join, invite, leave object
}

// sync is https://spec.matrix.org/latest/client-server-api/#get_matrixclientv3sync, the long poll included.
func (h *Homeserver) sync(c *request) (any, error) {
	s, timeout, err := h.newSyncer(c)
	if err != nil {
		return nil, err
	}
	expired := time.NewTimer(timeout)
	defer expired.Stop()
	for {
		answer, empty, news := s.poll(c)
		if !empty || timeout == 0 || s.since < 0 || s.fullState {
			return answer, nil
		}
		select {
		case <-news:
			if err := h.authenticate(c, false); err != nil { // signed out while waiting
				return nil, err
			}
		case <-expired.C:
			answer, _, _ := s.poll(c)
			return answer, nil
		case <-c.Context.Done():
			return nil, c.Context.Err()
		}
	}
}

func (h *Homeserver) newSyncer(c *request) (*syncer, time.Duration, error) {
	if c.Query.Has("from") {
		return nil, 0, api.BadRequest("'from' is not a valid query parameter. Did you mean 'since'?")
	}
	var timeout time.Duration
	if t := c.Query.Get("timeout"); t != "" {
		ms, err := queryInt("timeout", t)
		if err != nil {
			return nil, 0, err
		}
		timeout = time.Duration(ms) * time.Millisecond
	}
	h.Mu.Lock()
	defer h.Mu.Unlock()
	f, err := h.filterOf(c)
	if err != nil {
		return nil, 0, err
	}
	s := &syncer{h: h, session: c.session, filter: f, since: -1, fullState: c.Query.Get("full_state") == "true"}
	if t := c.Query.Get("since"); t != "" {
		if s.since, err = position(t); err != nil {
			return nil, 0, err
		}
	}
	return s, timeout, nil
}

// poll builds the answer for the current state. empty reports whether it has no changes; changed is closed at the next change.
func (s *syncer) poll(*request) (answer object, empty bool, changed <-chan struct{}) {
	s.h.Mu.Lock()
	defer s.h.Mu.Unlock()
	s.now = s.h.stream
	s.join, s.invite, s.leave = object{}, object{}, object{}
	if s.since < 0 {
		clear(s.session.SentMembers)
	}
	for _, id := range s.h.roomIDs {
		if s.wants(id) {
			s.room(s.h.rooms[id])
		}
	}
	answer = object{
		"next_batch":                       token("s", s.now),
		"device_one_time_keys_count":       object{"signed_curve25519": 0},
		"device_unused_fallback_key_types": []any{},
	}
	rooms := object{}
	for name, section := range map[string]object{"join": s.join, "invite": s.invite, "leave": s.leave} {
		if len(section) > 0 {
			rooms[name] = section
		}
	}
	if len(rooms) > 0 {
		answer["rooms"] = rooms
	}
	data := s.accountData("", &s.filter.AccountData)
	if s.allData() && s.filter.AccountData.allows("m.push_rules", "", "", nil) {
		data = append(data, object{"type": "m.push_rules", "content": pushRules()})
	}
	if len(data) > 0 {
		answer["account_data"] = object{"events": data}
	}
	return answer, len(rooms) == 0 && len(data) == 0, s.h.NextChange()
}

func (s *syncer) wants(roomID string) bool {
	return listAllows(s.filter.Room.Rooms, s.filter.Room.NotRooms, func(id string) bool { return id == roomID })
}

func (s *syncer) allData() bool { return s.since < 0 || s.fullState }

// accountData returns the account data that changed since the last sync; in the first sync all of it.
func (s *syncer) accountData(roomID string, f *eventFilter) []object {
	out := []object{}
	for _, k := range sortedKeys(s.session.User.Data) {
		d := s.session.User.Data[k]
		if k.Room == roomID && (s.allData() || d.Position > s.since) && d.Position <= s.now && f.allows(k.Type, "", roomID, d.Content) {
			out = append(out, object{"type": k.Type, "content": d.Content})
		}
	}
	return out
}

// room adds a room to its section, if it has changes.
func (s *syncer) room(r *room) {
	me := s.session.User.ID
	m := r.member(me)
	if m == nil {
		return
	}
	initial := s.since < 0
	switch m.membership() {
	case "join":
		before := "leave"
		if !initial {
			before = r.membershipAt(me, s.since)
		}
		// A user who left and joined again between two syncs has newly joined, too.
		newlyJoined := !initial && (before != "join" || r.wasAway(me, s.since))
		s.joined(r, entry{end: s.now, since: s.since, newlyJoined: newlyJoined, full: initial || newlyJoined || s.fullState})
	case "invite":
		if initial || m.pos > s.since {
			s.invite[r.id] = object{"invite_state": object{"events": r.inviteState(m)}}
		}
	case "leave", "ban":
		byThemselves := m.membership() == "leave" && m.sender == me
		if initial && !s.forgotten(r, m) && (!byThemselves || s.filter.Room.IncludeLeave) {
			s.left(r, entry{end: m.pos, since: -1, full: true})
		} else if !initial && m.pos > s.since {
			s.left(r, entry{end: m.pos, since: s.since})
		}
	}
}

func (s *syncer) forgotten(r *room, m *event) bool {
	d, ok := s.session.User.Data[account.DataKey{Room: r.id, Type: forgetMark}]
	return ok && d.Position >= m.pos
}

// inviteState returns the stripped state for an invitee, the invite itself last.
func (r *room) inviteState(invite *event) []object {
	state := []object{}
	add := func(k stateKey) {
		if e := r.state[k]; e != nil && e != invite {
			state = append(state, e.stripped())
		}
	}
	for _, typ := range []string{
		typeJoinRules, typeCanonicalAlias, "m.room.avatar", "m.room.encryption", typeName, typeCreate, "m.room.topic",
	} {
		add(stateKey{typ, ""})
	}
	add(stateKey{typeMember, invite.sender})
	return append(state, invite.stripped())
}

func (r *room) membershipAt(userID string, pos int) string {
	for i := r.upTo(pos) - 1; i >= 0; i-- {
		if e := r.events[i]; e.isState() && e.key() == (stateKey{typeMember, userID}) {
			return e.membership()
		}
	}
	return "leave"
}

func (r *room) wasAway(userID string, since int) bool {
	for _, e := range r.events[r.upTo(since):] {
		if e.isState() && e.key() == (stateKey{typeMember, userID}) && e.membership() != "join" {
			return true
		}
	}
	return false
}
