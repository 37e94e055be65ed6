// Package rawjson iterates over JSON without copying it. Unlike encoding/json it
// compares member names case-sensitively, as servers do.
package rawjson

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/tidwall/gjson"
)

// A Walk iterates over the members of an object or the elements of an array without
// copying them. The JSON must be valid as a whole. With invalid JSON the iteration
// ends, but the members are unspecified; they are separated by commas, which limit their
// number ([internal/budget] counts commas).
type Walk struct {
	raw   []byte
	at    int
	named bool // it is an object
	begun bool // Next has returned a member

	Name  []byte // name of the member; empty for an element
	Value json.RawMessage
}

// Object returns an iterator over the members of an object. It has none if raw is
// not an object. Members with a repeated name are all returned.
func Object(raw []byte) Walk { return begin(raw, '{') }

// Array returns an iterator over the elements of an array. It has none if raw is
// not an array.
func Array(raw []byte) Walk { return begin(raw, '[') }

func begin(raw []byte, bracket byte) Walk {
	at := skipSpace(raw, 0)
	if at == len(raw) || raw[at] != bracket {
		return Walk{}
	}
	return Walk{raw: raw, at: at + 1, named: bracket == '{'}
}

// Next advances to the next member and reports whether there is one.
func (w *Walk) Next() bool {
	from := w.at
	w.at = skipSpace(w.raw, from)
	if w.begun && bytes.IndexByte(w.raw[from:w.at], ',') < 0 {
		return false // the end, or invalid
	}
	w.begun = true
	if w.named {
		if w.at == len(w.raw) || w.raw[w.at] != '"' {
			return false
		}
		from = w.at
		w.at = skipValue(w.raw, from)
		w.Name = w.raw[from+1 : max(from+1, w.at-1)]
		if bytes.IndexByte(w.Name, '\\') >= 0 {
			w.Name = []byte(unescape(w.raw[from:w.at]))
		}
		w.at = skipSpace(w.raw, w.at)
	}
	from = w.at
	w.at = skipValue(w.raw, from)
	w.Value = w.raw[from:w.at:w.at]
	return w.at > from
}

// At returns the index of Value in the JSON.
func (w *Walk) At() int { return w.at - len(w.Value) }

// skipSpace returns the index of the next value or bracket, after white space,
// commas and colons.
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

// skipValue returns the index after the value that begins at index at.
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
			if depth == 0 { // the end of the enclosing value
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

// closingQuote returns the index of the closing quote of the string that begins at
// index at.
func closingQuote(raw []byte, at int) int {
	for at++; at < len(raw); at++ {
		n := bytes.IndexByte(raw[at:], '"')
		if n < 0 {
			return len(raw)
		}
		// After an odd number of backslashes the quote is escaped.
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

// Text decodes a JSON string and reports whether raw is one.
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

// Integer decodes a JSON number without fraction and exponent and reports whether
// raw is one.
func Integer(raw json.RawMessage) (int64, bool) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return n, err == nil
}
