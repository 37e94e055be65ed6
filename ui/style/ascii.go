package style

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/wording"
)

// ASCII replaces all characters of a screen outside of ASCII, each by one of the same
// width. It is the last step of drawing, so that pages need not know about it. A
// letter that ASCII does not have becomes a question mark.
func ASCII(screen string) string {
	var b strings.Builder
	var state byte
	for screen != "" {
		seq, width, n, next := ansi.DecodeSequence(screen, state, nil)
		screen, state = screen[n:], next
		switch sign, known := asciiSign(seq); {
		case isASCII(seq):
			b.WriteString(seq)
		case known:
			b.WriteByte(sign)
		default:
			b.WriteString(strings.Repeat("?", width))
		}
	}
	return b.String()
}

// isASCII reports whether a text has only ASCII characters.
func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// asciiSign returns the ASCII character that replaces a glyph of this program.
func asciiSign(s string) (sign byte, ok bool) {
	if char, ok := wording.ASCII(s); ok {
		return char, true
	}
	const signs = "◌.…~↑^↓v←<→-▸>▾v▌>│|─-╭+╮+╰+╯+━=╸=╌~▁_▂.▃:▄-▅=▆+▇*⠋|⠙|⠹/⠸/⠼-⠴-⠦\\⠧\\⠇|⠏|"
	_, rest, ok := strings.Cut(signs, s)
	if !ok || rest == "" || utf8.RuneCountInString(s) != 1 {
		return 0, false
	}
	return rest[0], true
}
