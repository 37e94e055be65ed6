package safetext

import "strings"

// The controls that matter for where an escape sequence begins and ends
// (ECMA-48, and https://vt100.net/emu/dec_ansi_parser for what terminals do).
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

// sequence is the length of the escape sequence s begins with, with all it
// carries, so that no "31m" or half a clipboard is left as text. It is 0 if s
// begins with something else.
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

// body is the length of any number of bytes from lo to hi and one from
// first to last that ends them. A sequence that is broken off ends before
// the byte that does not fit.
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

// controlString is the length of what follows an OSC, DCS, APC, PM or SOS, with
// its terminator. One without a terminator ends with the line, or it would
// swallow the rest of a message that quotes it.
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
			break // something else begins
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
