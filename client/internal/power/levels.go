// Package power reads the power levels of a room.
package power

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Levels are the levels in m.room.power_levels that matter to invites.
type Levels struct {
	Invite       int // that a user needs to invite
	users        map[id.UserID]int
	usersDefault int
}

// Of returns the level of a user.
func (p Levels) Of(user id.UserID) int {
	if level, ok := p.users[user]; ok {
		return level
	}
	return p.usersDefault
}

// Read reads power levels with the defaults of the authorization rules:
// inviting takes 0 unless the room says otherwise, and a room without levels
// obeys its creator. A value that is not a level is left out, and affects no other:
// homeservers refuse such events only since room version 10.
func Read(content json.RawMessage, create invite.Event) Levels {
	var wire struct {
		Invite       json.RawMessage `json:"invite"`
		UsersDefault json.RawMessage `json:"users_default"`
		Users        json.RawMessage `json:"users"`
	}
	p := Levels{users: map[id.UserID]int{}}
	if content == nil {
		p.users[create.Sender] = 100
	} else if json.Unmarshal(content, &wire) == nil {
		p.Invite, _ = readLevel(wire.Invite)
		p.usersDefault, _ = readLevel(wire.UsersDefault)
		var users map[id.UserID]json.RawMessage
		_ = json.Unmarshal(wire.Users, &users) // what is no object names nobody
		for user, raw := range users {
			if level, ok := readLevel(raw); ok {
				p.users[user] = level
			}
		}
	}
	var room struct {
		Version  json.RawMessage `json:"room_version"`
		Creators json.RawMessage `json:"additional_creators"`
	}
	_ = json.Unmarshal(create.Content, &room)
	if obeysCreators(room.Version) {
		var more []id.UserID
		_ = json.Unmarshal(room.Creators, &more)
		for _, creator := range append(more, create.Sender) {
			p.users[creator] = math.MaxInt
		}
	}
	return p
}

// obeysCreators reports whether a room's creators are above every level, as they
// are from room version 12 on
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules), and were in
// the versions it was tried in.
func obeysCreators(raw json.RawMessage) bool {
	var version string
	_ = json.Unmarshal(raw, &version)
	n, err := strconv.Atoi(version)
	return (err == nil && n >= 12) || strings.HasPrefix(version, "org.matrix.hydra.")
}

// maxLevel bounds a power level: canonical JSON knows no larger numbers
// (https://spec.matrix.org/v1.19/appendices/#canonical-json).
const maxLevel = 1<<53 - 1

// readLevel reads a power level. Before room version 10 it may stand in a
// string, with space around it, and before version 6 be a fraction.
func readLevel(raw json.RawMessage) (level int, ok bool) {
	var written string
	if json.Unmarshal(raw, &written) == nil && len(raw) > 0 && raw[0] == '"' {
		n, err := strconv.ParseInt(strings.TrimSpace(written), 10, 64)
		return int(min(max(n, -maxLevel), maxLevel)), err == nil
	}
	var number *float64 // nil for null
	if json.Unmarshal(raw, &number) != nil || number == nil {
		return 0, false
	}
	return int(min(max(*number, -maxLevel), maxLevel)), true
}
