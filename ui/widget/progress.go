package widget

import (
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/ui/style"
)

// Progress is how far something has come that takes long; the zero progress is
// of nothing.
type Progress struct{ Done, Total int }

// None reports whether there is too little to show progress of.
func (p Progress) None() bool { return p.Total < 2 }

// Bar draws it in so many columns, with the numbers behind it. What is done differs
// not by colour alone.
func (p Progress) Bar(st style.Styles, width int) string {
	full := width * p.Done / max(1, p.Total)
	return st.Accent.Render(strings.Repeat("━", full)) + st.Rule.Render(strings.Repeat("─", width-full)) +
		fmt.Sprintf(" %d of %d", p.Done, p.Total)
}
