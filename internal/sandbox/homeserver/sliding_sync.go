package homeserver

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// A slidingRequest is a request for windows of the rooms, as in synapse/types/rest/client/__init__.py, SlidingSyncBody.
type slidingRequest struct {
	Lists map[string]struct {
		slidingRoom

		Ranges  [][2]int `json:"ranges"` // with their ends
		Filters struct {
			IsInvite *bool `json:"is_invite"`
		} `json:"filters"`
	} `json:"lists"`
	Subscriptions map[string]slidingRoom `json:"room_subscriptions"`
}

// A slidingRoom is what is requested of a room.
type slidingRoom struct {
	RequiredState [][2]string `json:"required_state"` // types and state keys
}

// slidingSync is simplified sliding sync as Synapse implements it: synapse/handlers/sliding_sync/__init__.py. Only requests
// without a position are answered: for others the connection has expired.
func (h *Homeserver) slidingSync(c *request) (any, error) {
	if c.Query.Has("pos") {
		return nil, api.Fail(http.StatusBadRequest, "M_UNKNOWN_POS", "Unknown position")
	}
	var body slidingRequest
	if err := json.Unmarshal(c.Body, &body); err != nil {
		return nil, api.Fail(http.StatusBadRequest, "M_BAD_JSON", err.Error())
	}
	me := c.session.User.ID
	wanted := map[string][][2]string{}
	lists := object{}
	for name, list := range body.Lists {
		rooms := slices.DeleteFunc(h.slidingRooms(me), func(r *room) bool {
			invited := list.Filters.IsInvite
			return invited != nil && *invited != (r.membership(me) == "invite")
		})
		ops := []object{}
		for _, window := range list.Ranges {
			if window[0] < 0 || window[1] < 0 {
				return nil, api.Fail(http.StatusBadRequest, "M_BAD_JSON", "Input should be greater than or equal to 0")
			}
			ids := []string{}
			from := min(window[0], len(rooms))
			for _, r := range rooms[from:max(from, min(window[1]+1, len(rooms)))] {
				ids = append(ids, r.id)
				wanted[r.id] = append(wanted[r.id], list.RequiredState...)
			}
			ops = append(ops, object{"op": "SYNC", "range": window, "room_ids": ids})
		}
		lists[name] = object{"count": len(rooms), "ops": ops}
	}
	for id, subscription := range body.Subscriptions {
		if r := h.rooms[id]; r != nil && r.member(me) != nil {
			wanted[id] = append(wanted[id], subscription.RequiredState...)
		}
	}
	rooms := object{}
	for id, state := range wanted {
		rooms[id] = h.slidingRoom(h.rooms[id], me, state)
	}
	answer := object{"pos": "1/" + token("s", h.stream), "rooms": rooms, "extensions": object{}}
	if len(lists) > 0 {
		answer["lists"] = lists
	}
	return answer, nil
}

// slidingRooms returns the rooms of a user, those with the newest events first, without those that they have left
// themselves: synapse/handlers/sliding_sync/room_lists.py, filter_membership_for_sync and sort_rooms.
func (h *Homeserver) slidingRooms(me string) []*room {
	var rooms []*room
	last := map[*room]int{}
	for _, id := range h.roomIDs {
		r := h.rooms[id]
		m := r.member(me)
		if m == nil || m.membership() == "leave" && m.sender == me {
			continue
		}
		rooms = append(rooms, r)
		last[r] = m.pos
		if m.membership() == "join" {
			last[r] = r.events[len(r.events)-1].pos
		}
	}
	slices.SortFunc(rooms, func(a, b *room) int { return cmp.Compare(last[b], last[a]) })
	return rooms
}

// slidingRoom is Synapse's get_room_sync_data for a room that was not sent before, without a timeline.
func (h *Homeserver) slidingRoom(r *room, me string, wanted [][2]string) object {
	m := r.member(me)
	out := object{"initial": true, "notification_count": 0, "highlight_count": 0, "bump_stamp": m.pos}
	if m.membership() == "invite" {
		out["invite_state"] = r.inviteState(m)
		return out
	}
	current := r.state
	if m.membership() != "join" {
		current = r.stateAt(m.pos)
	}
	if name := current[stateKey{typeName, ""}].field("name"); name != "" {
		out["name"] = name
	}
	if m.membership() == "join" {
		out["joined_count"], out["invited_count"] = r.count("join"), r.count("invite")
		if heroes := slidingHeroes(r.heroes(me)); out["name"] == nil && len(heroes) > 0 {
			out["heroes"] = heroes
		}
		out["bump_stamp"] = r.bumpStamp(m.pos)
	}
	state := slices.DeleteFunc(ordered(current), func(e *event) bool {
		return !slices.ContainsFunc(wanted, func(pair [2]string) bool {
			typ, key := pair[0], pair[1]
			return (typ == "*" || typ == e.typ) && (key == "*" || key == *e.stateKey || key == "$ME" && *e.stateKey == me)
		})
	})
	if len(state) > 0 {
		out["required_state"] = h.render(state, view{})
	}
	return out
}

// slidingHeroes returns users and their display names.
func slidingHeroes(members []*event) (heroes []object) {
	for _, e := range members {
		hero := object{"user_id": *e.stateKey}
		if name := e.field("displayname"); name != "" {
			hero["displayname"] = name
		}
		heroes = append(heroes, hero)
	}
	return heroes
}

// bumpStamp returns the position of the last event that moves a room up in a client's list, or otherwise if there is none:
// SLIDING_SYNC_DEFAULT_BUMP_EVENT_TYPES.
func (r *room) bumpStamp(otherwise int) int {
	for _, e := range slices.Backward(r.events) {
		switch e.typ {
		case typeCreate, "m.room.message", "m.room.encrypted", "m.sticker", "m.call.invite":
			return e.pos
		}
	}
	return otherwise
}
