package homeserver

import (
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// setMembership is Synapse's update_membership: its own checks, then the auth rules.
func (h *Homeserver) setMembership(r *room, actor, target, action string, content object) (*event, error) {
	membership := action
	if action == "kick" || action == "unban" {
		membership = "leave"
	}
	if err := checkUserID(target); err != nil {
		return nil, err
	}
	switch membership {
	case "join", "invite", "leave", "ban", "knock":
	default:
		return nil, api.BadRequest("Invalid membership key")
	}
	if membership == "invite" && h.refusesInvites(target) {
		return nil, api.Fail(http.StatusForbidden, "M_INVITE_BLOCKED", "You are not permitted to invite this user.")
	}
	if err := checkTransition(r.member(target), action); err != nil {
		return nil, err
	}
	content = maps.Clone(content)
	if content == nil {
		content = object{}
	}
	delete(content, "join_authorised_via_users_server")
	if u := h.Users[target]; u != nil && (membership == "join" || membership == "invite" || membership == "knock") {
		setDefault(content, "displayname", u.DisplayName)
		setDefault(content, "avatar_url", u.AvatarURL)
	}
	content["membership"] = membership
	return h.accept(r, draft(r.id, typeMember, actor, &target, content))
}

func checkUserID(s string) error {
	switch {
	case !strings.HasPrefix(s, "@"):
		return api.InvalidParam("Expected UserID string to start with '@'")
	case !strings.Contains(s, ":"):
		return api.InvalidParam("Expected UserID of the form '@localname:domain'")
	}
	return nil
}

func setDefault(o object, key, value string) {
	if _, ok := o[key]; !ok && value != "" {
		o[key] = value
	}
}

// refusesInvites is https://github.com/matrix-org/matrix-spec-proposals/pull/4380. Accepting an invite by e-mail is not
// refused.
func (h *Homeserver) refusesInvites(userID string) bool {
	u := h.Users[userID]
	return u != nil && u.Data[account.DataKey{Room: "", Type: "m.invite_permission_config"}].Content["default_action"] == "block"
}

func checkTransition(old *event, action string) error {
	was := old.membership()
	if old == nil {
		if action == "kick" {
			return api.Forbidden("The target user is not in the room")
		}
		return nil
	}
	if action == "unban" && was != "ban" {
		return api.Fail(http.StatusForbidden, "M_BAD_STATE",
			fmt.Sprintf("Cannot unban user who was not banned (membership=%s)", was))
	}
	if was == "ban" && action != "ban" && action != "unban" && action != "leave" {
		return api.Fail(http.StatusForbidden, "M_BAD_STATE", fmt.Sprintf("Cannot %s user who was banned", action))
	}
	if (was == "ban" || was == "leave") && action == "kick" {
		return api.Forbidden("The target user is not in the room")
	}
	return nil
}

// roomForMembership returns a room, or the error of Synapse for a room that it is not in.
func (h *Homeserver) roomForMembership(roomID, action string) (*room, error) {
	if r := h.rooms[roomID]; r != nil {
		return r, nil
	}
	switch action {
	case "join":
		return nil, api.Fail(http.StatusNotFound, "M_UNKNOWN",
			"Can't join remote room because no servers that are in the room have been provided.")
	case "leave", "kick", "unban":
		return nil, api.Fail(http.StatusNotFound, "M_UNKNOWN", "Not a known room")
	}
	return nil, api.Forbidden("Unknown room")
}

// membershipAction serves /rooms/{room}/join, invite, leave, ban, unban and kick.
func (h *Homeserver) membershipAction(action string) api.Handler[*request] {
	return func(c *request) (any, error) {
		return h.once(c, func() (any, error) {
			body, err := c.Object(true)
			if err != nil {
				return nil, err
			}
			_, hasMedium := body["medium"]
			_, hasAddress := body["address"]
			if action == "invite" && hasMedium && hasAddress {
				return h.inviteThirdParty(c, body)
			}
			return h.changeMembership(c, action, body)
		})
	}
}

func (h *Homeserver) changeMembership(c *request, action string, body object) (any, error) {
	roomID, me := c.Args["room"], c.session.User.ID
	target := me
	if action != "join" && action != "leave" {
		if _, ok := body["user_id"]; !ok {
			return nil, api.MissingParam("Missing params: ['user_id']")
		}
		target = signedjson.String(body["user_id"])
	}
	if action == "invite" {
		if err := h.limitUserInvites(c.Context, roomID, target, me); err != nil {
			return nil, err
		}
	}
	content := object{}
	if reason, ok := body["reason"]; ok {
		content["reason"] = reason
	}
	if err := h.exchangeSigned(c, roomID, target, body); err != nil {
		return nil, err
	}
	h.Mu.Lock()
	defer h.Mu.Unlock()
	r, err := h.roomForMembership(roomID, action)
	if err != nil {
		return nil, err
	}
	if _, err := h.setMembership(r, me, target, action, content); err != nil {
		return nil, err
	}
	if action == "join" {
		return object{"room_id": roomID}, nil
	}
	return object{}, nil
}

// joinByAlias serves /join/{room}, which unlike /rooms/{room}/join copies the whole body into the member event, a
// third_party_signed included.
func (h *Homeserver) joinByAlias(c *request) (any, error) {
	return h.once(c, func() (any, error) {
		body, err := c.Object(true)
		if err != nil {
			return nil, err
		}
		roomID, me := c.Args["room"], c.session.User.ID
		if len(roomID) > 0 && roomID[0] == '#' {
			if roomID, err = h.roomOfAlias(roomID); err != nil {
				return nil, err
			}
		} else if len(roomID) == 0 || roomID[0] != '!' {
			return nil, api.BadRequest(roomID + " was not legal room ID or room alias")
		}
		if err := h.exchangeSigned(c, roomID, me, body); err != nil {
			return nil, err
		}
		h.Mu.Lock()
		defer h.Mu.Unlock()
		r, err := h.roomForMembership(roomID, "join")
		if err != nil {
			return nil, err
		}
		if _, err := h.setMembership(r, me, me, "join", body); err != nil {
			return nil, err
		}
		return object{"room_id": roomID}, nil
	})
}

func (h *Homeserver) roomOfAlias(alias string) (string, error) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	id, ok := h.aliases[alias]
	if !ok {
		return "", api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Room alias "+alias+" not found")
	}
	return id, nil
}

// forgetMark is the type of the account data that marks a forgotten room. Clients do not get it.
const forgetMark = "org.mxinvite.sandbox.forgotten"

func (h *Homeserver) forget(c *request) (any, error) {
	u, id := c.session.User, c.Args["room"]
	if r := h.rooms[id]; r != nil {
		if m := r.membership(u.ID); m == "join" || m == "invite" {
			return nil, api.BadRequest(fmt.Sprintf("User %s in room %s", u.ID, id))
		}
	}
	u.Data[account.DataKey{Room: id, Type: forgetMark}] = account.Data{Content: object{}, Position: h.stream}
	return object{}, nil
}
