package homeserver

import (
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// stubEndpoints answers endpoints that ordinary clients call, so that they work with the sandbox. It has no encryption, no
// push and no presence.
func (h *Homeserver) stubEndpoints() {
	c := &h.client
	say := func(method, path string, answer object) {
		c.Add(method, path, func(*request) (any, error) { return answer, nil })
	}
	nothing := object{}
	none := []any{}
	say(get, "pushrules/", pushRules())
	say(get, "pushers", object{"pushers": none})
	say(get, "notifications", object{"notifications": none})
	say(post, "keys/upload", object{"one_time_key_counts": object{"signed_curve25519": 0}})
	say(post, "keys/query", object{
		"device_keys": nothing, "failures": nothing,
		"master_keys": nothing, "self_signing_keys": nothing, "user_signing_keys": nothing,
	})
	say(post, "keys/claim", object{"one_time_keys": nothing, "failures": nothing})
	say(get, "keys/changes", object{"changed": none, "left": none})
	say(put, "sendToDevice/{type}/{txn}", nothing)
	say(get, "voip/turnServer", nothing)
	say(get, "thirdparty/protocols", nothing)
	say(post, "user_directory/search", object{"results": none, "limited": false})
	say(get, "publicRooms", object{"chunk": none, "total_room_count_estimate": 0})
	say(post, "publicRooms", object{"chunk": none, "total_room_count_estimate": 0})
	say(put, "rooms/{room}/typing/{user}", nothing)
	say(post, "rooms/{room}/receipt/{type}/{event}", nothing)
	say(post, "rooms/{room}/read_markers", nothing)
	say(put, "presence/{user}/status", nothing)
	c.Add(get, "room_keys/version", func(*request) (any, error) {
		return nil, api.Fail(http.StatusNotFound, "M_NOT_FOUND", "No backup found")
	})
	c.Add(get, "devices", func(c *request) (any, error) {
		return object{"devices": []object{{"device_id": c.session.Device}}}, nil
	})
}

// pushRules returns no rules.
func pushRules() object {
	return object{"global": object{
		"override": []any{}, "content": []any{}, "room": []any{}, "sender": []any{}, "underride": []any{},
	}}
}
