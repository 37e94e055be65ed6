package homeserver

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// An event of a room.
type event struct {
	id       string
	room     string
	typ      string
	sender   string
	stateKey *string // nil: not state
	content  json.RawMessage
	fields   object // content, parsed; nil if it is no object
	ts       int64  // ms
	pos      int    // in the stream of the homeserver
	redacts  string // the event it redacts

	replaces   *event // the state event it replaced
	redactedBy *event

	device string // of the sender: only that device gets the transaction ID
	txn    string
}

const (
	typeMember           = "m.room.member"
	typeThirdPartyInvite = "m.room.third_party_invite"
	typeCreate           = "m.room.create"
	typePowerLevels      = "m.room.power_levels"
	typeJoinRules        = "m.room.join_rules"
	typeName             = "m.room.name"
	typeCanonicalAlias   = "m.room.canonical_alias"
	typeVisibility       = "m.room.history_visibility"
	typeTombstone        = "m.room.tombstone"
	typeRedaction        = "m.room.redaction"
)

// draft returns an event that is not in a room yet.
func draft(room, typ, sender string, stateKey *string, content any) *event {
	raw, ok := content.(json.RawMessage)
	if !ok {
		raw = signedjson.Encode(content)
	}
	e := &event{room: room, typ: typ, sender: sender, stateKey: stateKey, content: raw}
	if v, err := signedjson.Parse(raw); err == nil {
		e.fields, _ = v.(object)
	}
	return e
}

func (e *event) isState() bool { return e.stateKey != nil }

func (e *event) key() stateKey {
	if e.stateKey == nil {
		return stateKey{}
	}
	return stateKey{e.typ, *e.stateKey}
}

// membership is of a member event; empty for others.
func (e *event) membership() string {
	if e == nil || e.typ != typeMember {
		return ""
	}
	return signedjson.String(e.fields["membership"])
}

// field is a string of the content; empty if there is none, or no event.
func (e *event) field(name string) string {
	if e == nil {
		return ""
	}
	return signedjson.String(e.fields[name])
}

// identify sets the ID of an accepted event: a hash of its content and time, as in real servers.
func (e *event) identify(seed uint64) {
	sum := sha256.Sum256(signedjson.Canonical(object{
		"room_id": e.room, "type": e.typ, "sender": e.sender, "state_key": e.stateKey,
		"content": e.content, "origin_server_ts": e.ts, "depth": e.pos, "seed": json.Number(strconv.FormatUint(seed, 10)),
	}))
	e.id = "$" + signedjson.EncodeURLBase64(sum[:])
}

// A view says which fields of an event an endpoint shows.
type view struct {
	roomID      bool // the room ID: not in /sync, where it is the key of the room
	v1          bool // the fields of the oldest API too, as Synapse still sends them outside /sync
	prevContent bool // the replaced content: only where Synapse reads events from its stream
	membership  string
	device      string
}

// client returns the event in the format for clients.
func (e *event) client(now time.Time, v view) object {
	unsigned := object{"age": now.UnixMilli() - e.ts}
	if e.replaces != nil {
		unsigned["replaces_state"] = e.replaces.id
		if v.prevContent {
			unsigned["prev_content"] = e.replaces.content
			unsigned["prev_sender"] = e.replaces.sender
		}
	}
	if v.membership != "" {
		unsigned["membership"] = v.membership
	}
	if e.txn != "" && e.device != "" && e.device == v.device {
		unsigned["transaction_id"] = e.txn
	}
	if e.redactedBy != nil {
		unsigned["redacted_by"] = e.redactedBy.id
		unsigned["redacted_because"] = e.redactedBy.client(now, view{roomID: v.roomID, v1: v.v1})
	}
	o := object{
		"type": e.typ, "event_id": e.id, "sender": e.sender, "content": e.content,
		"origin_server_ts": e.ts, "unsigned": unsigned,
	}
	if e.stateKey != nil {
		o["state_key"] = *e.stateKey
	}
	if e.redacts != "" { // in both places, in every room version
		content := maps.Clone(e.fields)
		content["redacts"] = e.redacts
		o["redacts"], o["content"] = e.redacts, content
	}
	if v.roomID || e.typ == typeCreate && isHash(e.room) {
		o["room_id"] = e.room // Synapse does not remove it from the create event of version 12
	}
	if v.v1 {
		o["user_id"] = e.sender
		for _, k := range []string{"age", "replaces_state", "prev_content", "redacted_because"} {
			if x, ok := unsigned[k]; ok {
				o[k] = x
			}
		}
	}
	return o
}

// isHash reports whether a room ID is of version 12 or later.
func isHash(roomID string) bool { return !strings.Contains(roomID, ":") }

// stripped returns the stripped state event for an invitee.
func (e *event) stripped() object {
	return object{"type": e.typ, "state_key": *e.stateKey, "content": e.content, "sender": e.sender}
}
