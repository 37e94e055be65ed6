package homeserver

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// authorize decides whether an event may become part of the room as it is now: the authorization rules of room
// versions 6 to 12, https://spec.matrix.org/latest/rooms/v12/#authorization-rules, in Synapse's order and words.
func (r *room) authorize(e *event) error {
	if e.typ == typeCreate {
		return nil
	}
	if r.state[stateKey{typeCreate, ""}] == nil {
		return api.Forbidden("No create event in auth events")
	}
	if e.typ == typeMember && e.isState() {
		return r.authorizeMember(e)
	}
	if m := r.member(e.sender); m.membership() != "join" {
		return api.Forbidden(fmt.Sprintf("User %s not in room %s (%s)", e.sender, r.id, m.python()))
	}
	// The rule for e-mail invites ends here: state_default and the level of the event type do not count.
	if e.typ == typeThirdPartyInvite {
		if r.powerOf(e.sender) < r.namedLevel("invite", 0) {
			return api.Forbidden("You don't have permission to invite users")
		}
		return nil
	}
	if err := r.authorizeSend(e); err != nil {
		return err
	}
	if e.typ == typePowerLevels {
		return r.authorizePowerLevels(e)
	}
	return nil
}

func (r *room) authorizeSend(e *event) error {
	need, have := r.sendLevel(e.typ, e.isState()), r.powerOf(e.sender)
	if have < need {
		return api.Forbidden(fmt.Sprintf("You don't have permission to post that to the room. "+
			"user_level (%d) < send_level (%d)", have, need))
	}
	if e.isState() && strings.HasPrefix(*e.stateKey, "@") && *e.stateKey != e.sender {
		return api.Forbidden("You are not allowed to set others state")
	}
	return nil
}

// authorizeMember is the rule for membership. It checks invites by e-mail first, before it checks the sender, so they stay
// valid when the sender leaves.
func (r *room) authorizeMember(e *event) error {
	target := *e.stateKey
	sender, was := r.membership(e.sender), r.membership(target)
	wants := e.membership()
	if wants == "join" && r.isFirstJoin(e) {
		return nil
	}
	if tpi, ok := e.fields["third_party_invite"]; ok && wants == "invite" {
		return r.authorizeThirdParty(e, tpi)
	}
	if wants != "join" && wants != "knock" {
		if wants == "leave" && target == e.sender && (sender == "invite" || sender == "knock") {
			return nil
		}
		if sender != "join" {
			return api.Forbidden(fmt.Sprintf("%s not in room %s.", e.sender, r.id))
		}
	}
	switch wants {
	case "invite":
		return r.authorizeInvite(e, was)
	case "join":
		return r.authorizeJoin(e, sender, was)
	case "leave":
		return r.authorizeLeave(e, was)
	case "ban":
		return r.authorizeBan(e)
	case "knock":
		return api.Forbidden("You don't have permission to knock")
	}
	return api.Fail(http.StatusInternalServerError, "M_FORBIDDEN", "Unknown membership "+wants)
}

func (r *room) isFirstJoin(e *event) bool {
	return len(r.events) == 1 && r.events[0].sender == *e.stateKey
}

// authorizeThirdParty is rule 5.4.1: the proof must match the invite in the room's state, and the invitee must not be
// banned. (Synapse checks the ban last, the specification first.)
func (r *room) authorizeThirdParty(e *event, thirdPartyInvite any) error {
	ok, err := r.verifyThirdParty(e, thirdPartyInvite)
	if err != nil {
		return err
	}
	if !ok {
		return api.Forbidden("You are not invited to this room.")
	}
	if r.membership(*e.stateKey) == "ban" {
		return api.Forbidden(*e.stateKey + " is banned from the room")
	}
	return nil
}

func (r *room) verifyThirdParty(e *event, thirdPartyInvite any) (bool, error) {
	tpi, _ := thirdPartyInvite.(object)
	signed, _ := tpi["signed"].(object)
	switch signed["token"].(type) {
	case nil, object, []any:
		// Synapse looks up the invite before it checks that there is a token.
		return false, api.ErrInternal
	}
	for _, k := range []string{"mxid", "token", "signatures"} {
		if _, ok := signed[k]; !ok {
			return false, nil
		}
	}
	invite := r.invite(signed["token"])
	if invite == nil || invite.sender != e.sender || signedjson.String(signed["mxid"]) != *e.stateKey {
		return false, nil
	}
	keys, err := publicKeys(invite)
	if err != nil {
		return false, err
	}
	for _, k := range keys {
		ok, err := k.signed(signed)
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (r *room) authorizeInvite(e *event, was string) error {
	switch {
	case was == "ban":
		return api.Forbidden(*e.stateKey + " is banned from the room")
	case was == "join":
		return api.Forbidden(*e.stateKey + " is already in the room.")
	case r.powerOf(e.sender) < r.namedLevel("invite", 0):
		return api.Forbidden("You don't have permission to invite users")
	}
	return nil
}

func (r *room) authorizeJoin(e *event, sender, was string) error {
	rule := r.state[stateKey{typeJoinRules, ""}].field("join_rule")
	switch {
	case e.sender != *e.stateKey:
		return api.Forbidden("Cannot force another user to join.")
	case was == "ban":
		return api.Forbidden("You are banned from this room")
	case rule == "public" || sender == "join" || sender == "invite":
		return nil
	case rule == "restricted" || rule == "knock_restricted":
		return api.Forbidden("Join event is missing authorising user.")
	case rule == "private":
		return api.Forbidden("You are not allowed to join this room")
	}
	return api.Forbidden("You are not invited to this room.")
}

func (r *room) authorizeLeave(e *event, was string) error {
	target, have := *e.stateKey, r.powerOf(e.sender)
	if was == "ban" && have < r.namedLevel("ban", 50) {
		return api.Forbidden(fmt.Sprintf("You cannot unban user %s.", target))
	}
	if target != e.sender && (have < r.namedLevel("kick", 50) || have <= r.powerOf(target)) {
		return api.Forbidden(fmt.Sprintf("You cannot kick user %s.", target))
	}
	return nil
}

func (r *room) authorizeBan(e *event) error {
	have := r.powerOf(e.sender)
	if have < r.namedLevel("ban", 50) {
		return api.Forbidden("You don't have permission to ban")
	}
	if have <= r.powerOf(*e.stateKey) {
		return api.Forbidden("You don't have permission to ban this user")
	}
	return nil
}

// creatorPower is the power level of creators since room version 12, above all others.
const creatorPower = math.MaxInt

func (r *room) isCreator(userID string) bool {
	create := r.state[stateKey{typeCreate, ""}]
	if create == nil {
		return false
	}
	if create.sender == userID {
		return true
	}
	more, _ := create.fields["additional_creators"].([]any)
	return r.version >= 12 && slices.Contains(more, any(userID))
}

func (r *room) powerOf(userID string) int {
	if r.version >= 12 && r.isCreator(userID) {
		return creatorPower
	}
	levels := r.state[stateKey{typePowerLevels, ""}]
	if levels == nil {
		if r.isCreator(userID) {
			return 100
		}
		return 0
	}
	users, _ := levels.fields["users"].(object)
	if n, ok := signedjson.Int(users[userID]); ok {
		return n
	}
	return r.namedLevel("users_default", 0)
}

func (r *room) namedLevel(name string, otherwise int) int {
	levels := r.state[stateKey{typePowerLevels, ""}]
	if levels == nil {
		return otherwise
	}
	if n, ok := signedjson.Int(levels.fields[name]); ok {
		return n
	}
	return otherwise
}

func (r *room) sendLevel(typ string, isState bool) int {
	if levels := r.state[stateKey{typePowerLevels, ""}]; levels != nil {
		events, _ := levels.fields["events"].(object)
		if n, ok := signedjson.Int(events[typ]); ok {
			return n
		}
	}
	if isState {
		return r.namedLevel("state_default", 50)
	}
	return r.namedLevel("events_default", 0)
}

// python prints an event as Synapse does in error texts.
func (e *event) python() string {
	if e == nil {
		return "None"
	}
	return fmt.Sprintf("<Event event_id=%s, type=%s, state_key=%s, membership=%s>",
		e.id, e.typ, *e.stateKey, e.membership())
}
