package terminput

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// unbracketed begins a paste that the terminal did not mark as one. It is a
// noncharacter (Unicode, section 23.7), which text does not contain.
const unbracketed = "\ufdd0"

// Unbracketed returns the text of a paste whose terminal does not know bracketed
// paste, and reports whether it is one. It may also have been typed ahead of a slow
// program or connection: terminal and program cannot tell the difference.
//
// Text is taken for a paste if it came in one read and has a line break between
// characters, or at least three characters that are not all the same. One or two
// keys at once are keys, and so is a key that is held down. Text that follows before
// the terminal is quiet belongs to the paste.
func Unbracketed(content string) (text string, ok bool) {
	return strings.CutPrefix(content, unbracketed)
}

// A burst is text that came at once.
type burst struct {
	text    []byte
	last    time.Time
	started bool // its beginning was passed on already
}

func (b *burst) open() bool { return len(b.text) > 0 || b.started }

// lengthOfText returns the length of the text that b begins with.
func lengthOfText(b []byte) int {
	n := 0
	for n < len(b) {
		k, size := next(b[n:])
		if k != text {
			break
		}
		n += size
	}
	return n
}

// text passes text on as keys, or adds it to a burst.
func (s *splitter) text(b []byte, now time.Time) {
	if !s.burst.open() && !isBurst(b) {
		s.out = append(s.out, b...)
		return
	}
	s.burst.text, s.burst.last = append(s.burst.text, b...), now
	if len(s.burst.text) > maxBurst {
		s.pour()
	}
}

// isBurst reports whether text that came in one read is a paste.
func isBurst(b []byte) bool {
	line := bytes.TrimRight(b, "\r\n")
	if n := bytes.IndexAny(line, "\r\n"); n > 0 {
		return true
	}
	first, size := utf8.DecodeRune(line)
	same := bytes.Repeat([]byte(string(first)), max(0, len(line)/max(1, size)))
	return utf8.RuneCount(line) >= 3 && !bytes.Equal(line, same)
}

// pour passes the text of a burst on, and does not end it.
func (s *splitter) pour() {
	if !s.burst.started {
		s.out = append(s.out, ansi.BracketedPasteStart+unbracketed...)
	}
	s.out = append(s.out, s.burst.text...)
	s.burst.text, s.burst.started = s.burst.text[:0], true
}

// flush ends a burst.
func (s *splitter) flush() {
	if s.burst.open() {
		s.pour()
		s.out = append(s.out, ansi.BracketedPasteEnd...)
		s.burst.started = false
	}
}

// paste passes on the text of a bracketed paste. It reports whether there is more
// to do with what is held.
func (s *splitter) paste() (more bool) {
	n := bytes.Index(s.held, []byte(ansi.BracketedPasteEnd))
	if n >= 0 {
		s.content(s.held[:n])
		s.drop(n + len(ansi.BracketedPasteEnd))
		s.out = append(s.out, ansi.BracketedPasteEnd...)
		s.pasting = false
		return true
	}
	n = len(s.held) - begunMarker(s.held)
	for back := 1; back < utf8.UTFMax && back <= n; back++ { // a character that is incomplete
		if utf8.RuneStart(s.held[n-back]) {
			if !utf8.FullRune(s.held[n-back : n]) {
				n -= back
			}
			break
		}
	}
	s.content(s.held[:n])
	s.drop(n)
	return false
}

// begunMarker returns how many bytes at the end of b may begin the end of a paste.
func begunMarker(b []byte) int {
	for n := min(len(b), len(ansi.BracketedPasteEnd)-1); n > 0; n-- {
		if strings.HasPrefix(ansi.BracketedPasteEnd, string(b[len(b)-n:])) {
			return n
		}
	}
	return 0
}

// content passes on what was pasted. The decoder would look for sequences in it, and
// not find the end after one that is incomplete. So it gets the symbol for ESC, and
// valid UTF-8, which has no byte that begins a sequence.
func (s *splitter) content(b []byte) {
	b = bytes.ToValidUTF8(b, nil)
	s.out = append(s.out, bytes.ReplaceAll(b, []byte{ansi.ESC}, []byte("␛"))...)
}

// endPaste ends a paste whose end did not come.
func (s *splitter) endPaste() {
	s.content(s.held)
	s.drop(len(s.held))
	s.out = append(s.out, ansi.BracketedPasteEnd...)
	s.pasting = false
}
