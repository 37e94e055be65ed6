package config

import (
	"errors"
	"maps"
	"slices"
)

// keysTable is the table of keys for actions.
const keysTable = "keys"

// setKeys reads the table of keys, or the keys of one action.
func (r *settingsLoader) setKeys(file string, t *tree, path []string, value any, from Origin) {
	if len(path) == 1 {
		if actions, ok := value.(map[string]any); ok {
			r.setTable(file, t, path, actions)
		} else {
			r.complain(from, "%s is %s; it must be a table: [%s]", keysTable, quoted(value), keysTable)
		}
		return
	}
	one := func(s string) ([]string, bool) { return []string{s}, true }
	k := listKind(`a key or a list of keys: ["x", "delete"]`, one, func(keys []string) ([]string, bool) { return keys, len(keys) > 0 })
	keys, ok := k.read(value)
	if !ok {
		r.complain(from, "%s is %s; it must be %s", dotted(path), quoted(value), k.takes)
		return
	}
	r.settings.Keys[path[1]] = keys
	r.settings.origins[keysTable+"."+path[1]] = from
}

// RefuseKeys removes invalid keys and adds their problems, by action, to a
// [SettingsError]. It returns nil if there are no problems.
func (s *Settings) RefuseKeys(wrong map[string]string, err error) error {
	all, _ := errors.AsType[*SettingsError](err)
	if len(wrong) == 0 || err != nil && all == nil {
		return err
	}
	if all == nil {
		all = &SettingsError{}
	}
	for _, action := range slices.Sorted(maps.Keys(wrong)) {
		all.Problems = append(all.Problems, Problem{s.Origin(keysTable + "." + action), dotted([]string{keysTable, action}) + ": " + wrong[action]})
		delete(s.Keys, action)
	}
	return all
}
