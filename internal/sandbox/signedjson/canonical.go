package signedjson

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Canonical encodes a parsed JSON value as canonical JSON:
// https://spec.matrix.org/latest/appendices/#canonical-json.
func Canonical(v any) []byte {
	return appendCanonical(nil, v)
}

func appendCanonical(b []byte, v any) []byte {
	switch v := v.(type) {
	case Object:
		b = append(b, '{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendCanonicalString(b, k)
			b = append(b, ':')
			b = appendCanonical(b, v[k])
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendCanonical(b, e)
		}
		return append(b, ']')
	case string:
		return appendCanonicalString(b, v)
	case json.Number:
		return append(b, v...)
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return append(b, "null"...)
		}
		switch v.(type) {
		case nil, bool, int, int64, float64:
			return append(b, raw...)
		}
		plain, err := Parse(raw) // another Go type: the canonical form is that of its JSON
		if err != nil {
			return append(b, "null"...)
		}
		return appendCanonical(b, plain)
	}
}

func appendCanonicalString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r < 0x20:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// signedBytes returns the bytes that a signature of o covers: canonical JSON without signatures and unsigned.
func signedBytes(o Object) []byte {
	bare := maps.Clone(o)
	delete(bare, "signatures")
	delete(bare, "unsigned")
	return Canonical(bare)
}

// Sign adds a signature to o.
func Sign(o Object, entity, keyID string, key ed25519.PrivateKey) {
	sig := EncodeBase64(ed25519.Sign(key, signedBytes(o)))
	signatures, _ := o["signatures"].(Object)
	if signatures == nil {
		signatures = Object{}
		o["signatures"] = signatures
	}
	signatures[entity] = Object{keyID: sig}
}

// errKeyUnusable is the error of a key that is not an ed25519 key.
var errKeyUnusable = errors.New("not an ed25519 key")

// DecodeKey decodes an ed25519 key in base64.
func DecodeKey(v any) (ed25519.PublicKey, error) {
	s, ok := v.(string)
	if !ok {
		return nil, errKeyUnusable
	}
	k, err := DecodeBase64(s)
	if err != nil || len(k) != ed25519.PublicKeySize {
		return nil, errKeyUnusable
	}
	return k, nil
}

// Verify reports whether a signature of o is valid for a key.
func Verify(o Object, signature any, key ed25519.PublicKey) bool {
	s, ok := signature.(string)
	if !ok {
		return false
	}
	sig, err := DecodeBase64(s)
	return err == nil && len(sig) == ed25519.SignatureSize && ed25519.Verify(key, signedBytes(o), sig)
}

// EncodeBase64 encodes in the standard alphabet without padding.
func EncodeBase64(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

// EncodeURLBase64 encodes in the alphabet for URLs without padding.
func EncodeURLBase64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// DecodeBase64 accepts both alphabets, with and without padding, and ignores other characters, as Python does.
func DecodeBase64(s string) ([]byte, error) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r == '+', r == '/', '0' <= r && r <= '9', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
			return r
		}
		return -1
	}, s)
	return base64.RawStdEncoding.DecodeString(s)
}
