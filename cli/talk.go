package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/lineedit"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// say tells how things go, unless nobody wants to know or the screen is open.
func (a *app) say(format string, values ...any) {
	if !a.quiet && !a.covered.Load() {
		a.tell(format, values...)
	}
}

// tell says what must be known. Strings among the values are made safe; the
// format is ours.
func (a *app) tell(format string, values ...any) {
	for i, v := range values {
		if s, ok := v.(string); ok {
			values[i] = safetext.Line(s)
		}
	}
	text := fmt.Sprintf(format, values...)
	if a.conversation != nil {
		text = a.conversation.inConversation(text)
	}
	fmt.Fprintln(a.Err, text)
}

// nameWidth is how much of a stranger's name stands in a sentence of ours: a
// longer one could say what we do not.
const nameWidth = 48

// cut cleans a stranger's text and makes it at most width cells wide.
func cut(s string, width int) string {
	return ansi.Truncate(safetext.Line(s), width, "…")
}

// mayAsk reports whether a person is there to read a question and to answer it.
func (a *app) mayAsk() bool { return a.InTTY && a.ErrTTY }

var errNoAnswer = errors.New("no answer came")

// ask asks for a line.
func (a *app) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(a.Err, question+" ")
	line, err := readLine(ctx, a.In)
	if err != nil {
		fmt.Fprintln(a.Err) // nobody else ended the line
	}
	if errors.Is(err, io.EOF) {
		err = errNoAnswer
	}
	return strings.TrimSpace(lineedit.Clean(line)), err
}

// confirm asks for a yes. Anything else is none.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	answers := " [y/N]"
	if a.accessible {
		answers = " Type yes or no. Enter alone means no."
	}
	answer, err := a.ask(ctx, question+answers)
	if errors.Is(err, errNoAnswer) {
		return false, nil
	}
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), err
}

// count is a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
