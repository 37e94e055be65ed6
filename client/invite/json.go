package invite

import (
	"encoding/json"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// An object is a JSON object with raw values. Member names are compared
// case-sensitively, as servers do: encoding/json would accept Public_Key for
// public_key, which homeservers ignore.
type object map[string]json.RawMessage

// members splits a JSON object. It returns no members if raw is not an object. If a
// member is repeated, the last one is returned. The values are slices of raw.
func members(raw json.RawMessage) object {
	var o object
	for w := rawjson.Object(raw); w.Next(); {
		if o == nil {
			o = object{}
		}
		o[string(w.Name)] = w.Value
	}
	return o
}

// optionalText parses a JSON string. It returns ok for a missing value and false
// for a value of another type.
func optionalText(raw json.RawMessage) (s string, ok bool) {
	if raw == nil {
		return "", true
	}
	return rawjson.Text(raw)
}
