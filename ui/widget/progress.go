package widget

import (
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/ui/style"
)

// Progress is the progress of a long operation. The zero value means that there is
// no operation.
type Progress struct{ Done, Total int }

// None reports whether the operation has too few steps to show its progress.
func (p Progress) None() bool { return p.Total < 2 }

// Bar draws the progress in width columns, followed by the numbers. The finished part
// differs in its characters, not only in its colour.
func (p Progress) Bar(st style.Styles, width int) string {
	full := width * p.Done / max(1, p.Total)
	return st.Accent.Render(strings.Repeat("━", full)) + st.Rule.Render(strings.Repeat("─", width-full)) +
		fmt.Sprintf(" %d of %d", p.Done, p.Total)
}
