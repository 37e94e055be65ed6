// Package rawjson looks into JSON without copying it, letter by letter as
// servers do: encoding/json would take a Public_Key for a public_key.
package rawjson

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/tidwall/gjson"
)

// A Walk goes over the members of an object, or the elements of an array,
// without copying any. It is for JSON that was found valid as a whole. In
// anything else it sees something or other, and comes to an end.
type Walk struct {
	raw   []byte
	at    int
	named bool // it is an object

	Name  []byte // of the member; an element has none
	Value json.RawMessage
}

// Object begins a walk over an object's members. What is not an object has none.
// Of a member that stands twice both come.
func Object(raw []byte) Walk { return begin(raw, '{') }

// Array begins a walk over an array's elements. What is not an array has none.
func Array(raw []byte) Walk { return begin(raw, '[') }

func begin(raw []byte, bracket byte) Walk {
	at := skipSpace(raw, 0)
	if at == len(raw) || raw[at] != bracket {
		return Walk{}
	}
	return Walk{raw: raw, at: at + 1, named: bracket == '{'}
}

// Next goes on to the next member and says whether there is one.
func (w *Walk) Next() bool {
	w.at = skipSpace(w.raw, w.at)
	if w.named {
		if w.at == len(w.raw) || w.raw[w.at] != '"' {
			return false
		}
		from := w.at
		w.at = skipValue(w.raw, from)
		w.Name = w.raw[from+1 : max(from+1, w.at-1)]
		if bytes.IndexByte(w.Name, '\\') >= 0 {
			w.Name = []byte(unescape(w.raw[from:w.at]))
		}
		w.at = skipSpace(w.raw, w.at)
	}
	from := w.at
	w.at = skipValue(w.raw, from)
	w.Value = w.raw[from:w.at:w.at]
	return w.at > from
}

// At is where in the JSON the value begins.
func (w *Walk) At() int { return w.at - len(w.Value) }

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

// Text reads a JSON string and says whether raw was one.
func Text(raw json.RawMessage) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	return unescape(raw), true
}

func unescape(raw []byte) string { return gjson.ParseBytes(raw).Str }

// Integer reads a JSON number without a fraction and says whether raw was one.
func Integer(raw json.RawMessage) (int64, bool) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return n, err == nil
}
