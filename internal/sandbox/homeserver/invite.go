package homeserver

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// inviteThirdParty is the e-mail form of /invite: Synapse's do_3pid_invite. The mail is sent before the power
// level of the sender is checked: https://github.com/matrix-org/synapse/issues/4269.
func (h *Homeserver) inviteThirdParty(c *request, body object) (any, error) {
	_, hasServer := body["id_server"]
	_, hasToken := body["id_access_token"]
	if !hasServer || !hasToken {
		return nil, api.MissingParam("`id_server` and `id_access_token` are required when doing 3pid invite")
	}
	if err := h.limitInvites(c.Context, c.session.User.ID); err != nil {
		return nil, err
	}
	return h.doThirdPartyInvite(c, c.Args["room"], body)
}

func (h *Homeserver) doThirdPartyInvite(c *request, roomID string, body object) (any, error) {
	ctx, me := c.Context, c.session.User.ID
	idServer, idToken := signedjson.String(body["id_server"]), signedjson.String(body["id_access_token"])
	medium, address := signedjson.String(body["medium"]), signedjson.String(body["address"])
	if h.refuses(medium, address) {
		return nil, api.Fail(http.StatusForbidden, "M_FORBIDDEN", "This third-party identifier can not be invited in this room")
	}
	invitee := h.lookup(ctx, idServer, idToken, medium, address)
	if invitee != "" {
		if err := h.limitUserInvites(ctx, roomID, invitee, me); err != nil {
			return nil, err
		}
		h.Mu.Lock()
		defer h.Mu.Unlock()
		r, err := h.roomForMembership(roomID, "invite")
		if err != nil {
			return nil, err
		}
		if _, err := h.setMembership(r, me, invitee, "invite", nil); err != nil {
			return nil, err
		}
		return object{}, nil
	}
	request := h.storeInviteRequest(roomID, me, medium, address)
	status, stored, err := h.Ask(ctx, homeserverName, post,
		h.identityURL(idServer)+"/_matrix/identity/v2/store-invite", idToken, request)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || status < 200 || status > 299 {
		return nil, api.ErrInternal
	}
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if err := h.writeInvite(roomID, me, idServer, stored); err != nil {
		return nil, err
	}
	return object{}, nil
}

// RefuseAddress makes the homeserver refuse invites to an address, like a Synapse with a module that
// refuses it in check_threepid_can_be_invited: do_3pid_invite in
// https://github.com/element-hq/synapse/blob/develop/synapse/handlers/room_member.py.
func (h *Homeserver) RefuseAddress(address string) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	h.refused[threepid.New("email", address)] = true
}

func (h *Homeserver) refuses(medium, address string) bool {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	return h.refused[threepid.New(medium, address)]
}

// identityURL returns the base URL of an identity server, for Synapse always https. Only a world with URLs of
// plain http, to try it on one machine, makes an exception for its own server.
func (h *Homeserver) identityURL(idServer string) string {
	if own := h.IdentityServerURL(); idServer == network.Host(own) && strings.HasPrefix(own, "http://") {
		return own
	}
	return "https://" + idServer
}

// lookup asks the identity server for the user ID of an address. It is empty after every failure. The address is hashed
// without case folding.
func (h *Homeserver) lookup(ctx context.Context, idServer, idToken, medium, address string) string {
	base := h.identityURL(idServer) + "/_matrix/identity/v2"
	status, details, err := h.Ask(ctx, homeserverName, get,
		base+"/hash_details?"+url.Values{"access_token": {idToken}}.Encode(), "", nil)
	pepper := signedjson.String(details["lookup_pepper"])
	if err != nil || status != http.StatusOK || pepper == "" {
		return ""
	}
	hash := threepid.Hash(address, medium, pepper)
	status, found, err := h.Ask(ctx, homeserverName, post, base+"/lookup", idToken,
		object{"addresses": []string{hash}, "algorithm": "sha256", "pepper": pepper})
	if err != nil || status != http.StatusOK {
		return ""
	}
	mappings, _ := found["mappings"].(object)
	return signedjson.String(mappings[hash])
}

// storeInviteRequest returns the body of the request to store-invite, with the texts for the mail. It does not check that
// the sender is in the room.
func (h *Homeserver) storeInviteRequest(roomID, inviter, medium, address string) object {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	o := object{
		"medium": medium, "address": address, "room_id": roomID, "sender": inviter,
		"room_alias": "", "room_avatar_url": "", "room_join_rules": "", "room_name": "",
		"sender_display_name": inviter, "sender_avatar_url": "",
	}
	r := h.rooms[roomID]
	if r == nil {
		return o
	}
	o["room_alias"] = r.state[stateKey{typeCanonicalAlias, ""}].field("alias")
	o["room_avatar_url"] = r.state[stateKey{"m.room.avatar", ""}].field("url")
	o["room_join_rules"] = r.state[stateKey{typeJoinRules, ""}].field("join_rule")
	o["room_name"] = r.state[stateKey{typeName, ""}].field("name")
	if name := r.member(inviter).field("displayname"); name != "" {
		o["sender_display_name"] = name
	}
	o["sender_avatar_url"] = r.member(inviter).field("avatar_url")
	if t := r.state[stateKey{typeCreate, ""}].field("type"); t != "" {
		o["room_type"] = t
	}
	return o
}

// writeInvite sends the state event of an invite that the identity server has stored. The key at the top level gets a
// validity URL that Synapse makes, of version 2, also if the list of keys has version 1. The caller holds Mu.
func (h *Homeserver) writeInvite(roomID, inviter, idServer string, stored object) error {
	tok, ok := stored["token"].(string)
	name, hasName := stored["display_name"]
	if !ok || !hasName {
		return api.ErrInternal
	}
	keys, _ := stored["public_keys"].([]any)
	fallback := object{}
	if k, ok := stored["public_key"]; ok {
		fallback["public_key"] = k
		fallback["key_validity_url"] = h.identityURL(idServer) + "/_matrix/identity/v2/pubkey/isvalid"
	} else if len(keys) > 0 {
		fallback, _ = keys[0].(object)
	} else {
		return api.ErrInternal
	}
	if len(keys) == 0 {
		keys = []any{fallback}
	}
	_, err := h.post(draft(roomID, typeThirdPartyInvite, inviter, &tok, object{
		"display_name": name, "public_keys": keys,
		"key_validity_url": fallback["key_validity_url"], "public_key": fallback["public_key"],
	}))
	return err
}
