package invite

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// canonicalJSON encodes an object, without some of its members, as canonical JSON,
// which is the form that is signed
// (https://spec.matrix.org/v1.19/appendices/#canonical-json). It returns an error for
// JSON that two parsers may read differently: repeated members, and numbers that are
// not integers of at most 53 bits. The encoder of mautrix-go is not used: it writes
// control characters as \u001F and not as \u001f, which changes the signed bytes.
func canonicalJSON(raw []byte, without ...string) ([]byte, error) {
	c := canonical{dec: json.NewDecoder(bytes.NewReader(raw))}
	c.dec.UseNumber()
	if t, err := c.dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(errors.New("not an object"), err)
	}
	out, err := c.object(0, without)
	if err != nil {
		return nil, err
	}
	if _, err := c.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return out, nil
}

var (
	errDuplicate = errors.New("a member is repeated")
	errNumber    = errors.New("a number that is not allowed in canonical JSON")
	errDeep      = errors.New("nested too deep")
)

const maxDepth = 32

type canonical struct{ dec *json.Decoder }

// object reads the rest of an object and returns it as canonical JSON.
func (c canonical) object(depth int, without []string) ([]byte, error) {
	values := map[string][]byte{}
	for c.dec.More() {
		t, err := c.dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string)
		if _, twice := values[name]; twice {
			return nil, fmt.Errorf("%q: %w", name, errDuplicate)
		}
		if values[name], err = c.value(depth + 1); err != nil {
			return nil, err
		}
	}
	for _, name := range without {
		delete(values, name)
	}
	out := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(values)) {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendString(out, name)
		out = append(out, ':')
		out = append(out, values[name]...)
	}
	_, err := c.dec.Token() // the closing bracket
	return append(out, '}'), err
}

func (c canonical) array(depth int) ([]byte, error) {
	out := []byte{'['}
	for c.dec.More() {
		v, err := c.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, v...)
	}
	_, err := c.dec.Token() // the closing bracket
	return append(out, ']'), err
}

func (c canonical) value(depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	t, err := c.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return c.object(depth, nil)
		}
		return c.array(depth)
	case string:
		return appendString(nil, t), nil
	case json.Number:
		const safe = 1<<53 - 1
		n, err := strconv.ParseInt(t.String(), 10, 64)
		if err != nil || n > safe || n < -safe || t.String() == "-0" {
			return nil, fmt.Errorf("%s: %w", t, errNumber)
		}
		return strconv.AppendInt(nil, n, 10), nil
	case bool:
		return strconv.AppendBool(nil, t), nil
	default:
		return []byte("null"), nil
	}
}

// appendString appends a JSON string. It escapes only the characters that must be
// escaped, in the shortest form.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(s) {
		switch b := s[i]; b {
		case '"', '\\':
			out = append(out, '\\', b)
		case '\b':
			out = append(out, `\b`...)
		case '\f':
			out = append(out, `\f`...)
		case '\n':
			out = append(out, `\n`...)
		case '\r':
			out = append(out, `\r`...)
		case '\t':
			out = append(out, `\t`...)
		default:
			if b < ' ' {
				out = append(out, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
			} else {
				out = append(out, b)
			}
		}
	}
	return append(out, '"')
}
