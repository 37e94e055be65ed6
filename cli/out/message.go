package out

import (
	"fmt"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// Note tells how things go, unless nobody wants to know or the screen is open.
func (p *Printer) Note(format string, values ...any) {
	if !p.Quiet && !p.Covered.Load() {
		p.Message(format, values...)
	}
}

// Message says what must be known. Strings among the values are made safe; the
// format is ours.
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
	fmt.Fprintln(p.Err, text)
}

// NameWidth is how much of a stranger's name stands in a sentence of ours: a
// longer one could say what we do not.
const NameWidth = 48

// Cut cleans a stranger's text and makes it at most width cells wide.
func Cut(s string, width int) string {
	return ansi.Truncate(safetext.Line(s), width, "…")
}

// Count is a number of things.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
