package homeserver

import (
	"maps"
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// upgradedState returns the types of the state that Synapse copies to a new room. Invites by
// e-mail are not among them: https://github.com/element-hq/synapse, synapse/handlers/room.py,
// clone_existing_room.
func upgradedState() []string {
	return []string{
		typeJoinRules, typeName, "m.room.topic", typeVisibility, "m.room.guest_access", "m.room.avatar",
		"m.room.encryption", "m.room.server_acl", typePowerLevels,
	}
}

// upgrade replaces a room by a new one: synapse/handlers/room.py, upgrade_room.
func (h *Homeserver) upgrade(c *request) (any, error) {
	body, err := c.Object(true)
	if err != nil {
		return nil, err
	}
	if _, ok := body["new_version"]; !ok {
		return nil, api.MissingParam("Missing params: ['new_version']")
	}
	version, number, err := roomVersion(object{"room_version": body["new_version"]})
	if err != nil {
		return nil, err
	}
	old, user := h.rooms[c.Args["room"]], c.session.User.ID
	if old == nil {
		return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "Unknown room id "+c.Args["room"])
	}
	empty := ""
	tombstone := func(replacement string) *event {
		return draft(old.id, typeTombstone, user, &empty, object{"body": "This room has been replaced", "replacement_room": replacement})
	}
	if err := old.authorize(tombstone("!new")); err != nil {
		return nil, err
	}
	levels := old.stateEvent(typePowerLevels, "")
	replacement, err := h.clone(old, user, version, number)
	if err != nil {
		return nil, err
	}
	sent := h.plant(old, tombstone(replacement.id))
	if number < 12 { // Synapse makes the tombstone first, so that the create event names it
		create := replacement.stateEvent(typeCreate, "")
		create.fields["predecessor"] = object{"room_id": old.id, "event_id": sent.id}
		create.content = signedjson.Encode(create.fields)
	}
	h.moveAliases(old, replacement, user)
	h.closeRoom(old, user, levels)
	return object{"replacement_room": replacement.id}, nil
}

// clone makes the new room.
func (h *Homeserver) clone(old *room, user, version string, number int) (*room, error) {
	content := object{"predecessor": object{"room_id": old.id}}
	body := object{"room_version": version, "creation_content": content}
	var state []any
	for _, typ := range upgradedState() {
		if e := old.stateEvent(typ, ""); e != nil {
			state = append(state, object{"type": typ, "state_key": "", "content": levelsOf(e, user, number)})
		}
	}
	p, _ := presetNamed("private_chat")
	r := h.newRoomWithCreate(user, version, number, body, p, nil)
	body["initial_state"] = state
	return r, h.addInitialState(r, user, "", body, p, nil)
}

// levelsOf returns the content of a state event for a new room. Since version 12 the
// creator of a room has no power level.
func levelsOf(e *event, creator string, version int) object {
	users, ok := e.fields["users"].(object)
	if e.typ != typePowerLevels || !ok || version < 12 {
		return e.fields
	}
	content := maps.Clone(e.fields)
	users = maps.Clone(users)
	delete(users, creator)
	content["users"] = users
	return content
}

// moveAliases gives the aliases of a room to the new one: _move_aliases_to_new_room.
func (h *Homeserver) moveAliases(old, replacement *room, user string) {
	for alias, room := range h.aliases {
		if room == old.id {
			h.aliases[alias] = replacement.id
		}
	}
	canonical := old.stateEvent(typeCanonicalAlias, "")
	if canonical == nil {
		return
	}
	empty := ""
	remaining := maps.Clone(canonical.fields)
	delete(remaining, "alias")
	_, _ = h.accept(old, draft(old.id, typeCanonicalAlias, user, &empty, remaining)) // Synapse logs an error and goes on
	_, _ = h.accept(replacement, draft(replacement.id, typeCanonicalAlias, user, &empty, object{"alias": canonical.fields["alias"]}))
}

// closeRoom raises the levels to write and to invite in the old room:
// _update_upgraded_room_pls.
func (h *Homeserver) closeRoom(old *room, user string, levels *event) {
	if levels == nil {
		return
	}
	content := maps.Clone(levels.fields)
	usersDefault, _ := signedjson.Int(content["users_default"])
	least := max(usersDefault+1, 50)
	for _, name := range []string{"invite", "events_default"} {
		if level, _ := signedjson.Int(content[name]); level < least {
			content[name] = least
		}
	}
	empty := ""
	_, _ = h.accept(old, draft(old.id, typePowerLevels, user, &empty, content)) // Synapse logs an error and goes on
}
