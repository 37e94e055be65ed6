package sandbox

import (
	"context"
	"crypto/sha256"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// inviteThirdParty is the e-mail form of /invite: Synapse's do_3pid_invite. The mail goes out before anybody asks
// whether the inviter may invite: https://github.com/matrix-org/synapse/issues/4269.
func (h *homeserver) inviteThirdParty(c *call, body object) (any, error) {
	_, hasServer := body["id_server"]
	_, hasToken := body["id_access_token"]
	if !hasServer || !hasToken {
		return nil, missingParam("`id_server` and `id_access_token` are required when doing 3pid invite")
	}
	if err := h.limitInvites(c.ctx, c.session.user.id); err != nil {
		return nil, err
	}
	return h.doThirdPartyInvite(c, c.args["room"], body)
}

// limitInvites says no after a pause, as Synapse does to slow down whoever tries on and on. What it says of when to come
// back counts from before the pause.
func (h *homeserver) limitInvites(ctx context.Context, userID string) error {
	h.mu.Lock()
	left, ok := h.inviteLimit.take(userID, h.now())
	h.mu.Unlock()
	if ok {
		return nil
	}
	return limitExceeded(ctx, left)
}

// limitUserInvites is Synapse's ratelimit_invite (synapse/handlers/room_member.py), which update_membership calls before
// it looks at anything else: the room's bucket first, then the recipient's, then the issuer's. What one has counted stays
// counted when a later one refuses.
func (h *homeserver) limitUserInvites(ctx context.Context, room, recipient, issuer string) error {
	h.mu.Lock()
	l, now := h.userInviteLimits, h.now()
	left, ok := l.perRoom.take(room, now)
	if ok {
		left, ok = l.perRecipient.take(recipient, now)
	}
	if ok {
		left, ok = l.perIssuer.take(issuer, now)
	}
	h.mu.Unlock()
	if ok {
		return nil
	}
	return limitExceeded(ctx, left)
}

func limitExceeded(ctx context.Context, left time.Duration) error {
	if err := wait(ctx, limitPause); err != nil {
		return err
	}
	f := fail(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", "Too Many Requests")
	f.extra = object{"retry_after_ms": left.Milliseconds()}
	f.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(left.Seconds())))}}
	return f
}

func (h *homeserver) doThirdPartyInvite(c *call, roomID string, body object) (any, error) {
	ctx, me := c.ctx, c.session.user.id
	idServer, idToken := str(body["id_server"]), str(body["id_access_token"])
	medium, address := str(body["medium"]), str(body["address"])
	if h.refuses(medium, address) {
		return nil, fail(http.StatusForbidden, "M_FORBIDDEN", "This third-party identifier can not be invited in this room")
	}
	invitee := h.lookup(ctx, idServer, idToken, medium, address)
	if invitee != "" {
		if err := h.limitUserInvites(ctx, roomID, invitee, me); err != nil {
			return nil, err
		}
		h.mu.Lock()
		defer h.mu.Unlock()
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
	status, stored, err := h.ask(ctx, fromHomeserver, post,
		h.identityURL(idServer)+"/_matrix/identity/v2/store-invite", idToken, request)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || status < 200 || status > 299 {
		return nil, errInternal
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.writeInvite(roomID, me, idServer, stored); err != nil {
		return nil, err
	}
	return object{}, nil
}

// RefuseAddress has the homeserver refuse invites to an address, as a Synapse does whose module says so in
// check_threepid_can_be_invited: do_3pid_invite in
// https://github.com/element-hq/synapse/blob/develop/synapse/handlers/room_member.py.
func (w *World) RefuseAddress(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hs.refused[foldFor("email", address)] = true
}

func (h *homeserver) refuses(medium, address string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused[foldFor(medium, address)]
}

// identityURL is where Synapse looks for an identity server: always by https. Only a world that was told to live on
// plain http, for somebody to try it on their own machine, makes an exception of its own server.
func (h *homeserver) identityURL(idServer string) string {
	if own := h.opts.IdentityServerURL; idServer == host(own) && strings.HasPrefix(own, "http://") {
		return own
	}
	return "https://" + idServer
}

// lookup asks the identity server whose address it is. Whatever goes wrong counts as nobody's. The address is hashed
// as it was given, without folding its case.
func (h *homeserver) lookup(ctx context.Context, idServer, idToken, medium, address string) string {
	base := h.identityURL(idServer) + "/_matrix/identity/v2"
	status, details, err := h.ask(ctx, fromHomeserver, get,
		base+"/hash_details?"+url.Values{"access_token": {idToken}}.Encode(), "", nil)
	pepper := str(details["lookup_pepper"])
	if err != nil || status != http.StatusOK || pepper == "" {
		return ""
	}
	hash := lookupHash(address, medium, pepper)
	status, found, err := h.ask(ctx, fromHomeserver, post, base+"/lookup", idToken,
		object{"addresses": []string{hash}, "algorithm": "sha256", "pepper": pepper})
	if err != nil || status != http.StatusOK {
		return ""
	}
	mappings, _ := found["mappings"].(object)
	return str(mappings[hash])
}

// lookupHash is https://spec.matrix.org/latest/identity-service-api/#post_matrixidentityv2lookup.
func lookupHash(address, medium, pepper string) string {
	sum := sha256.Sum256([]byte(address + " " + medium + " " + pepper))
	return encodeURLBase64(sum[:])
}

// storeInviteRequest tells the identity server what to write in the mail, taken from the room without asking whether
// the inviter is in it.
func (h *homeserver) storeInviteRequest(roomID, inviter, medium, address string) object {
	h.mu.Lock()
	defer h.mu.Unlock()
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

// writeInvite writes the state event of an invite the identity server has stored. The key at the top level gets a
// validity URL that Synapse makes itself, of version 2, whatever the list of keys says. The caller holds mu.
func (h *homeserver) writeInvite(roomID, inviter, idServer string, stored object) error {
	tok, ok := stored["token"].(string)
	name, hasName := stored["display_name"]
	if !ok || !hasName {
		return errInternal
	}
	keys, _ := stored["public_keys"].([]any)
	fallback := object{}
	if k, ok := stored["public_key"]; ok {
		fallback["public_key"] = k
		fallback["key_validity_url"] = h.identityURL(idServer) + "/_matrix/identity/v2/pubkey/isvalid"
	} else if len(keys) > 0 {
		fallback, _ = keys[0].(object)
	} else {
		return errInternal
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
