package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// RoomOptions say what a new room is like. The zero value is a nameless private one of the newest version.
type RoomOptions struct {
	Name        string
	Alias       string // local part
	Topic       string
	Preset      string // private_chat, trusted_private_chat or public_chat
	RoomVersion string
	PowerLevels map[string]any // laid over the usual ones
	Members     []string       // user IDs who are in it from the start
}

// CreateRoom makes a room, as POST /createRoom does. It panics if the options make no room: they are the caller's own.
func (w *World) CreateRoom(creator string, o RoomOptions) (roomID string) {
	body := object{}
	for k, v := range map[string]string{
		"name": o.Name, "room_alias_name": o.Alias, "topic": o.Topic, "preset": o.Preset, "room_version": o.RoomVersion,
	} {
		if v != "" {
			body[k] = v
		}
	}
	if o.PowerLevels != nil {
		body["power_level_content_override"] = plain(o.PowerLevels)
	}
	w.mu.Lock()
	r, err := w.hs.newRoomFrom(creator, body)
	w.mu.Unlock()
	if err != nil {
		panic(fmt.Sprintf("sandbox: create room: %v", err))
	}
	for _, m := range o.Members {
		if err := w.Invite(r.id, creator, m); err != nil {
			panic(fmt.Sprintf("sandbox: create room: invite %s: %v", m, err))
		}
		if err := w.Join(r.id, m); err != nil {
			panic(fmt.Sprintf("sandbox: create room: join %s: %v", m, err))
		}
	}
	return r.id
}

// plain is a value as if it had come over the wire.
func plain(v any) any {
	p, err := parse(encode(v))
	if err != nil {
		return nil
	}
	return p
}

// SendState sends a state event, as PUT /state does: the auth rules apply, and what is said already is not said again.
func (w *World) SendState(roomID, sender, eventType, stateKey string, content any) (eventID string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e, err := w.hs.post(draft(roomID, eventType, sender, &stateKey, content))
	if err != nil {
		return "", err
	}
	return e.id, nil
}

// PlantState puts a state event into a room past all rules, as a remote server might have. The content may be a
// json.RawMessage of any shape.
func (w *World) PlantState(roomID, sender, eventType, stateKey string, content any) (eventID string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.hs.rooms[roomID]
	if r == nil {
		return "", fmt.Errorf("no room %s", roomID)
	}
	e := draft(roomID, eventType, sender, &stateKey, content)
	if !json.Valid(e.content) {
		return "", errors.New("content is not JSON")
	}
	return w.hs.plant(r, e).id, nil
}

// SendMessage sends a text into a room.
func (w *World) SendMessage(roomID, sender, text string) (eventID string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e, err := w.hs.post(draft(roomID, "m.room.message", sender, nil, object{"msgtype": "m.text", "body": text}))
	if err != nil {
		return "", err
	}
	return e.id, nil
}

// Redact takes the content from an event.
func (w *World) Redact(roomID, sender, eventID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := draft(roomID, typeRedaction, sender, nil, object{"redacts": eventID})
	e.redacts = eventID
	_, err := w.hs.post(e)
	return err
}

// Join lets somebody join a room.
func (w *World) Join(roomID, userID string) error {
	return w.changeMembership(roomID, userID, userID, "join")
}

// Leave lets somebody leave a room, or decline an invite.
func (w *World) Leave(roomID, userID string) error {
	return w.changeMembership(roomID, userID, userID, "leave")
}

// Invite invites a Matrix ID.
func (w *World) Invite(roomID, actor, target string) error {
	return w.changeMembership(roomID, actor, target, "invite")
}

// Kick throws somebody out.
func (w *World) Kick(roomID, actor, target string) error {
	return w.changeMembership(roomID, actor, target, "kick")
}

// Ban throws somebody out for good.
func (w *World) Ban(roomID, actor, target string) error {
	return w.changeMembership(roomID, actor, target, "ban")
}

// Unban lifts a ban.
func (w *World) Unban(roomID, actor, target string) error {
	return w.changeMembership(roomID, actor, target, "unban")
}

// Membership is what somebody is in a room; empty if they never were anything.
func (w *World) Membership(roomID, userID string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.hs.rooms[roomID]
	if r == nil {
		return ""
	}
	return r.membership(userID)
}

func (w *World) changeMembership(roomID, actor, target, action string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	r, err := w.hs.roomForMembership(roomID, action)
	if err != nil {
		return err
	}
	_, err = w.hs.setMembership(r, actor, target, action, nil)
	return err
}

// InviteByEmail invites an address, as POST /invite does for one that is not bound: the identity server keeps the
// invite and mails it, the homeserver writes the state event. Limits, terms and faults do not apply.
func (w *World) InviteByEmail(roomID, sender, address string) (token string, err error) {
	args := w.hs.storeInviteRequest(roomID, sender, "email", address)
	w.mu.Lock()
	defer w.mu.Unlock()
	v, err := w.is.keepInvite(args, true)
	if err != nil {
		return "", err
	}
	// Over the wire and back, so that the event holds what a parsed answer holds.
	stored, _ := plain(v).(object)
	if err := w.hs.writeInvite(roomID, sender, host(w.opts.IdentityServerURL), stored); err != nil {
		return "", err
	}
	return str(stored["token"]), nil
}

// Bind confirms an address at the identity server as somebody's own: from now on it is known there, the homeserver
// hears of it, and the invites that waited become invites of the Matrix ID.
func (w *World) Bind(address, userID string) error {
	_, err := w.is.addBinding(context.Background(), foldFor("email", address), userID)
	return err
}

// AcceptLink takes an invite by the link in its mail: the identity server signs, then the person joins with the
// signature.
func (w *World) AcceptLink(m Mail, userID string) error {
	signed, err := w.signLink(m, userID)
	if err != nil {
		return err
	}
	if err := w.hs.exchange(context.Background(), str(signed["sender"]), userID, m.RoomID, signed); err != nil {
		return err
	}
	return w.Join(m.RoomID, userID)
}

func (w *World) signLink(m Mail, userID string) (object, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.is.signWith(m.PrivateKey, m.Token, userID)
}

// PublicKey is the identity server's long-term key, as its pubkey endpoint tells it.
func (w *World) PublicKey() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.is.publicKey()
}
