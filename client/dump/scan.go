package dump

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

var errCut = errors.New("unexpected end of file")

// invalid returns the error for the byte at the parser's position.
func (p *parser) invalid() error {
	if p.at >= len(p.text) {
		return errCut
	}
	return fmt.Errorf("invalid JSON near byte %d", p.at)
}

// peek skips white space and returns the next byte, or 0 at the end.
func (p *parser) peek() byte {
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
		default:
			return p.text[p.at]
		}
	}
	return 0
}

// skipSeparators skips what stands between the values of a file: white space, byte
// order marks of files that were joined, and the record separators of JSON text
// sequences (https://www.rfc-editor.org/rfc/rfc7464). It reports whether there is
// another value.
func (p *parser) skipSeparators() bool {
	const byteOrderMark = "\uFEFF"
	for {
		p.peek()
		switch rest := p.text[p.at:]; {
		case len(rest) >= len(byteOrderMark) && string(rest[:len(byteOrderMark)]) == byteOrderMark:
			p.at += len(byteOrderMark)
		case len(rest) > 0 && rest[0] == 0x1e:
			p.at++
		default:
			return len(rest) > 0
		}
	}
}

// expect skips white space and the given byte.
func (p *parser) expect(c byte) error {
	if p.peek() != c {
		return p.invalid()
	}
	p.at++
	return nil
}

// each reads the members of an object or the elements of an array, with the brackets
// around them. read reads one of them.
func (p *parser) each(closing byte, read func() error) error {
	p.at++ // the opening bracket
	if p.peek() == closing {
		p.at++
		return nil
	}
	for {
		if err := read(); err != nil {
			return err
		}
		switch p.peek() {
		case closing:
			p.at++
			return nil
		case ',':
			p.at++
		default:
			return p.invalid()
		}
	}
}

// string reads a string and returns its JSON, with quotes and escapes.
func (p *parser) string() ([]byte, error) {
	if p.peek() != '"' {
		return nil, p.invalid()
	}
	start := p.at
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return p.text[start:p.at:p.at], nil
		case c < ' ':
			return nil, p.invalid()
		case c == '\\':
			if err := p.escape(); err != nil {
				return nil, err
			}
		}
	}
	return nil, errCut
}

// escape reads an escape sequence up to its last byte.
func (p *parser) escape() error {
	p.at++
	if p.at == len(p.text) || !strings.ContainsRune(`"\/bfnrtu`, rune(p.text[p.at])) {
		return p.invalid()
	}
	if p.text[p.at] != 'u' {
		return nil
	}
	for range 4 {
		p.at++
		if p.at == len(p.text) || !strings.ContainsRune("0123456789abcdefABCDEF", rune(p.text[p.at])) {
			return p.invalid()
		}
	}
	return nil
}

// scalar reads a number, true, false or null.
func (p *parser) scalar() ([]byte, error) {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("+-.0123456789Eaeflnrstu", p.text[p.at]) >= 0 {
		p.at++
	}
	raw := p.text[start:p.at:p.at]
	if json.Valid(raw) {
		return raw, nil
	}
	if p.at < len(p.text) {
		p.at = start
	}
	return nil, p.invalid()
}

// skipDeep skips an object or array without recursion.
func (p *parser) skipDeep() ([]byte, error) {
	start, depth := p.at, 0
	for {
		switch c := p.peek(); c {
		case '{', '[':
			depth++
			p.at++
		case '}', ']':
			depth--
			p.at++
		case '"':
			if _, err := p.string(); err != nil {
				return nil, err
			}
		case ',', ':':
			p.at++
		default:
			if _, err := p.scalar(); err != nil {
				return nil, err
			}
		}
		if depth == 0 {
			return p.text[start:p.at:p.at], nil
		}
	}
}

// text decodes a valid JSON string.
func text(raw []byte) (s string) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(bytes.Trim(raw, `"`))
	}
	_ = json.Unmarshal(raw, &s) // a valid string
	return s
}
