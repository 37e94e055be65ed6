package homeserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// RoomOptions describe a new room. The zero value is a private room without a name, of the newest version.
type RoomOptions struct {
	Name        string
	Alias       string // local part
	Topic       string
	Preset      string // private_chat, trusted_private_chat or public_chat
	RoomVersion string
	PowerLevels map[string]any // override the defaults
	Members     []string       // user IDs that are joined
	Local       bool           // the room is not federated
}

// CreateRoom makes a room, as POST /createRoom does. It panics if the options are not valid.
func (h *Homeserver) CreateRoom(creator string, o RoomOptions) (roomID string) {
	body := object{}
	for k, v := range map[string]string{
		"name": o.Name, "room_alias_name": o.Alias, "topic": o.Topic, "preset": o.Preset, "room_version": o.RoomVersion,
	} {
		if v != "" {
			body[k] = v
		}
	}
	if o.Local {
		body["creation_content"] = object{"m.federate": false}
	}
	if o.PowerLevels != nil {
		body["power_level_content_override"] = signedjson.Plain(o.PowerLevels)
	}
	h.Mu.Lock()
	r, err := h.newRoomFrom(creator, body)
	h.Mu.Unlock()
	if err != nil {
		panic(fmt.Sprintf("sandbox: create room: %v", err))
	}
	for _, m := range o.Members {
		if err := h.Invite(r.id, creator, m); err != nil {
			panic(fmt.Sprintf("sandbox: create room: invite %s: %v", m, err))
		}
		if err := h.Join(r.id, m); err != nil {
			panic(fmt.Sprintf("sandbox: create room: join %s: %v", m, err))
		}
	}
	return r.id
}

// SendState sends a state event, as PUT /state does: the auth rules apply, and there is no new event if the
// state does not change.
func (h *Homeserver) SendState(roomID, sender, eventType, stateKey string, content any) (eventID string, err error) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	e, err := h.post(draft(roomID, eventType, sender, &stateKey, content))
	if err != nil {
		return "", err
	}
	return e.id, nil
}

// PlantState adds a state event to a room without checking any rule, as a remote server might do. The content may be a
// json.RawMessage of any shape.
func (h *Homeserver) PlantState(roomID, sender, eventType, stateKey string, content any) (eventID string, err error) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	r := h.rooms[roomID]
	if r == nil {
		return "", fmt.Errorf("no room %s", roomID)
	}
	e := draft(roomID, eventType, sender, &stateKey, content)
	if !json.Valid(e.content) {
		return "", errors.New("content is not JSON")
	}
	return h.plant(r, e).id, nil
}

// SendMessage sends a text into a room.
func (h *Homeserver) SendMessage(roomID, sender, text string) (eventID string, err error) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	e, err := h.post(draft(roomID, "m.room.message", sender, nil, object{"msgtype": "m.text", "body": text}))
	if err != nil {
		return "", err
	}
	return e.id, nil
}

// Redact redacts an event.
func (h *Homeserver) Redact(roomID, sender, eventID string) error {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	e := draft(roomID, typeRedaction, sender, nil, object{"redacts": eventID})
	e.redacts = eventID
	_, err := h.post(e)
	return err
}

// Join joins a user to a room.
func (h *Homeserver) Join(roomID, userID string) error {
	return h.changeMembershipOf(roomID, userID, userID, "join")
}

// Leave makes a user leave a room, or decline an invite.
func (h *Homeserver) Leave(roomID, userID string) error {
	return h.changeMembershipOf(roomID, userID, userID, "leave")
}

// Invite invites a user by Matrix ID.
func (h *Homeserver) Invite(roomID, actor, target string) error {
	return h.changeMembershipOf(roomID, actor, target, "invite")
}

// Kick kicks a user.
func (h *Homeserver) Kick(roomID, actor, target string) error {
	return h.changeMembershipOf(roomID, actor, target, "kick")
}

// Ban bans a user.
func (h *Homeserver) Ban(roomID, actor, target string) error {
	return h.changeMembershipOf(roomID, actor, target, "ban")
}

// Unban lifts a ban.
func (h *Homeserver) Unban(roomID, actor, target string) error {
	return h.changeMembershipOf(roomID, actor, target, "unban")
}

// Membership returns the membership of a user in a room; empty if there is none.
func (h *Homeserver) Membership(roomID, userID string) string {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	r := h.rooms[roomID]
	if r == nil {
		return ""
	}
	return r.membership(userID)
}

func (h *Homeserver) changeMembershipOf(roomID, actor, target, action string) error {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	r, err := h.roomForMembership(roomID, action)
	if err != nil {
		return err
	}
	_, err = h.setMembership(r, actor, target, action, nil)
	return err
}

// StoreInviteRequest returns the body of the request to store-invite for an invite by e-mail.
func (h *Homeserver) StoreInviteRequest(roomID, sender, address string) map[string]any {
	return h.storeInviteRequest(roomID, sender, "email", address)
}

// SendInvite sends the state event of an invite that the homeserver's own identity server has stored, and returns its token.
func (h *Homeserver) SendInvite(roomID, sender string, stored map[string]any) (token string, err error) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if err := h.writeInvite(roomID, sender, network.Host(h.IdentityServerURL()), stored); err != nil {
		return "", err
	}
	return signedjson.String(stored["token"]), nil
}

// Exchange exchanges an object that an identity server signed for an invite of
// the user.
func (h *Homeserver) Exchange(ctx context.Context, userID, roomID string, signed map[string]any) error {
	return h.exchange(ctx, signedjson.String(signed["sender"]), userID, roomID, signed)
}

// StateEvent returns the ID and the content of a state event; empty if there is none.
func (h *Homeserver) StateEvent(roomID, eventType, stateKey string) (eventID string, content json.RawMessage) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	r := h.rooms[roomID]
	if r == nil {
		return "", nil
	}
	e := r.stateEvent(eventType, stateKey)
	if e == nil {
		return "", nil
	}
	return e.id, e.content
}
