package lineedit

// A sequence follows the escape sequences that a terminal sends: arrow keys, the
// brackets around pasted text, answers to a program that has ended. They are no
// part of a line.
type sequence int

const (
	ground  sequence = iota
	escaped          // after ESC
	control          // CSI: up to a final byte
	single           // SS3: one more byte
	text             // OSC, DCS, APC, PM, SOS: up to BEL or ESC \
)

// swallows takes a byte and reports whether it belongs to a sequence. Another
// control character ends the sequence and counts: the user may have pressed Esc
// and gone on to type, and Enter must work all the same.
func (s *sequence) swallows(b byte) bool {
	was := *s
	if b == escape {
		*s = escaped
		return true
	}
	if b < ' ' {
		*s = ground
		return was == text && b == bell
	}
	switch was {
	case ground:
	case escaped:
		*s = introduced(b)
		return *s != ground || b == '\\'
	case control:
		if '@' <= b && b <= '~' {
			*s = ground
		}
		return true
	case single:
		*s = ground
		return true
	case text:
		return true
	}
	return false
}

// introduced is what follows ESC and a byte; ground if they are alt and a letter.
func introduced(b byte) sequence {
	switch b {
	case '[':
		return control
	case 'O':
		return single
	case ']', 'P', '_', '^', 'X':
		return text
	}
	return ground
}
