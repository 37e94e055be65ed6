package homeserver

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

func (h *Homeserver) accountData(c *request) (any, error) {
	u := c.session.User
	if c.Args["user"] != u.ID {
		return nil, api.Forbidden("Cannot get account data for other users.")
	}
	d, ok := u.Data[account.DataKey{Room: c.Args["room"], Type: c.Args["type"]}]
	if !ok {
		if c.Args["room"] != "" {
			return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Room account data not found")
		}
		return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Account data not found")
	}
	return d.Content, nil
}

func (h *Homeserver) setAccountData(c *request) (any, error) {
	u := c.session.User
	if c.Args["user"] != u.ID {
		return nil, api.Forbidden("Cannot add account data for other users.")
	}
	content, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	h.stream++
	u.Data[account.DataKey{Room: c.Args["room"], Type: c.Args["type"]}] = account.Data{Content: content, Position: h.stream}
	h.Changed()
	return object{}, nil
}

func (h *Homeserver) createFilter(c *request) (any, error) {
	u := c.session.User
	if c.Args["user"] != u.ID {
		return nil, api.Forbidden("Cannot create filters for other users")
	}
	f, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	if room, ok := f["room"].(object); ok {
		timeline, _ := room["timeline"].(object)
		if n, ok := timeline["limit"]; ok {
			if _, ok := n.(json.Number); !ok {
				return nil, api.ErrInternal // Synapse compares it with a number before it checks the type
			}
		}
	}
	if err := checkFilter(f); err != nil {
		return nil, err
	}
	u.Filters = append(u.Filters, f)
	return object{"filter_id": strconv.Itoa(len(u.Filters) - 1)}, nil
}

func (h *Homeserver) getFilter(c *request) (any, error) {
	u := c.session.User
	if c.Args["user"] != u.ID {
		return nil, api.Forbidden("Cannot get filters for other users")
	}
	n, err := strconv.Atoi(c.Args["filter"])
	if err != nil {
		return nil, api.BadRequest("Invalid filter_id")
	}
	if n < 0 || n >= len(u.Filters) {
		return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "No such filter")
	}
	return u.Filters[n], nil
}

func (h *Homeserver) profile(c *request) (any, error) {
	id := c.Args["user"]
	if !isUserID(id) {
		return nil, api.InvalidParam("Invalid user id")
	}
	u := h.Users[id]
	if u == nil {
		return nil, api.Fail(http.StatusNotFound, "M_UNKNOWN", "No row found (profiles)")
	}
	o := object{}
	if u.DisplayName != "" {
		o["displayname"] = u.DisplayName
	}
	if u.AvatarURL != "" {
		o["avatar_url"] = u.AvatarURL
	}
	return o, nil
}

func (h *Homeserver) profileField(c *request) (any, error) {
	v, err := h.profile(c)
	if err != nil {
		return nil, err
	}
	o, field := v.(object), c.Args["field"]
	if x, ok := o[field]; ok {
		return object{field: x}, nil
	}
	return object{}, nil
}

func (h *Homeserver) setProfileField(c *request) (any, error) {
	u, field := c.session.User, c.Args["field"]
	if c.Args["user"] != u.ID {
		return nil, api.Forbidden("Cannot set another user's profile")
	}
	body, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	v, ok := body[field].(string)
	if !ok {
		return nil, api.MissingParam("Missing key '" + field + "'")
	}
	switch field {
	case "displayname":
		u.DisplayName = v
	case "avatar_url":
		u.AvatarURL = v
	default:
		return nil, api.Fail(http.StatusBadRequest, "M_UNRECOGNIZED", "Unrecognized request")
	}
	for _, id := range h.roomIDs {
		if r := h.rooms[id]; r.membership(u.ID) == "join" {
			if _, err := h.setMembership(r, u.ID, u.ID, "join", object{}); err != nil {
				return nil, err
			}
		}
	}
	return object{}, nil
}

// listThreePIDs lists none: users confirm addresses at the identity server only.
func (h *Homeserver) listThreePIDs(*request) (any, error) {
	return object{"threepids": []any{}}, nil
}

func (h *Homeserver) capabilities(*request) (any, error) {
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
