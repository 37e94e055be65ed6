package homeserver

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

const (
	defaultRoomVersion = "12"
	newestRoomVersion  = 12
)

// A preset is the state a new room starts with.
type preset struct {
	joinRule  string
	guests    bool
	invite    int  // the level to invite
	inviteOps bool // invitees get the power level of the creator
}

func presetNamed(name string) (preset, bool) {
	switch name {
	case "private_chat":
		return preset{joinRule: "invite", guests: true, invite: 0}, true
	case "trusted_private_chat":
		return preset{joinRule: "invite", guests: true, invite: 0, inviteOps: true}, true
	case "public_chat":
		return preset{joinRule: "public", invite: 50}, true
	}
	return preset{}, false
}

func (h *Homeserver) createRoom(c *request) (any, error) {
	body, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	invites, _ := body["invite_3pid"].([]any)
	for _, i := range invites {
		o, _ := i.(object)
		for _, k := range []string{"medium", "address", "id_server", "id_access_token"} {
			if _, ok := o[k]; !ok {
				return nil, api.MissingParam("all of `medium`, `address`, `id_server` and `id_access_token` " +
					"are required when making a 3pid invite")
			}
		}
	}
	h.Mu.Lock()
	r, err := h.newRoomFrom(c.session.User.ID, body)
	h.Mu.Unlock()
	if err != nil {
		return nil, err
	}
	// The room exists now, and stays when one of these fails.
	for _, i := range invites {
		if err := h.limitInvites(c.Context, c.session.User.ID); err != nil {
			return nil, err
		}
		if _, err := h.doThirdPartyInvite(c, r.id, i.(object)); err != nil {
			return nil, err
		}
	}
	return object{"room_id": r.id}, nil
}

// newRoomFrom makes a room from the body of a request to /createRoom. The caller holds Mu.
func (h *Homeserver) newRoomFrom(creator string, body object) (*room, error) {
	version, number, err := roomVersion(body)
	if err != nil {
		return nil, err
	}
	alias, err := h.newAlias(body)
	if err != nil {
		return nil, err
	}
	p, err := presetOf(body)
	if err != nil {
		return nil, err
	}
	override, _ := body["power_level_content_override"].(object)
	if users, ok := override["users"].(object); ok && number < 12 {
		if _, ok := users[creator]; !ok {
			return nil, api.BadRequest(
				"Not a valid power_level_content_override: 'users' did not contain " + creator)
		}
	}
	var invitees []string
	list, _ := body["invite"].([]any)
	for _, i := range list {
		if !isUserID(signedjson.String(i)) {
			return nil, api.BadRequest("Invalid user_id: " + signedjson.String(i))
		}
		invitees = append(invitees, signedjson.String(i))
	}

	r := h.newRoomWithCreate(creator, version, number, body, p, invitees)
	if alias != "" {
		h.aliases[alias] = r.id
	}
	if err := h.addInitialState(r, creator, alias, body, p, invitees); err != nil {
		return nil, err
	}
	content := object{}
	if body["is_direct"] == true {
		content["is_direct"] = true
	}
	for _, i := range invitees {
		if _, err := h.setMembership(r, creator, i, "invite", content); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func roomVersion(body object) (string, int, error) {
	v, ok := body["room_version"]
	if !ok {
		v = defaultRoomVersion
	}
	s, ok := v.(string)
	if !ok {
		return "", 0, api.Fail(http.StatusBadRequest, "M_BAD_JSON", "room_version must be a string")
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 6 || n > newestRoomVersion {
		return "", 0, api.Fail(http.StatusBadRequest, "M_UNSUPPORTED_ROOM_VERSION",
			"Your homeserver does not support this room version")
	}
	return s, n, nil
}

func (h *Homeserver) newAlias(body object) (string, error) {
	name, ok := body["room_alias_name"].(string)
	if !ok {
		return "", nil
	}
	if strings.ContainsAny(name, " \t\n\r\x0b\x0c") {
		return "", api.BadRequest("Invalid characters in room alias")
	}
	if strings.Contains(name, ":") {
		return "", api.BadRequest("':' is not permitted in the room alias name. " +
			"Please note this expects a local part — 'wombat', not '#wombat:example.com'.")
	}
	alias := "#" + name + ":" + h.Domain()
	if _, taken := h.aliases[alias]; taken {
		return "", api.Fail(http.StatusBadRequest, "M_ROOM_IN_USE", "Room alias already taken")
	}
	return alias, nil
}

func presetOf(body object) (preset, error) {
	name := signedjson.String(body["preset"])
	if name == "" {
		name = "private_chat"
		if body["visibility"] == "public" {
			name = "public_chat"
		}
	}
	p, ok := presetNamed(name)
	if !ok {
		return preset{}, api.Fail(http.StatusBadRequest, "M_BAD_JSON", "'"+name+"' is not a valid preset")
	}
	return p, nil
}

// newRoomWithCreate makes a room and its create event, whose hash is the room ID since version 12.
func (h *Homeserver) newRoomWithCreate(
	creator, version string, number int, body object, p preset, invitees []string,
) *room {
	given, _ := body["creation_content"].(object)
	content := maps.Clone(given)
	if content == nil {
		content = object{}
	}
	content["room_version"] = version
	if number < 11 {
		content["creator"] = creator
	}
	if number >= 12 && p.inviteOps && len(invitees) > 0 {
		more := slices.Sorted(slices.Values(invitees))
		content["additional_creators"] = slices.Compact(more)
	}
	r := newRoom("!"+h.Random.Pick("room", network.Letters, 18)+":"+h.Domain(), number)
	empty := ""
	create := h.plant(r, draft(r.id, typeCreate, creator, &empty, content))
	if number >= 12 {
		r.id = "!" + strings.TrimPrefix(create.id, "$")
		create.room = r.id
	}
	h.rooms[r.id] = r
	h.roomIDs = append(h.roomIDs, r.id)
	return r
}

// addInitialState sends the state events of a new room in Synapse's order.
func (h *Homeserver) addInitialState(r *room, creator, alias string, body object, p preset, invitees []string) error {
	if _, err := h.setMembership(r, creator, creator, "join", nil); err != nil {
		return err
	}
	type piece struct {
		typ, key string
		content  any
	}
	given := map[stateKey]any{}
	var extra []piece
	list, _ := body["initial_state"].([]any)
	for _, v := range list {
		o, _ := v.(object)
		k := stateKey{signedjson.String(o["type"]), signedjson.String(o["state_key"])}
		given[k] = o["content"]
		if k != (stateKey{typePowerLevels, ""}) {
			extra = append(extra, piece{k.typ, k.key, o["content"]})
		}
	}
	levels := given[stateKey{typePowerLevels, ""}]
	if levels == nil {
		levels = h.powerLevels(r, creator, body, p, invitees)
	}
	pieces := []piece{{typePowerLevels, "", levels}}
	add := func(typ string, content object) {
		if _, ok := given[stateKey{typ, ""}]; !ok {
			pieces = append(pieces, piece{typ, "", content})
		}
	}
	if alias != "" {
		add(typeCanonicalAlias, object{"alias": alias})
	}
	add(typeJoinRules, object{"join_rule": p.joinRule})
	add(typeVisibility, object{"history_visibility": "shared"})
	if p.guests {
		add("m.room.guest_access", object{"guest_access": "can_join"})
	}
	pieces = append(pieces, extra...)
	if name, ok := body["name"]; ok {
		pieces = append(pieces, piece{typeName, "", object{"name": name}})
	}
	if topic, ok := body["topic"]; ok {
		pieces = append(pieces, piece{"m.room.topic", "", object{
			"topic": topic, "m.topic": object{"m.text": []any{object{"body": topic}}},
		}})
	}
	for _, x := range pieces {
		if _, err := h.accept(r, draft(r.id, x.typ, creator, &x.key, x.content)); err != nil {
			return err
		}
	}
	return nil
}

func (h *Homeserver) powerLevels(r *room, creator string, body object, p preset, invitees []string) object {
	users, tombstone := object{}, 150
	if r.version < 12 {
		users[creator], tombstone = 100, 100
		if p.inviteOps {
			for _, i := range invitees {
				users[i] = 100
			}
		}
	}
	events := object{
		"m.room.name": 50, "m.room.power_levels": 100, "m.room.history_visibility": 100,
		"m.room.canonical_alias": 50, "m.room.avatar": 50, "m.room.tombstone": tombstone,
		"m.room.server_acl": 100, "m.room.encryption": 100,
	}
	if p.joinRule == "public" {
		events["m.call.invite"] = 50
	}
	levels := object{
		"users": users, "users_default": 0, "events": events, "events_default": 0, "state_default": 50,
		"ban": 50, "kick": 50, "redact": 50, "invite": p.invite, "historical": 100,
	}
	override, _ := body["power_level_content_override"].(object)
	maps.Copy(levels, override)
	return levels
}
