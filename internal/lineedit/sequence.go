package lineedit

// A sequence is the state of a parser that skips the escape sequences of a
// terminal: arrow keys, brackets around pasted text, and replies to a program
// that has ended.
type sequence int

const (
	ground  sequence = iota
	escaped          // after ESC
	control          // CSI: up to a final byte
	single           // SS3: one more byte
	text             // OSC, DCS, APC, PM, SOS: up to BEL or ESC \
)

// consumes reports whether a byte belongs to a sequence. A control character
// ends the sequence and does not belong to it: if the user pressed Esc and went
// on typing, Enter still works.
func (s *sequence) consumes(b byte) bool {
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

// introduced returns the kind of sequence that begins with ESC and a byte. It
// is ground for alt and a letter.
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
