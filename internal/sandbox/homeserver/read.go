package homeserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// readable returns a room and the state that a user may read: the current state for joined users, the state at the time
// of leaving for users who left.
func (h *Homeserver) readable(userID, roomID string) (*room, map[stateKey]*event, error) {
	r := h.rooms[roomID]
	if r != nil {
		m := r.member(userID)
		switch {
		case m.membership() == "join":
			return r, r.state, nil
		case m.membership() == "leave":
			return r, r.stateAt(m.pos), nil
		case r.state[stateKey{typeVisibility, ""}].field("history_visibility") == "world_readable":
			return r, r.state, nil
		}
	}
	return nil, nil, api.Forbidden(fmt.Sprintf("User %s not in room %s, and room previews are disabled", userID, roomID))
}

// ordered returns state events in the order of the stream.
func ordered(state map[stateKey]*event) []*event {
	return slices.SortedFunc(maps.Values(state), func(a, b *event) int { return a.pos - b.pos })
}

func (h *Homeserver) render(events []*event, v view) []object {
	out := make([]object, 0, len(events))
	for _, e := range events {
		out = append(out, e.client(h.Now(), v))
	}
	return out
}

func (h *Homeserver) joinedRooms(c *request) (any, error) {
	ids := []string{}
	for _, id := range h.roomIDs {
		if h.rooms[id].membership(c.session.User.ID) == "join" {
			ids = append(ids, id)
		}
	}
	return object{"joined_rooms": ids}, nil
}

func (h *Homeserver) getState(c *request) (any, error) {
	_, state, err := h.readable(c.session.User.ID, c.Args["room"])
	if err != nil {
		return nil, err
	}
	return h.render(ordered(state), view{roomID: true, v1: true}), nil
}

func (h *Homeserver) getStateEvent(c *request) (any, error) {
	format := c.Query.Get("format")
	if c.Query.Has("format") && format != "content" && format != "event" {
		return nil, api.InvalidParam("Query parameter 'format' must be one of ['content', 'event']")
	}
	_, state, err := h.readable(c.session.User.ID, c.Args["room"])
	if err != nil {
		return nil, err
	}
	e := state[stateKey{c.Args["type"], c.Args["key"]}]
	if e == nil {
		return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Event not found.")
	}
	if format == "event" {
		return e.client(h.Now(), view{roomID: true}), nil
	}
	return e.content, nil
}

func (h *Homeserver) members(c *request) (any, error) {
	_, state, err := h.readable(c.session.User.ID, c.Args["room"])
	if err != nil {
		return nil, err
	}
	if at := c.Query.Get("at"); at != "" {
		pos, err := position(at)
		if err != nil {
			return nil, err
		}
		state = h.rooms[c.Args["room"]].stateAt(pos)
	}
	want, not := c.Query.Get("membership"), c.Query.Get("not_membership")
	chunk := slices.DeleteFunc(ordered(state), func(e *event) bool {
		return e.typ != typeMember || want != "" && e.membership() != want || not != "" && e.membership() == not
	})
	return object{"chunk": h.render(chunk, view{roomID: true, v1: true})}, nil
}

func (h *Homeserver) joinedMembers(c *request) (any, error) {
	r, _, err := h.readable(c.session.User.ID, c.Args["room"])
	if err != nil {
		return nil, err
	}
	joined := object{}
	for k, e := range r.state {
		if e.membership() == "join" {
			joined[k.key] = object{"display_name": e.fields["displayname"], "avatar_url": e.fields["avatar_url"]}
		}
	}
	return object{"joined": joined}, nil
}

func (h *Homeserver) getEvent(c *request) (any, error) {
	notFound := api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Event not found.")
	r := h.rooms[c.Args["room"]]
	if r == nil {
		return nil, notFound
	}
	e := r.byID[c.Args["event"]]
	if e == nil {
		return nil, notFound
	}
	s := r.seenBy(c.session.User.ID, r.membership(c.session.User.ID) != "join")
	i := slices.Index(r.events, e)
	if !s.visible[i] {
		return nil, notFound
	}
	return e.client(h.Now(), view{roomID: true, v1: true, device: c.session.Device, membership: s.memberships[i]}), nil
}

// messages pages through a room: https://spec.matrix.org/latest/client-server-api/#get_matrixclientv3roomsroomidmessages.
func (h *Homeserver) messages(c *request) (any, error) {
	p, err := h.pageOf(c)
	if err != nil {
		return nil, err
	}
	r, _, err := h.readable(c.session.User.ID, c.Args["room"])
	if err != nil {
		return nil, err
	}
	if m := r.member(c.session.User.ID); m.membership() == "leave" && p.back && p.from > m.pos {
		p.from = m.pos
	}
	// The filter is part of the database query: a page is full however rare its events are.
	events, end, more := r.page(p, &p.filter)
	out := object{"chunk": []object{}, "start": token("t", p.from)}
	if !more && len(events) == 0 {
		return out, nil
	}
	out["end"] = token("t", end)
	s := r.seenBy(c.session.User.ID, r.member(c.session.User.ID) == nil)
	chunk := []object{}
	senders := map[string]bool{}
	for _, e := range events {
		if i := r.upTo(e.pos) - 1; s.visible[i] {
			senders[e.sender] = true
			chunk = append(chunk, e.client(h.Now(), view{
				roomID: true, v1: true, prevContent: true, membership: s.memberships[i], device: c.session.Device,
			}))
		}
	}
	out["chunk"] = chunk
	if p.filter.LazyLoadMembers && len(chunk) > 0 {
		out["state"] = h.render(slices.DeleteFunc(ordered(r.stateAt(events[0].pos)), func(e *event) bool {
			return e.typ != typeMember || !senders[*e.stateKey]
		}), view{roomID: true, v1: true})
	}
	return out, nil
}

// A page is a request for a part of the history of a room.
type page struct {
	back   bool
	from   int // between two events: after the event with this position
	to     int // -1: no end
	limit  int
	filter eventFilter
}

func (h *Homeserver) pageOf(c *request) (page, error) {
	p := page{to: -1, limit: defaultTimelineLimit}
	switch c.Query.Get("dir") {
	case "f", "":
	case "b":
		p.back, p.from = true, h.stream
	default:
		return p, api.InvalidParam("Query parameter 'dir' must be one of ['b', 'f']")
	}
	for name, to := range map[string]*int{"from": &p.from, "to": &p.to} {
		s := c.Query.Get(name)
		if s == "" || s == "END" {
			continue
		}
		pos, err := position(s)
		if err != nil {
			return p, api.BadRequest("'" + name + "' parameter is invalid")
		}
		*to = pos
	}
	if s := c.Query.Get("limit"); s != "" {
		n, err := queryInt("limit", s)
		if err != nil {
			return p, err
		}
		p.limit = min(n, maxPage)
	}
	if s := c.Query.Get("filter"); s != "" {
		if err := json.Unmarshal([]byte(s), &p.filter); err != nil {
			return p, api.Fail(http.StatusBadRequest, "M_NOT_JSON", "Query parameter 'filter' must be JSON")
		}
	}
	return p, nil
}

const maxPage = 1000 // events

func queryInt(name, s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, api.InvalidParam("Query parameter " + name + " must be an integer")
	}
	if n < 0 {
		return 0, api.InvalidParam("Query parameter " + name + " must be a positive integer.")
	}
	return n, nil
}

// page returns events, their end, and whether there are more.
func (r *room) page(p page, f *eventFilter) (events []*event, end int, more bool) {
	add := func(e *event) bool {
		if !f.allowsEvent(e) {
			return true
		}
		if len(events) == p.limit {
			more = true
			return false
		}
		events = append(events, e)
		if end = e.pos; p.back {
			end--
		}
		return true
	}
	end = p.from
	if p.limit == 0 {
		return nil, end, false
	}
	if p.back {
		for i := r.upTo(p.from) - 1; i >= 0 && r.events[i].pos > p.to; i-- {
			if !add(r.events[i]) {
				break
			}
		}
		return events, end, more
	}
	for _, e := range r.events[r.upTo(p.from):] {
		if p.to >= 0 && e.pos > p.to || !add(e) {
			break
		}
	}
	return events, end, more
}

// token returns the token of a position in the stream: "s" in /sync, "t" in /messages.
func token(kind string, pos int) string { return kind + strconv.Itoa(pos) }

func position(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimLeft(s, "st"))
	if err != nil || n < 0 || !strings.HasPrefix(s, "s") && !strings.HasPrefix(s, "t") {
		return 0, api.BadRequest("Invalid stream token")
	}
	return n, nil
}

func (h *Homeserver) resolveAlias(c *request) (any, error) {
	alias := c.Args["alias"]
	if !strings.HasPrefix(alias, "#") || !strings.Contains(alias, ":") {
		return nil, api.InvalidParam("Room alias invalid")
	}
	id, ok := h.aliases[alias]
	if !ok {
		return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Room alias "+alias+" not found")
	}
	return object{"room_id": id, "servers": []string{h.Domain()}}, nil
}
