package homeserver

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// exchangeSigned exchanges the third_party_signed of a join for a membership invite, after which the join is allowed.
func (h *Homeserver) exchangeSigned(c *request, roomID, userID string, body object) error {
	v, ok := body["third_party_signed"]
	if !ok || v == nil {
		return nil
	}
	signed, ok := v.(object)
	if !ok {
		return api.ErrInternal
	}
	sender, ok := signed["sender"].(string)
	if !ok {
		return api.ErrInternal
	}
	return h.exchange(c.Context, sender, userID, roomID, signed)
}

// exchange exchanges a proof of an address for an invite of a Matrix ID by the sender of the invite by e-mail: https://spec.matrix.org/latest/server-server-api/#third-party-invites. The caller does not hold Mu: the
// keys are checked over the network.
func (h *Homeserver) exchange(ctx context.Context, sender, target, roomID string, signed object) error {
	candidates, err := h.checkExchange(sender, target, roomID, signed)
	if err != nil {
		return err
	}
	// One valid key that made a signature is enough; else the last error is the answer.
	for _, k := range candidates {
		if err = h.checkKey(ctx, k, signed); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	h.Mu.Lock()
	defer h.Mu.Unlock()
	r := h.rooms[roomID]
	_, err = h.accept(r, thirdPartyMember(r, sender, target, signed))
	return err
}

// checkExchange applies the auth rules, and returns the keys to try.
func (h *Homeserver) checkExchange(sender, target, roomID string, signed object) ([]publicKey, error) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	r := h.rooms[roomID]
	if r == nil || !r.hasJoined(h.Domain()) {
		if strings.HasSuffix(sender, ":"+h.Domain()) { // it does not send the request to itself
			return nil, api.ErrInternal
		}
		return nil, api.Fail(http.StatusBadGateway, "M_UNKNOWN", "Failed to forward third party invite")
	}
	if err := checkUserID(sender); err != nil {
		return nil, err
	}
	if err := r.authorize(thirdPartyMember(r, sender, target, signed)); err != nil {
		return nil, err
	}
	keys, err := publicKeys(r.invite(signed["token"]))
	if err == nil && len(keys) == 0 {
		err = api.ErrInternal
	}
	return keys, err
}

// thirdPartyMember returns the member event of an exchange. It has the display name of the invite, and no profile.
func thirdPartyMember(r *room, sender, target string, signed object) *event {
	tpi := object{"signed": signed}
	if invite := r.invite(signed["token"]); invite != nil {
		tpi["display_name"] = invite.fields["display_name"]
	}
	return draft(r.id, typeMember, sender, &target, object{"membership": "invite", "third_party_invite": tpi})
}

// checkKey checks a signature and asks the validity URL of the key. A key without a validity URL is valid.
func (h *Homeserver) checkKey(ctx context.Context, k publicKey, signed object) error {
	ok, err := k.signed(signed)
	if err != nil {
		return err
	}
	if !ok {
		return api.ErrInternal // an exception of signedjson that Synapse does not handle
	}
	if !k.hasURL {
		return nil
	}
	unchecked := api.Fail(http.StatusBadGateway, "M_UNKNOWN", "Third party certificate could not be checked")
	base, ok := k.validityURL.(string)
	if !ok {
		return unchecked
	}
	// Synapse appends a question mark also to a URL that has one: get_raw in
	// https://github.com/element-hq/synapse/blob/develop/synapse/http/client.py.
	u := base + "?" + url.Values{"public_key": {signedjson.String(k.key)}}.Encode()
	status, answer, err := h.Ask(ctx, homeserverName, http.MethodGet, u, "", nil)
	if err != nil || status < 200 || status > 299 {
		return unchecked
	}
	if !truthy(answer["valid"]) {
		return api.Forbidden("Third party certificate was invalid")
	}
	return nil
}

// truthy reports whether a value is true in Python.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case object:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	n, ok := signedjson.Int(v)
	return !ok || n != 0
}

func (r *room) hasJoined(domain string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(r.state)), func(e *event) bool {
		return e.membership() == "join" && strings.HasSuffix(*e.stateKey, ":"+domain)
	})
}

// onBind is the notification of an identity server that a user has bound an address. It accepts the invites of the address:
// https://spec.matrix.org/latest/server-server-api/#put_matrixfederationv13pidonbind, which all servers send as POST. If
// one invite is not valid, the answer is an error, and the others are accepted.
func (h *Homeserver) onBind(c *request) (any, error) {
	body, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	h.Mu.Lock()
	h.threePIDs[threepid.ID{Medium: signedjson.String(body["medium"]), Address: signedjson.String(body["address"])}] = signedjson.String(body["mxid"])
	h.Mu.Unlock()
	invites, _ := body["invites"].([]any)
	var last error
	for _, i := range invites {
		invite, _ := i.(object)
		signed, ok := invite["signed"].(object)
		if !ok || signed["token"] == nil {
			last = api.BadRequest("Rejecting received notification of third-party invite without signed: " + string(signedjson.Encode(i)))
			continue
		}
		sender, hasSender := invite["sender"].(string)
		mxid, hasMXID := invite["mxid"].(string)
		roomID, hasRoom := invite["room_id"].(string)
		if !hasSender || !hasMXID || !hasRoom {
			last = api.ErrInternal
			continue
		}
		if err := h.exchange(c.Context, sender, mxid, roomID, signed); err != nil {
			last = err
		}
	}
	if last != nil {
		return nil, last
	}
	return object{}, nil
}
