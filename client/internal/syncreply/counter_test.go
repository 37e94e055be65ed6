package syncreply

import (
	"encoding/json"
	"testing"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

func TestCounterCountsJoinedRooms(t *testing.T) {
	const reply = `{"next_batch":"s1","rooms":{"invite":{"!i:x":{}},"join":{"!a:x":{"state":{"events":[{"join":{"a":{}}}]}},"!b\":{x":{}},"leave":{"!l:x":{}}}}`
	for size := 1; size <= len(reply); size++ {
		var c Counter
		for rest := reply; rest != ""; rest = rest[min(size, len(rest)):] {
			c.Write([]byte(rest[:min(size, len(rest))]))
		}
		if c.Joined != 2 {
			t.Fatalf("%d rooms in parts of %d bytes", c.Joined, size)
		}
	}
}

// FuzzCounter checks that the rooms are counted in parts as in the whole, and that invalid
// JSON does no harm.
func FuzzCounter(f *testing.F) {
	for _, seed := range []string{
		`{"next_batch":"s1","rooms":{"invite":{"!i:x":{}},"join":{"!a:x":{"state":{"events":[{"join":{}}]}},"!b\":x":{}},"leave":{"!l:x":{}}}}`,
		`{"rooms":{"join":{}},"join":{"rooms":{"a":{}}}}`, `{"rooms":[{"join":{}}],"x":{"join":{"a":{}}}}`, `}}]]:{"rooms":`, `{"rooms" : {"join" : {"\u0061" : { } } } }`,
	} {
		f.Add([]byte(seed), 7)
	}
	f.Fuzz(func(t *testing.T, raw []byte, size int) {
		var c Counter
		for rest := raw; len(rest) > 0; {
			n := min(max(1, size), len(rest))
			c.Write(rest[:n])
			rest = rest[n:]
		}
		if want, plain := roomsIn(raw); plain && json.Valid(raw) && c.Joined != want {
			t.Errorf("%d of %d rooms in %q", c.Joined, want, raw)
		}
	})
}

// roomsIn counts the joined rooms. plain is false if the JSON has escapes, so that a name
// may be written in another way, or arrays, which may be in place of an object.
func roomsIn(raw []byte) (rooms int, plain bool) {
	plain = true
	object := func(value []byte) bool { return len(value) > 0 && value[0] == '{' }
	for top := rawjson.Object(raw); top.Next(); {
		for kinds := rawjson.Object(top.Value); kinds.Next(); {
			for room := rawjson.Object(kinds.Value); room.Next(); {
				if string(top.Name) == roomsName && string(kinds.Name) == joinName && object(room.Value) {
					rooms++
				}
			}
		}
	}
	for _, b := range raw {
		plain = plain && b != '\\' && b != '['
	}
	return rooms, plain
}
