package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A member who may invite may send an event with any content, since servers do not
// validate it.
func TestHomeserverAcceptsAnyContentOfAnInvite(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		for name, written := range map[string]object{
			"numbers":   {"display_name": 7, "public_key": 5, "public_keys": 3, "key_validity_url": nil},
			"wrong key": {"display_name": "x", "public_key": "not base64!", "public_keys": []any{nil, "key", object{"public_key": []any{}}}},
			"controls":  {"display_name": "\x1b[31mred\x07\u202e", "key_validity_url": "javascript:alert(1)"},
			"long":      {"display_name": strings.Repeat("x", 10_000)},
		} {
			room.setState(inviteEvent, name, written)
			check(t, w, name+" read back", content(room.invites()[name]), string(encode(t, written)))
		}
	})
}

func TestRedactedInviteIsEmpty(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		invite := room.inviteByEmail(address("grace"))
		token := invite["state_key"].(string)
		before := ada.sync(object{})["next_batch"].(string)
		room.must(http.MethodPut, room.path("/redact/"+url.PathEscape(invite["event_id"].(string))+"/1"), object{"reason": "tea"})

		var event object
		eventually(t, "the redaction is seen", func() bool {
			event = room.invites()[token]
			return len(content(event)) == 0
		})
		check(t, w, "event ID", event["event_id"] == invite["event_id"], `true`)
		check(t, w, "because", in(unsigned(event), "redacted_because")["type"], `m.room.redaction`)
		redaction := timelineOf(ada.syncSince(before, object{}), room.RoomID)
		check(t, w, "in sync", redaction[len(redaction)-1]["type"], `m.room.redaction`)
	})
}

func TestDeclinedInvite(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		room.inviteByEmail(to)
		w.Bind(t, to, grace.ID, grace.token)
		invited := room.awaitMembership(grace.ID, "invite")
		before := ada.sync(object{})["next_batch"].(string)
		accepted(t, w, "decline", grace.ask(http.MethodPost, room.path("/leave"), object{}))
		left := room.awaitMembership(grace.ID, "leave")
		check(t, w, "sender", left["sender"] == grace.ID, `true`)
		check(t, w, "what it replaced", unsigned(left)["replaces_state"] == invited["event_id"], `true`)
		inSync := find(timelineOf(ada.syncSince(before, object{}), room.RoomID), memberEvent, grace.ID)
		proof := in(unsigned(inSync), "prev_content", "third_party_invite")
		check(t, w, "name in the proof it replaced, in sync", proof["display_name"], `gra...@exa...`)
	})
}
