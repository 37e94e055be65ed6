package style

import (
	"testing"

	"github.com/mxinvite/mxinvite/ui/cells"
)

func TestASCIIKeepsWidths(t *testing.T) {
	for _, s := range []string{"plain", "✓ joined", "日本語", "👩‍👩‍👧 family", "e\u0301", "\x1b[1m●\x1b[m live", "╭──╮", "🇩🇪", "क्षि", `\`} {
		got := ASCII(s)
		if !isASCII(got) || cells.Width(got) != cells.Width(s) {
			t.Errorf("%q becomes %q, %d cells instead of %d", s, got, cells.Width(got), cells.Width(s))
		}
	}
	for s, want := range map[string]string{"╭─╮": "+-+", "▌◔": ">.", "\x1b[1m✓": "\x1b[1m+", "⠦⠧": "\\\\", "é": "?", "▁▂▃▄▅▆▇": "_.:-=+*", "━╌─": "=~-"} {
		if got := ASCII(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}
