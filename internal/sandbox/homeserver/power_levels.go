package homeserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// authorizePowerLevels refuses changes of levels above the level of the sender.
func (r *room) authorizePowerLevels(e *event) error {
	if err := r.checkLevelUsers(e); err != nil {
		return err
	}
	old := r.state[stateKey{typePowerLevels, ""}]
	if old == nil {
		return nil
	}
	have := r.powerOf(e.sender)
	for _, name := range []string{
		"users_default", "events_default", "state_default", "ban", "redact", "kick", "invite",
	} {
		if err := checkLevelChange(old.fields[name], e.fields[name], have); err != nil {
			return err
		}
	}
	for _, group := range []string{"users", "events", "notifications"} {
		was, _ := old.fields[group].(object)
		is, _ := e.fields[group].(object)
		for _, k := range bothKeys(was, is) {
			n, set := signedjson.Int(was[k])
			if now, ok := signedjson.Int(is[k]); ok && set && now == n {
				continue
			}
			if group == "users" && k != e.sender && set && n == have {
				return api.Forbidden("You don't have permission to remove ops level equal to your own")
			}
			if err := checkLevelChange(was[k], is[k], have); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkLevelUsers refuses user IDs that are not valid, or that the room's version does not allow.
func (r *room) checkLevelUsers(e *event) error {
	users, _ := e.fields["users"].(object)
	for _, id := range slices.Sorted(maps.Keys(users)) {
		if !isUserID(id) {
			return api.BadRequest("Not a valid user_id: " + id)
		}
		if r.version >= 12 && r.isCreator(id) {
			return api.BadRequest(fmt.Sprintf("Creator user %s must not appear in content.users", id))
		}
	}
	return nil
}

// checkLevelShapes is the JSON schema of power levels, which Synapse checks before the rules.
func checkLevelShapes(e *event) error {
	for _, name := range strings.Fields("ban events_default invite kick redact state_default users_default") {
		if v, ok := e.fields[name]; ok && !isInteger(v) {
			return notOfType(name, v, "integer")
		}
	}
	for _, name := range strings.Fields("events notifications users") {
		v, ok := e.fields[name]
		group, isObject := v.(object)
		if ok && !isObject {
			return notOfType(name, v, "object")
		}
		for _, k := range slices.Sorted(maps.Keys(group)) {
			if !isInteger(group[k]) {
				return notOfType(k, group[k], "integer")
			}
		}
	}
	return nil
}

func isInteger(v any) bool {
	n, ok := v.(json.Number)
	if !ok {
		return false
	}
	_, err := n.Int64()
	return err == nil
}

func notOfType(name string, v any, typ string) error {
	return api.Fail(http.StatusBadRequest, "M_BAD_JSON", fmt.Sprintf("%q: %s is not of type '%s'", name, pythonRepr(v), typ))
}

// pythonRepr prints a simple value as Python does.
func pythonRepr(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		return "'" + v + "'"
	}
	return string(signedjson.Encode(v))
}

func checkLevelChange(was, is any, have int) error {
	old, wasSet := signedjson.Int(was)
	now, isSet := signedjson.Int(is)
	if wasSet && isSet && old == now {
		return nil
	}
	if wasSet && old > have || isSet && now > have {
		return api.Forbidden("You don't have permission to add ops level greater than your own")
	}
	return nil
}

func bothKeys(a, b object) []string {
	all := maps.Clone(a)
	if all == nil {
		all = object{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

func isUserID(s string) bool {
	return strings.HasPrefix(s, "@") && strings.Contains(s, ":")
}
