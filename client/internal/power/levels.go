// Package power reads the power levels of a room that matter to invites.
package power

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Levels are the power levels in m.room.power_levels that matter to invites.
type Levels struct {
	Invite       int // required to invite
	users        map[id.UserID]int
	usersDefault int
}

// Of returns the power level of a user.
func (p Levels) Of(user id.UserID) int {
	if level, ok := p.users[user]; ok {
		return level
	}
	return p.usersDefault
}

// Read reads the content of m.room.power_levels, with the defaults of the
// authorization rules: inviting requires level 0 unless the event says otherwise,
// and in a room without the event the creator has level 100. An invalid level is
// ignored and does not affect other levels, because homeservers refuse such events
// only since room version 10.
func Read(content json.RawMessage, create invite.Event) Levels {
	var event struct {
		Invite       json.RawMessage `json:"invite"`
		UsersDefault json.RawMessage `json:"users_default"`
		Users        json.RawMessage `json:"users"`
	}
	p := Levels{users: map[id.UserID]int{}}
	if content == nil {
		p.users[create.Sender] = 100
	} else if json.Unmarshal(content, &event) == nil {
		p.Invite, _ = readLevel(event.Invite)
		p.usersDefault, _ = readLevel(event.UsersDefault)
		var users map[id.UserID]json.RawMessage
		_ = json.Unmarshal(event.Users, &users) // users that is not an object is ignored
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
	if hasPrivilegedCreators(room.Version) {
		var more []id.UserID
		_ = json.Unmarshal(room.Creators, &more)
		for _, creator := range append(more, create.Sender) {
			p.users[creator] = math.MaxInt
		}
	}
	return p
}

// hasPrivilegedCreators reports whether the creators of a room have more power than every
// level. That is so since room version 12
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules) and in the
// experimental versions before it.
func hasPrivilegedCreators(raw json.RawMessage) bool {
	var version string
	_ = json.Unmarshal(raw, &version)
	n, err := strconv.Atoi(version)
	return (err == nil && n >= 12) || strings.HasPrefix(version, "org.matrix.hydra.")
}

// maxLevel is the highest power level: the largest integer in canonical JSON
// (https://spec.matrix.org/v1.19/appendices/#canonical-json).
const maxLevel = 1<<53 - 1

// readLevel reads a power level. Before room version 10 it may be a string with
// white space around the number, and before version 6 a fraction.
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
