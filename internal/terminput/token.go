package terminput

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// A kind is a kind of token.
type kind int

const (
	incomplete    kind = iota // more bytes are needed
	text                      // a character, a tab or a line break
	control                   // another control character
	escapeKey                 // an ESC that begins nothing
	meta                      // a key with alt
	sequence                  // a control sequence or a single shift: a key, the mouse, a reply
	controlString             // OSC, DCS, APC, PM or SOS
	broken                    // a sequence that ended in the middle
)

const interrupt = 0x03 // ctrl+c

// next returns the kind and the length of the token that b begins with, by the
// grammar of ECMA-48, section 5.4 and 5.6.
// https://ecma-international.org/publications-and-standards/standards/ecma-48/
func next(b []byte) (kind, int) {
	switch c := b[0]; {
	case c == ansi.ESC:
		return afterEscape(b)
	case c == '\r', c == '\n', c == '\t':
		return text, 1
	case c < ' ', c == ansi.DEL:
		return control, 1
	case c == ansi.CSI:
		return endOfSequence(b, 1)
	case c == ansi.SS3:
		return endOfShift(b, 1)
	case c == ansi.OSC, c == ansi.DCS, c == ansi.APC, c == ansi.PM, c == ansi.SOS:
		return endOfString(b, 1)
	case c < utf8.RuneSelf:
		return text, 1
	case !utf8.FullRune(b):
		return incomplete, 0
	}
	if r, n := utf8.DecodeRune(b); r != utf8.RuneError {
		return text, n
	}
	return broken, 1
}

// afterEscape is next for a token that begins with ESC.
func afterEscape(b []byte) (kind, int) {
	if len(b) == 1 {
		return incomplete, 0
	}
	switch c := b[1]; {
	case c == '[':
		return endOfSequence(b, 2)
	case c == 'O':
		return endOfShift(b, 2)
	case c == ']' && len(b) > 2 && !strings.ContainsRune("0123456789lL", rune(b[2])),
		c == 'P' && len(b) > 2 && (b[2] < ' ' || b[2] > '?'):
		return meta, 2 // no terminal replies so
	case c == ']', c == 'P', c == '_', c == '^', c == 'X':
		return endOfString(b, 2)
	case c == interrupt:
		return escapeKey, 1
	case c == ansi.ESC:
		return afterSecondEscape(b)
	case c >= utf8.RuneSelf && !utf8.FullRune(b[1:]):
		return incomplete, 0
	case c >= utf8.RuneSelf:
		_, n := utf8.DecodeRune(b[1:])
		return meta, 1 + n
	}
	return meta, 2
}

// afterSecondEscape is next for ESC ESC: alt with a key that sends a sequence, or
// the escape key twice.
func afterSecondEscape(b []byte) (kind, int) {
	switch {
	case len(b) == 2:
		return incomplete, 0
	case b[2] != '[' && b[2] != 'O':
		return escapeKey, 1
	}
	k, n := next(b[1:])
	if k == incomplete {
		return incomplete, 0
	}
	return k, n + 1
}

// endOfSequence finds the end of a control sequence whose parameters begin at i.
func endOfSequence(b []byte, i int) (kind, int) {
	if i < len(b) && b[i] == '[' { // a function key of the Linux console
		i++
		if i < len(b) && isFinal(b[i]) {
			return sequence, i + 1
		}
		return unfinished(b, i)
	}
	begin := i
	for i < len(b) && b[i] >= ' ' && b[i] <= '?' {
		i++
	}
	if i == len(b) || !isFinal(b[i]) {
		return unfinished(b, i)
	}
	if b[i] != 'M' || i > begin {
		return sequence, i + 1
	}
	if i+4 > len(b) { // a button, a column and a line: the mouse in the encoding of X10
		return incomplete, 0
	}
	return sequence, i + 4
}

// endOfShift finds the end of a single shift, with a modifier before the character
// as some terminals send it.
func endOfShift(b []byte, i int) (kind, int) {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	if i < len(b) && b[i] > ' ' && b[i] < ansi.DEL {
		return sequence, i + 1
	}
	return unfinished(b, i)
}

// unfinished is what b is if its sequence does not go on at i.
func unfinished(b []byte, i int) (kind, int) {
	switch {
	case i == len(b):
		return incomplete, 0
	case isShiftedKey(b[:i]):
		return sequence, i
	}
	return broken, i
}

// endOfString finds the end of a control string whose text begins at i.
func endOfString(b []byte, i int) (kind, int) {
	osc := b[0] == ansi.OSC || i == 2 && b[1] == ']'
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == ansi.BEL && osc, c == ansi.ST && b[0] != ansi.ESC:
			return controlString, i + 1
		case c == ansi.CAN, c == ansi.SUB:
			return broken, i + 1
		case c == ansi.ESC && i+1 == len(b):
			return incomplete, 0
		case c == ansi.ESC && b[i+1] == '\\':
			return controlString, i + 2
		case c < ' ': // a key that was typed into an unfinished reply
			return broken, i
		}
	}
	return incomplete, 0
}

func isFinal(c byte) bool { return c >= '@' && c <= '~' }

// isShiftedKey reports whether b is a key with shift as rxvt-unicode sends it, which
// ends in no final character: CSI, a number, and a dollar sign.
func isShiftedKey(b []byte) bool {
	b, dollar := bytes.CutSuffix(b, []byte("$"))
	_, number, csi := bytes.Cut(b, []byte("["))
	return dollar && csi && len(number) > 0 && len(bytes.Trim(number, "0123456789")) == 0
}

// translate returns a sequence in a form that Bubble Tea's decoder knows, or nil if
// there is none.
func translate(d *uv.EventDecoder, b []byte) []byte {
	if key, ok := bytes.CutPrefix(b, []byte("\x1b[[")); ok {
		if key[0] < 'A' || key[0] > 'E' {
			return nil
		}
		return []byte{ansi.ESC, '[', '1', key[0] - 'A' + '1', '~'} // F1 to F5
	}
	if isShiftedKey(b) {
		b = append(bytes.Clone(b[:len(b)-1]), ";2~"...)
	}
	n, event := d.Decode(bytes.Clone(b))
	if _, begins := event.(uv.PasteStartEvent); begins && string(b) != ansi.BracketedPasteStart {
		return nil // its end would not be looked for
	}
	if n != len(b) || isUnknown(event) {
		return nil
	}
	return b
}

// withAlt returns a key with alt as the Kitty keyboard protocol encodes it, if it is
// of ASCII: the decoder would wait for more bytes after ESC and a character, and ESC
// with some characters begins a string.
func withAlt(b []byte) []byte {
	switch c := b[1]; {
	case c >= 'A' && c <= 'Z':
		return fmt.Appendf(nil, "\x1b[%d:%d;4u", c+'a'-'A', c)
	case c >= ' ' && c < ansi.DEL:
		return fmt.Appendf(nil, "\x1b[%d;3u", c)
	}
	return b
}

func isUnknown(event uv.Event) bool {
	switch event.(type) {
	case nil, uv.UnknownEvent, uv.UnknownCsiEvent, uv.UnknownSs3Event, uv.UnknownOscEvent, uv.UnknownDcsEvent,
		uv.UnknownSosEvent, uv.UnknownPmEvent, uv.UnknownApcEvent:
		return true
	}
	return false
}
