package invite

import (
	"encoding/json"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
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
	for w := rawjson.Object(raw); w.Next(); {
		if o == nil {
			o = object{}
		}
		o[string(w.Name)] = w.Value
	}
	return o
}

// optionalText reads a JSON string that may be missing, and says whether it is
// anything else.
func optionalText(raw json.RawMessage) (s string, ok bool) {
	if raw == nil {
		return "", true
	}
	return rawjson.Text(raw)
}
