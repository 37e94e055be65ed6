package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// A dataKey names a piece of account data; the room is empty for what is not of one room.
type dataKey struct{ room, typ string }

type accountDatum struct {
	content object
	pos     int
}

func (h *homeserver) accountData(c *call) (any, error) {
	u := c.session.user
	if c.args["user"] != u.id {
		return nil, forbidden("Cannot get account data for other users.")
	}
	d, ok := u.data[dataKey{c.args["room"], c.args["type"]}]
	if !ok {
		if c.args["room"] != "" {
			return nil, fail(http.StatusNotFound, "M_NOT_FOUND", "Room account data not found")
		}
		return nil, fail(http.StatusNotFound, "M_NOT_FOUND", "Account data not found")
	}
	return d.content, nil
}

func (h *homeserver) setAccountData(c *call) (any, error) {
	u := c.session.user
	if c.args["user"] != u.id {
		return nil, forbidden("Cannot add account data for other users.")
	}
	content, err := c.object(false)
	if err != nil {
		return nil, err
	}
	h.stream++
	u.data[dataKey{c.args["room"], c.args["type"]}] = accountDatum{content, h.stream}
	h.changed()
	return object{}, nil
}

func (h *homeserver) createFilter(c *call) (any, error) {
	u := c.session.user
	if c.args["user"] != u.id {
		return nil, forbidden("Cannot create filters for other users")
	}
	f, err := c.object(false)
	if err != nil {
		return nil, err
	}
	if room, ok := f["room"].(object); ok {
		timeline, _ := room["timeline"].(object)
		if n, ok := timeline["limit"]; ok {
			if _, ok := n.(json.Number); !ok {
				return nil, errInternal // compared with a number before anybody looks at its shape
			}
		}
	}
	if err := checkFilter(f); err != nil {
		return nil, err
	}
	u.filters = append(u.filters, f)
	return object{"filter_id": strconv.Itoa(len(u.filters) - 1)}, nil
}

func (h *homeserver) getFilter(c *call) (any, error) {
	u := c.session.user
	if c.args["user"] != u.id {
		return nil, forbidden("Cannot get filters for other users")
	}
	n, err := strconv.Atoi(c.args["filter"])
	if err != nil {
		return nil, badRequest("Invalid filter_id")
	}
	if n < 0 || n >= len(u.filters) {
		return nil, fail(http.StatusNotFound, "M_NOT_FOUND", "No such filter")
	}
	return u.filters[n], nil
}

func (h *homeserver) profile(c *call) (any, error) {
	id := c.args["user"]
	if !isUserID(id) {
		return nil, invalidParam("Invalid user id")
	}
	u := h.users[id]
	if u == nil {
		return nil, fail(http.StatusNotFound, "M_UNKNOWN", "No row found (profiles)")
	}
	o := object{}
	if u.displayName != "" {
		o["displayname"] = u.displayName
	}
	if u.avatarURL != "" {
		o["avatar_url"] = u.avatarURL
	}
	return o, nil
}

func (h *homeserver) profileField(c *call) (any, error) {
	v, err := h.profile(c)
	if err != nil {
		return nil, err
	}
	o, field := v.(object), c.args["field"]
	if x, ok := o[field]; ok {
		return object{field: x}, nil
	}
	return object{}, nil
}

func (h *homeserver) setProfileField(c *call) (any, error) {
	u, field := c.session.user, c.args["field"]
	if c.args["user"] != u.id {
		return nil, forbidden("Cannot set another user's profile")
	}
	body, err := c.object(false)
	if err != nil {
		return nil, err
	}
	v, ok := body[field].(string)
	if !ok {
		return nil, missingParam("Missing key '" + field + "'")
	}
	switch field {
	case "displayname":
		u.displayName = v
	case "avatar_url":
		u.avatarURL = v
	default:
		return nil, fail(http.StatusBadRequest, "M_UNRECOGNIZED", "Unrecognized request")
	}
	for _, id := range h.roomIDs {
		if r := h.rooms[id]; r.membership(u.id) == "join" {
			if _, err := h.setMembership(r, u.id, u.id, "join", object{}); err != nil {
				return nil, err
			}
		}
	}
	return object{}, nil
}

// threePIDs lists no addresses: here people confirm theirs at the identity server only.
func (h *homeserver) threePIDs(*call) (any, error) {
	return object{"threepids": []any{}}, nil
}

func (h *homeserver) capabilities(*call) (any, error) {
	available := object{}
	for v := 1; v <= newestRoomVersion; v++ {
		available[strconv.Itoa(v)] = "stable"
	}
	on := object{"enabled": true}
	return object{"capabilities": object{
		"m.room_versions":   object{"default": defaultRoomVersion, "available": available},
		"m.change_password": on, "m.set_displayname": on, "m.set_avatar_url": on, "m.3pid_changes": on,
		"m.get_login_token": object{"enabled": false}, "m.profile_fields": on,
	}}, nil
}
