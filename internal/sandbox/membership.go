package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// setMembership is Synapse's update_membership: first some checks of its own, then the auth rules.
func (h *homeserver) setMembership(r *room, actor, target, action string, content object) (*event, error) {
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
		return nil, badRequest("Invalid membership key")
	}
	if membership == "invite" && h.refusesInvites(target) {
		return nil, fail(http.StatusForbidden, "M_INVITE_BLOCKED", "You are not permitted to invite this user.")
	}
	if err := checkTransition(r.member(target), action); err != nil {
		return nil, err
	}
	content = maps.Clone(content)
	if content == nil {
		content = object{}
	}
	delete(content, "join_authorised_via_users_server")
	if u := h.users[target]; u != nil && (membership == "join" || membership == "invite" || membership == "knock") {
		setDefault(content, "displayname", u.displayName)
		setDefault(content, "avatar_url", u.avatarURL)
	}
	content["membership"] = membership
	return h.accept(r, draft(r.id, typeMember, actor, &target, content))
}

func checkUserID(s string) error {
	switch {
	case !strings.HasPrefix(s, "@"):
		return invalidParam("Expected UserID string to start with '@'")
	case !strings.Contains(s, ":"):
		return invalidParam("Expected UserID of the form '@localname:domain'")
	}
	return nil
}

func setDefault(o object, key, value string) {
	if _, ok := o[key]; !ok && value != "" {
		o[key] = value
	}
}

// refusesInvites is https://github.com/matrix-org/matrix-spec-proposals/pull/4380. Taking an e-mail invite is not
// being invited in this sense.
func (h *homeserver) refusesInvites(userID string) bool {
	u := h.users[userID]
	return u != nil && u.data[dataKey{"", "m.invite_permission_config"}].content["default_action"] == "block"
}

func checkTransition(old *event, action string) error {
	was := old.membership()
	if old == nil {
		if action == "kick" {
			return forbidden("The target user is not in the room")
		}
		return nil
	}
	if action == "unban" && was != "ban" {
		return fail(http.StatusForbidden, "M_BAD_STATE",
			fmt.Sprintf("Cannot unban user who was not banned (membership=%s)", was))
	}
	if was == "ban" && action != "ban" && action != "unban" && action != "leave" {
		return fail(http.StatusForbidden, "M_BAD_STATE", fmt.Sprintf("Cannot %s user who was banned", action))
	}
	if (was == "ban" || was == "leave") && action == "kick" {
		return forbidden("The target user is not in the room")
	}
	return nil
}

// roomForMembership finds a room, or says what Synapse says when it is in no such room.
func (h *homeserver) roomForMembership(roomID, action string) (*room, error) {
	if r := h.rooms[roomID]; r != nil {
		return r, nil
	}
	switch action {
	case "join":
		return nil, fail(http.StatusNotFound, "M_UNKNOWN",
			"Can't join remote room because no servers that are in the room have been provided.")
	case "leave", "kick", "unban":
		return nil, fail(http.StatusNotFound, "M_UNKNOWN", "Not a known room")
	}
	return nil, forbidden("Unknown room")
}

// membershipAction serves /rooms/{room}/join, invite, leave, ban, unban and kick.
func (h *homeserver) membershipAction(action string) handler {
	return func(c *call) (any, error) {
		return h.once(c, func() (any, error) {
			body, err := c.object(true)
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

func (h *homeserver) changeMembership(c *call, action string, body object) (any, error) {
	roomID, me := c.args["room"], c.session.user.id
	target := me
	if action != "join" && action != "leave" {
		if _, ok := body["user_id"]; !ok {
			return nil, missingParam("Missing params: ['user_id']")
		}
		target = str(body["user_id"])
	}
	if action == "invite" {
		if err := h.limitUserInvites(c.ctx, roomID, target, me); err != nil {
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
	h.mu.Lock()
	defer h.mu.Unlock()
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
func (h *homeserver) joinByAlias(c *call) (any, error) {
	return h.once(c, func() (any, error) {
		body, err := c.object(true)
		if err != nil {
			return nil, err
		}
		roomID, me := c.args["room"], c.session.user.id
		if len(roomID) > 0 && roomID[0] == '#' {
			if roomID, err = h.roomOfAlias(roomID); err != nil {
				return nil, err
			}
		} else if len(roomID) == 0 || roomID[0] != '!' {
			return nil, badRequest(roomID + " was not legal room ID or room alias")
		}
		if err := h.exchangeSigned(c, roomID, me, body); err != nil {
			return nil, err
		}
		h.mu.Lock()
		defer h.mu.Unlock()
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

func (h *homeserver) roomOfAlias(alias string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id, ok := h.aliases[alias]
	if !ok {
		return "", fail(http.StatusNotFound, "M_NOT_FOUND", "Room alias "+alias+" not found")
	}
	return id, nil
}

// forgetMark is the account data this server keeps to itself to remember who forgot a room.
const forgetMark = "org.mxinvite.sandbox.forgotten"

func (h *homeserver) forget(c *call) (any, error) {
	u, id := c.session.user, c.args["room"]
	if r := h.rooms[id]; r != nil {
		if m := r.membership(u.id); m == "join" || m == "invite" {
			return nil, badRequest(fmt.Sprintf("User %s in room %s", u.id, id))
		}
	}
	u.data[dataKey{id, forgetMark}] = accountDatum{object{}, h.stream}
	return object{}, nil
}
