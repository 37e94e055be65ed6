package dump

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// unreadable returns the reason why the rest of a file cannot be read.
func unreadable(dec *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("unexpected end of file")
	case errors.As(err, &syntax):
		return fmt.Errorf("invalid JSON near byte %d", dec.InputOffset())
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err // callers add the path
	}
	return err
}

// eachMember reads the rest of an object and calls f for each member. f must read
// the member's value.
func eachMember(dec *json.Decoder, f func(name string) error) error {
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if err := f(name); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// copyMember reads a member's value and appends the member to object, which has no
// closing bracket yet. The bytes of the value are not changed: signatures cover
// them.
func copyMember(dec *json.Decoder, object []byte, name string) ([]byte, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	quoted, err := json.Marshal(name)
	if err != nil {
		return nil, err
	}
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, quoted...)
	object = append(object, ':')
	return append(object, raw...), nil
}

// skip reads a value and ignores it.
func skip(dec *json.Decoder) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	return skipRest(dec, t)
}

// skipRest reads and ignores the rest of the value that begins with t.
func skipRest(dec *json.Decoder, t json.Token) error {
	for depth := 0; ; {
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if t, err = dec.Token(); err != nil {
			return err
		}
	}
}
