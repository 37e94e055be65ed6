package ui

import "testing"

func TestASCIIKeepsWidths(t *testing.T) {
	for _, s := range []string{"plain", "✓ joined", "日本語", "👩‍👩‍👧 family", "e\u0301", "\x1b[1m●\x1b[m live", "╭──╮", "🇩🇪", "क्षि", `\`} {
		got := ascii(s)
		if !isASCII(got) || lineWidth(got) != lineWidth(s) {
			t.Errorf("%q becomes %q, %d cells instead of %d", s, got, lineWidth(got), lineWidth(s))
		}
	}
	for s, want := range map[string]string{"╭─╮": "+-+", "▌◔": ">.", "\x1b[1m✓": "\x1b[1m+", "⠦⠧": "\\\\", "é": "?"} {
		if got := ascii(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}
