package invite

import (
	"bytes"
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
	for w := walkObject(raw); w.next(); {
		if o == nil {
			o = object{}
		}
		o[string(w.name)] = w.value
	}
	return o
}

// A walk goes over the members of an object, or the elements of an array,
// without copying any. It is for JSON that was found valid as a whole. In
// anything else it sees something or other, and comes to an end.
type walk struct {
	raw   []byte
	at    int
	named bool // it is an object

	name  []byte // of the member; an element has none
	value json.RawMessage
}

func walkObject(raw []byte) walk { return begin(raw, '{') }
func walkArray(raw []byte) walk  { return begin(raw, '[') }

func begin(raw []byte, bracket byte) walk {
	at := skipSpace(raw, 0)
	if at == len(raw) || raw[at] != bracket {
		return walk{}
	}
	return walk{raw: raw, at: at + 1, named: bracket == '{'}
}

// next goes on to the next member and says whether there is one.
func (w *walk) next() bool {
	w.at = skipSpace(w.raw, w.at)
	if w.named {
		if w.at == len(w.raw) || w.raw[w.at] != '"' {
			return false
		}
		from := w.at
		w.at = skipValue(w.raw, from)
		w.name = w.raw[from+1 : max(from+1, w.at-1)]
		if bytes.IndexByte(w.name, '\\') >= 0 {
			w.name = []byte(unescape(w.raw[from:w.at]))
		}
		w.at = skipSpace(w.raw, w.at)
	}
	from := w.at
	w.at = skipValue(w.raw, from)
	w.value = w.raw[from:w.at:w.at]
	return w.at > from
}

// skipSpace returns where the next value or bracket is, past commas and colons.
func skipSpace(raw []byte, at int) int {
	for at < len(raw) {
		switch raw[at] {
		case ' ', '\t', '\n', '\r', ',', ':':
			at++
		default:
			return at
		}
	}
	return at
}

// skipValue returns where the value ends that begins at a place.
func skipValue(raw []byte, at int) int {
	for depth := 0; at < len(raw); at++ {
		switch raw[at] {
		case '"':
			if at = closingQuote(raw, at); depth == 0 {
				return min(at+1, len(raw))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // of what the value stands in
				return at
			}
			if depth--; depth == 0 {
				return at + 1
			}
		case ' ', '\t', '\n', '\r', ',', ':':
			if depth == 0 {
				return at
			}
		}
	}
	return len(raw)
}

// closingQuote returns where the string ends whose opening quote is at a place.
func closingQuote(raw []byte, at int) int {
	for at++; at < len(raw); at++ {
		n := bytes.IndexByte(raw[at:], '"')
		if n < 0 {
			return len(raw)
		}
		// The quote belongs to the string after an odd number of backslashes.
		end := at + n
		slashes := 0
		for slashes < n && raw[end-1-slashes] == '\\' {
			slashes++
		}
		if at = end; slashes%2 == 0 {
			return end
		}
	}
	return len(raw)
}

// text reads a JSON string and says whether raw was one.
func text(raw json.RawMessage) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	return unescape(raw), true
}

func unescape(raw []byte) string { return gjson.ParseBytes(raw).Str }

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
