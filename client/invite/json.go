package invite

import (
	"encoding/json"
	"strconv"

	"github.com/tidwall/gjson"
)

// An object is a JSON object whose members are still raw. Names are compared
// letter by letter, as servers do: encoding/json would take a Public_Key for a
// public_key, and so for a key that no server sees.
type object map[string]json.RawMessage

// members splits a JSON object. Anything that is not an object has no members.
// Of a member that stands twice the last one counts. The values are parts of
// raw, not copies.
func members(raw json.RawMessage) object {
	var o object
	eachMember(raw, func(name string, value json.RawMessage) {
		if o == nil {
			o = object{}
		}
		o[name] = value
	})
	return o
}

// A want is a member that somebody looks for, and where it is to go.
type want struct {
	name string
	to   *json.RawMessage
}

// pick finds members of a JSON object by their names. Where there is none,
// nothing is put.
func pick(raw json.RawMessage, wants ...want) {
	eachMember(raw, func(name string, value json.RawMessage) {
		for _, w := range wants {
			if w.name == name {
				*w.to = value
			}
		}
	})
}

func eachMember(raw json.RawMessage, f func(name string, value json.RawMessage)) {
	whole := gjson.ParseBytes(raw)
	if !whole.IsObject() {
		return
	}
	whole.ForEach(func(name, value gjson.Result) bool {
		f(name.Str, part(raw, value))
		return true
	})
}

// elements splits a JSON array. Anything that is not an array has no elements.
func elements(raw json.RawMessage) []json.RawMessage {
	whole := gjson.ParseBytes(raw)
	if !whole.IsArray() {
		return nil
	}
	var all []json.RawMessage
	whole.ForEach(func(_, value gjson.Result) bool {
		all = append(all, part(raw, value))
		return true
	})
	return all
}

// part is where a value stands in the JSON that it was found in.
func part(raw json.RawMessage, value gjson.Result) json.RawMessage {
	end := value.Index + len(value.Raw)
	return raw[value.Index:end:end]
}

// text reads a JSON string and says whether raw was one.
func text(raw json.RawMessage) (string, bool) {
	v := gjson.ParseBytes(raw)
	return v.Str, v.Type == gjson.String
}

// optionalText reads a JSON string that may be missing, and says whether it is
// anything else.
func optionalText(raw json.RawMessage) (s string, ok bool) {
	if raw == nil {
		return "", true
	}
	return text(raw)
}

// integer reads a JSON number without a fraction and says whether raw was one.
func integer(raw json.RawMessage) (int64, bool) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return n, err == nil
}
