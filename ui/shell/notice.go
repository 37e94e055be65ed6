package shell

import (
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/style"
)

// A Notice is a line about a recent event.
type Notice struct {
	Text   string
	Bad    bool
	counts bool // followed by the time until the next send
}

// view takes as many lines as the notice needs, but not more than three.
func (n Notice) view(st style.Styles, next countdown, width int) string {
	const most = 3
	if n.counts && next.Left != "" {
		n.Text = cells.Cut(n.Text, 300) + " Next in " + next.Left + "."
	}
	lines := strings.Split(cells.Wrap(cells.Cut(n.Text, 400), width-3), "\n")
	lines = lines[:min(most, len(lines))]
	text := strings.Join(lines, "\n   ")
	switch {
	case n.Text == "":
		return ""
	case n.Bad:
		return " " + st.Bad.Render("! "+text)
	default:
		return " " + st.Good.Render("✓ ") + text
	}
}

// ShowSuccess shows a notice of success.
func (sh *Shell) ShowSuccess(format string, args ...any) {
	sh.Notice = Notice{Text: fmt.Sprintf(format, args...)}
}

// ShowError shows an error and its hint.
func (sh *Shell) ShowError(err error) {
	text := phrase.Sentence(err.Error())
	if hint := sh.Hint(err); hint != "" {
		text += " " + hint
	}
	sh.Notice = Notice{Text: text, Bad: true}
}

// ShowNotice shows a notice.
func (sh *Shell) ShowNotice(n Notice) { sh.Notice = n }

// RenderError draws an error in the page: the error and its hint.
func (sh *Shell) RenderError(err error, width int) string {
	st := sh.Styles
	out := st.Bad.Render(cells.Wrap("! "+phrase.Sentence(err.Error()), width))
	if hint := sh.Hint(err); hint != "" {
		out += "\n" + st.Plain.Render(cells.Wrap(hint, width))
	}
	return out
}
