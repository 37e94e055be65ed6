// Package lineedit edits a line while it is typed at a terminal that has no
// kernel behind it, with the keys that a kernel gives every program: backspace,
// ctrl+h, ctrl+u, ctrl+w, ctrl+d.
package lineedit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxLine is how long a line may be, in bytes. What is typed beyond it rings the
// bell. It is what Linux allows.
const maxLine = 4095

// An Event says what a key means for the reader of the line.
type Event int

// The events.
const (
	None  Event = iota // the line goes on
	Enter              // the line is complete
	End                // ctrl+d: the input ends here; the line may have text
)

// The keys.
const (
	ctrlD     = 0x04
	bell      = 0x07
	ctrlH     = 0x08
	ctrlU     = 0x15
	ctrlW     = 0x17
	escape    = 0x1b
	backspace = 0x7f
)

// An Editor is a line and the state of its input between two keys. The zero
// value is an empty line.
type Editor struct {
	line     []byte
	sequence sequence
	afterCR  bool // a line feed belongs to the Enter before it
}

// Text is the line so far.
func (e *Editor) Text() string { return string(e.line) }

// Next begins the next line. What the terminal has begun to say goes on.
func (e *Editor) Next() { e.line = e.line[:0] }

// Type takes a byte that was typed. It returns what the terminal shows of it.
func (e *Editor) Type(b byte) (echo string, event Event) {
	second := e.afterCR && b == '\n'
	e.afterCR = b == '\r'
	switch {
	case second, e.sequence.swallows(b):
		return "", None
	case b == '\r', b == '\n':
		return "\r\n", Enter
	case b == ctrlD:
		return "", End
	case b == ctrlH, b == backspace:
		return e.erase(e.letter()), None
	case b == ctrlU:
		return e.erase(len(e.line)), None
	case b == ctrlW:
		return e.erase(e.word()), None
	case b < ' ' && b != '\t':
		return "", None
	case len(e.line) == maxLine:
		return string(rune(bell)), None
	}
	e.line = append(e.line, b)
	if b == '\t' {
		return " ", None // so that it can be erased
	}
	return string([]byte{b}), None
}

// erase removes the last n bytes and returns what removes them from the screen.
func (e *Editor) erase(n int) string {
	kept := len(e.line) - n
	shown := strings.ReplaceAll(strings.ToValidUTF8(string(e.line[kept:]), "?"), "\t", " ")
	e.line = e.line[:kept]
	return strings.Repeat("\b \b", ansi.StringWidth(shown))
}

// letter is the length of the last letter with the marks combined with it.
func (e *Editor) letter() int {
	n := 0
	for n < len(e.line) {
		r, size := utf8.DecodeLastRune(e.line[:len(e.line)-n])
		n += size
		if ansi.StringWidth(string(r)) > 0 || r == '\t' {
			break
		}
	}
	return n
}

// word is the length of the last word with the spaces after it.
func (e *Editor) word() int {
	before := strings.TrimRightFunc(string(e.line), unicode.IsSpace)
	return len(e.line) - strings.LastIndexFunc(before, unicode.IsSpace) - 1
}

// Clean returns a line as the editor would have it: without escape sequences,
// such as those around pasted text, and without other control characters.
func Clean(line string) string {
	var e Editor
	for _, b := range []byte(line) {
		_, _ = e.Type(b)
	}
	return e.Text()
}
