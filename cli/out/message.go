package out

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// Note writes a progress message, unless --quiet is set or the screen is open.
func (p *Printer) Note(format string, values ...any) {
	if !p.Quiet && !p.Covered.Load() {
		p.Message(format, values...)
	}
}

// Message writes a message that --quiet does not hide. String values are made safe
// for the terminal; the format must be a constant of the program.
func (p *Printer) Message(format string, values ...any) {
	for i, v := range values {
		if s, ok := v.(string); ok {
			values[i] = safetext.Line(s)
		}
	}
	text := fmt.Sprintf(format, values...)
	if p.Conversation != nil {
		text = p.Conversation.Rephrase(text)
	}
	fmt.Fprintln(p.Err, p.Wrap(text))
}

// Wrap breaks the lines of a message between words, so that the terminal does not
// break them inside words. An address, which has no spaces, is not broken. Indented
// lines, which are rows of lists and addresses, are broken only in the accessible mode.
func (p *Printer) Wrap(text string) string {
	if !p.ErrTTY {
		return text
	}
	return p.wrap(text)
}

// WrapSentence breaks a sentence between words, if it is written to a terminal in
// the accessible mode.
func (p *Printer) WrapSentence(text string) string {
	if !p.OutTTY {
		return text
	}
	return p.wrap(text)
}

func (p *Printer) wrap(text string) string {
	if p.Width == 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	for n, line := range lines {
		if p.Accessible || !strings.HasPrefix(line, " ") {
			lines[n] = wrapLine(line, p.Width)
		}
	}
	return strings.Join(lines, "\n")
}

// wrapLine breaks a line between words.
func wrapLine(line string, width int) string {
	if ansi.StringWidth(line) <= width {
		return line
	}
	var b strings.Builder
	used := 0
	for n, word := range strings.Split(line, " ") {
		w := ansi.StringWidth(word)
		switch {
		case n == 0:
		case used+1+w > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += w
	}
	return b.String()
}

// NameWidth is the width limit, in cells, of another user's name within a
// message. A longer name could imitate the program's own text.
const NameWidth = 48

// Cut makes a text from another user safe for the terminal and limits it to width
// cells.
func Cut(s string, width int) string {
	return ansi.Truncate(safetext.Line(s), width, "…")
}

// Count returns a number with a noun, such as "2 invites".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
