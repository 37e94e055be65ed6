package signedjson

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Object is a JSON object.
type Object = map[string]any

// Encode returns v as JSON; null if v cannot be encoded.
func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Parse decodes one JSON value. Numbers are json.Number.
func Parse(raw []byte) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, &json.SyntaxError{Offset: d.InputOffset()}
	}
	return v, nil
}

// String returns v if it is a string, else the empty string.
func String(v any) string {
	s, _ := v.(string)
	return s
}

// Int returns an integer from a JSON number, or from a string, because power levels in old
// rooms are strings.
func Int(v any) (int, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := strconv.Atoi(string(v))
		return n, err == nil
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		return n, err == nil
	}
	return 0, false
}

// Plain encodes v as JSON and returns the parsed result.
func Plain(v any) any {
	p, err := Parse(Encode(v))
	if err != nil {
		return nil
	}
	return p
}

// Number returns n as a number of a parsed JSON value.
func Number(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
