package ui

import (
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/style"
)

// A notice is a line about something that just happened.
type notice struct {
	text   string
	bad    bool
	counts bool // it ends with the time until the next invite goes out
}

// view takes as many lines as the notice needs, but not more than three.
func (n notice) view(st style.Styles, next countdown, width int) string {
	const most = 3
	if n.counts && next.left != "" {
		n.text = cells.Cut(n.text, 300) + " Next in " + next.left + "."
	}
	lines := strings.Split(cells.Wrap(cells.Cut(n.text, 400), width-3), "\n")
	lines = lines[:min(most, len(lines))]
	text := strings.Join(lines, "\n   ")
	switch {
	case n.text == "":
		return ""
	case n.bad:
		return " " + st.Bad.Render("! "+text)
	default:
		return " " + st.Good.Render("✓ ") + text
	}
}

// say tells that something worked.
func (sh *shell) say(format string, args ...any) {
	sh.notice = notice{text: fmt.Sprintf(format, args...)}
}

// complain tells that something did not work, and what to do.
func (sh *shell) complain(err error) {
	text := phrase.Sentence(err.Error())
	if hint := sh.hint(err); hint != "" {
		text += " " + hint
	}
	sh.notice = notice{text: text, bad: true}
}

// tell shows a notice.
func (sh *shell) tell(n notice) { sh.notice = n }

// problem shows an error in the page: what happened, and what to do about it.
func (sh *shell) problem(err error, width int) string {
	st := sh.styles
	out := st.Bad.Render(cells.Wrap("! "+phrase.Sentence(err.Error()), width))
	if hint := sh.hint(err); hint != "" {
		out += "\n" + st.Plain.Render(cells.Wrap(hint, width))
	}
	return out
}
