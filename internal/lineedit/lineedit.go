// Package lineedit is a line editor for terminals without a pseudo-terminal. It
// supports the editing keys of a Unix terminal: backspace, ctrl+h, ctrl+u,
// ctrl+w and ctrl+d.
package lineedit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxLine limits the length of a line, in bytes, as on Linux. Further input
// rings the bell.
const maxLine = 4095

// An Event says whether a key completes the line or ends the input.
type Event int

// The events.
const (
	None  Event = iota // the line is not complete
	Enter              // the line is complete
	End                // ctrl+d: end of input; the line may have text
)

const (
	ctrlD     = 0x04
	bell      = 0x07
	ctrlH     = 0x08
	ctrlU     = 0x15
	ctrlW     = 0x17
	escape    = 0x1b
	backspace = 0x7f
)

// An Editor contains a line and the state of the input. The zero value is an
// empty line.
type Editor struct {
	line     []byte
	sequence sequence
	afterCR  bool // the next line feed belongs to the same Enter
}

// Text returns the line so far.
func (e *Editor) Text() string { return string(e.line) }

// Next begins a new line. An incomplete escape sequence continues.
func (e *Editor) Next() { e.line = e.line[:0] }

// Type handles one byte of input. It returns the text to show on the terminal.
func (e *Editor) Type(b byte) (echo string, event Event) {
	second := e.afterCR && b == '\n'
	e.afterCR = b == '\r'
	switch {
	case second, e.sequence.consumes(b):
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
		return " ", None // so that it can be deleted in one step
	}
	return string([]byte{b}), None
}

// erase deletes the last n bytes and returns the output that deletes them on
// the screen.
func (e *Editor) erase(n int) string {
	kept := len(e.line) - n
	shown := strings.ReplaceAll(strings.ToValidUTF8(string(e.line[kept:]), "?"), "\t", " ")
	e.line = e.line[:kept]
	return strings.Repeat("\b \b", ansi.StringWidth(shown))
}

// letter returns the length of the last letter with its combining marks.
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

// word returns the length of the last word with the spaces after it.
func (e *Editor) word() int {
	before := strings.TrimRightFunc(string(e.line), unicode.IsSpace)
	return len(e.line) - strings.LastIndexFunc(before, unicode.IsSpace) - 1
}

// Clean removes escape sequences, such as those around pasted text, and control
// characters from a line, as the editor does.
func Clean(line string) string {
	var e Editor
	for _, b := range []byte(line) {
		_, _ = e.Type(b)
	}
	return e.Text()
}
