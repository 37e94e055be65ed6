package safetext

import "strings"

// The controls that begin or end an escape sequence (ECMA-48; for the behaviour
// of terminals see https://vt100.net/emu/dec_ansi_parser).
const (
	bel = 0x07
	can = 0x18
	sub = 0x1A
	esc = 0x1B

	dcs = 0x90
	sos = 0x98
	csi = 0x9B
	st  = 0x9C
	osc = 0x9D
	pm  = 0x9E
	apc = 0x9F
)

// sequence returns the length of the escape sequence that s begins with,
// including its parameters and its string, so that neither "31m" nor a part of
// the clipboard is left as text. It returns 0 if s does not begin with a
// sequence.
func sequence(s string) int {
	r, n := next(s)
	if r == esc {
		rest := s[n:]
		switch {
		case rest == "":
			return n
		case '@' <= rest[0] && rest[0] <= '_': // a C1 control in seven bits
			r, n = rune(rest[0])+0x40, n+1
		default:
			return n + body(rest, ' ', '/', '0', '~')
		}
	}
	switch r {
	case csi:
		return n + body(s[n:], ' ', '?', '@', '~')
	case dcs, sos, osc, pm, apc:
		return n + controlString(s[n:])
	}
	if s[0] == esc {
		return n
	}
	return 0
}

// body returns the length of a sequence's body: bytes from lo to hi and a final
// byte from first to last. An incomplete sequence ends before the first byte
// that does not belong to it.
func body(s string, lo, hi, first, last byte) int {
	i := 0
	for i < len(s) && lo <= s[i] && s[i] <= hi {
		i++
	}
	if i < len(s) && first <= s[i] && s[i] <= last {
		i++
	}
	return i
}

// controlString returns the length of the string of an OSC, DCS, APC, PM or SOS
// with its terminator. Without a terminator the string ends with the line, so
// that it does not hide the rest of a message that quotes it.
func controlString(s string) int {
	line := -1
	i := 0
	for i < len(s) {
		r, n := next(s[i:])
		switch {
		case r == bel || r == can || r == sub || r == st:
			return i + n
		case r == esc && strings.HasPrefix(s[i+n:], `\`):
			return i + n + 1
		}
		if r == esc || 0x80 <= r && r <= 0x9F {
			break // another sequence begins
		}
		if r == '\n' && line < 0 {
			line = i
		}
		i += n
	}
	if line >= 0 {
		return line
	}
	return i
}
