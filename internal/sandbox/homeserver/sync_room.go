package homeserver

import (
	"cmp"
	"maps"
	"slices"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
)

// An entry is the part of the history of a room that a sync shows.
type entry struct {
	since, end  int // positions; since is -1 for all of it
	newlyJoined bool
	full        bool // all state, also if it was sent before
	archived    bool // the user is no longer in the room
}

func (s *syncer) joined(r *room, e entry) {
	section, t := s.section(r, e)
	if section == nil {
		return
	}
	section["ephemeral"] = object{"events": []any{}}
	section["unread_notifications"] = object{"notification_count": 0, "highlight_count": 0}
	section["summary"] = s.summary(r, t, section["state"].(object))
	s.join[r.id] = section
}

func (s *syncer) left(r *room, e entry) {
	e.archived = true
	if section, _ := s.section(r, e); section != nil {
		s.leave[r.id] = section
	}
}

// section returns the members that joined and left rooms have in common; nil if there are no changes. As in Synapse,
// changed state is no change if no event passes the filter of the timeline.
func (s *syncer) section(r *room, e entry) (object, timeline) {
	t := s.timeline(r, e)
	data := s.accountData(r.id, &s.filter.Room.AccountData)
	data = slices.DeleteFunc(data, func(d object) bool { return d["type"] == forgetMark })
	if len(t.events) == 0 && len(data) == 0 && !e.full {
		return nil, t
	}
	state := s.state(r, e, t)
	if len(t.events) == 0 && len(data) == 0 && len(state) == 0 && !s.fullState {
		return nil, t
	}
	seen := r.seenBy(s.session.User.ID, false)
	events := make([]object, 0, len(t.events))
	for _, ev := range t.events {
		events = append(events, ev.client(s.h.Now(), view{
			prevContent: true, device: s.session.Device, membership: seen.memberships[r.upTo(ev.pos)-1],
		}))
	}
	return object{
		"timeline": object{
			"events": events, "limited": t.limited, "prev_batch": token("s", t.prev),
		},
		"state":        object{"events": s.h.render(state, view{})},
		"account_data": object{"events": data},
	}, t
}

type timeline struct {
	events  []*event
	limited bool
	prev    int // the position before the first event
}

// timeline returns the newest events as Synapse's _load_filtered_recents does, which reads five batches at most: older
// events that pass the filter are in /messages only.
func (s *syncer) timeline(r *room, e entry) timeline {
	f := &s.filter.Room.Timeline
	limit := min(f.limit(defaultTimelineLimit), maxTimelineLimit)
	t := timeline{limited: true, prev: e.end}
	lower := e.since
	if e.newlyJoined {
		lower = -1
	}
	if e.since >= 0 && !e.archived {
		recent := r.events[r.upTo(e.since):r.upTo(e.end)]
		t.limited = e.newlyJoined || len(recent) > limit
		if len(recent) > limit+1 {
			recent = recent[len(recent)-limit-1:]
		}
		t.events = s.visible(r, f.apply(recent))
		if len(recent) > 0 {
			t.prev = recent[0].pos - 1
		}
	}
	if !t.limited || f.blocksAll() {
		t.limited = false
		if len(t.events) > 0 {
			t.prev = t.events[0].pos - 1
		}
		return t
	}
	batch := max(2*limit, 10)
	more := true
	for range 5 {
		if !more || len(t.events) >= limit {
			break
		}
		hi := r.upTo(t.prev)
		lo := max(r.upTo(lower), hi-batch)
		more = lo > r.upTo(lower)
		if hi > lo {
			t.events = append(s.visible(r, f.apply(r.events[lo:hi])), t.events...)
			t.prev = r.events[lo].pos - 1
		}
	}
	t.limited = more
	if len(t.events) > limit {
		t.limited = true
		if limit > 0 { // a limit of 0 keeps them all: Python's list[-0:]
			t.events = t.events[len(t.events)-limit:]
		}
		t.prev = t.events[0].pos - 1
	}
	t.limited = t.limited || e.newlyJoined
	return t
}

// visible removes the events that the user may not see. The current state is always visible.
func (s *syncer) visible(r *room, events []*event) []*event {
	seen := r.seenBy(s.session.User.ID, false)
	return slices.DeleteFunc(events, func(e *event) bool {
		return !seen.visible[r.upTo(e.pos)-1] && (!e.isState() || r.state[e.key()] != e)
	})
}

// state returns the changes of state between the end of the last sync and the start of the timeline, and the changes in
// that time that are not in the timeline: Synapse's _calculate_state.
func (s *syncer) state(r *room, e entry, t timeline) []*event {
	end := r.stateAt(e.end)
	start, known := end, map[stateKey]*event{}
	if len(t.events) > 0 {
		start = r.stateAt(t.events[0].pos)
	}
	if !e.full {
		known = r.stateAt(e.since)
	}
	lazy := s.filter.Room.State.LazyLoadMembers
	if !e.full && !t.limited && r.continues(e.since, t.events) {
		return s.senders(r, e, t, start)
	}
	// If a state event changes twice in the timeline, only the last counts as in the timeline.
	inTimeline, needed := map[*event]bool{}, s.neededMembers(e, t)
	last := map[stateKey]*event{}
	for _, ev := range t.events {
		if ev.isState() {
			last[ev.key()] = ev
		}
	}
	for _, ev := range last {
		inTimeline[ev] = true
	}
	out := map[stateKey]*event{}
	// Senders are sent again although they did not change, unless this device has them already.
	for k, ev := range start {
		member := lazy && k.typ == typeMember
		old := e.full || known[k] == ev
		if inTimeline[ev] || member && (!needed[k.key] || old && s.sent(r, ev)) || !member && known[k] == ev {
			continue
		}
		out[k] = ev
	}
	// After a gap, members who sent nothing may have changed, so all are sent.
	hideable := e.full || !t.limited
	for k, ev := range end {
		member := lazy && k.typ == typeMember
		if inTimeline[ev] || known[k] == ev || member && (hideable && !needed[k.key] || e.full && s.sent(r, ev)) {
			continue
		}
		out[k] = ev
	}
	list := ordered(out)
	if lazy {
		s.markSent(r, list)
		s.markSent(r, t.events)
	}
	return s.filter.Room.State.apply(list)
}

// continues reports whether a timeline begins right after a position and has no gap.
func (r *room) continues(since int, timeline []*event) bool {
	n := r.upTo(since)
	return len(timeline) <= len(r.events)-n && slices.Equal(timeline, r.events[n:n+len(timeline)])
}

// senders returns the state of a timeline without gaps: none, or with lazy loading the senders in it.
func (s *syncer) senders(r *room, e entry, t timeline, start map[stateKey]*event) []*event {
	if !s.filter.Room.State.LazyLoadMembers {
		return nil
	}
	needed := s.neededMembers(e, t)
	list := slices.DeleteFunc(ordered(start), func(ev *event) bool {
		return ev.typ != typeMember || !needed[*ev.stateKey] || s.sent(r, ev)
	})
	s.markSent(r, list)
	s.markSent(r, t.events)
	return s.filter.Room.State.apply(list)
}

// neededMembers returns the users whose member events a client with lazy loading gets: the senders in the timeline,
// unless their member event is in it before, and the user.
func (s *syncer) neededMembers(e entry, t timeline) map[string]bool {
	needed, told := map[string]bool{}, map[string]bool{}
	for _, ev := range t.events {
		if !told[ev.sender] {
			needed[ev.sender] = true
		}
		if ev.typ == typeMember && ev.isState() {
			told[*ev.stateKey] = true
		}
	}
	if e.full {
		needed[s.session.User.ID] = true
	}
	return needed
}

// sent reports whether lazy loading has sent a member to this device before.
func (s *syncer) sent(r *room, member *event) bool {
	return !s.filter.Room.State.RedundantMembers && s.session.SentMembers[r.id][*member.stateKey] == member.id
}

func (s *syncer) markSent(r *room, events []*event) {
	sent := s.session.SentMembers[r.id]
	if sent == nil {
		sent = map[string]string{}
		s.session.SentMembers[r.id] = sent
	}
	for _, e := range events {
		if e.typ == typeMember && e.isState() {
			sent[*e.stateKey] = e.id
		}
	}
}

// summary helps lazily loading clients to name a room: counts, and heroes when it has no name.
func (s *syncer) summary(r *room, t timeline, state object) object {
	if !s.filter.Room.State.LazyLoadMembers {
		return object{}
	}
	isMember := func(e *event) bool { return e.typ == typeMember }
	stateHasMember := slices.ContainsFunc(state["events"].([]object), func(e object) bool { return e["type"] == typeMember })
	if s.since >= 0 && !slices.ContainsFunc(t.events, isMember) && (!t.limited || !stateHasMember) {
		return object{}
	}
	out := object{"m.joined_member_count": r.count("join"), "m.invited_member_count": r.count("invite")}
	if r.state[stateKey{typeName, ""}].field("name") != "" ||
		r.state[stateKey{typeCanonicalAlias, ""}].field("alias") != "" {
		return out
	}
	heroes := []string{}
	for _, hero := range r.heroes(s.session.User.ID) {
		heroes = append(heroes, *hero.stateKey)
	}
	out["m.heroes"] = heroes
	return out
}

// count returns the number of users with a membership.
func (r *room) count(membership string) (n int) {
	for _, e := range r.state {
		if e.typ == typeMember && e.membership() == membership {
			n++
		}
	}
	return n
}

// heroes returns the member events of the users whose names stand for the name of a room that has none, in the order of the events:
// synapse/storage/databases/main/roommember.py, extract_heroes_from_room_summary.
func (r *room) heroes(me string) []*event {
	byMembership := map[string][]*event{}
	for _, e := range ordered(r.state) {
		if e.typ == typeMember && *e.stateKey != me {
			byMembership[e.membership()] = append(byMembership[e.membership()], e)
		}
	}
	heroes := append(byMembership["join"], byMembership["invite"]...)
	if len(heroes) == 0 {
		heroes = append(byMembership["leave"], byMembership["ban"]...)
	}
	return heroes[:min(5, len(heroes))]
}

func sortedKeys(m map[account.DataKey]account.Data) []account.DataKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b account.DataKey) int {
		return cmp.Or(cmp.Compare(a.Room, b.Room), cmp.Compare(a.Type, b.Type))
	})
}
