package safetext

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
)

// cases has all kinds of input in section 1 of SECURITY.md. An empty text means
// that Text returns the same as Line.
var cases = []struct{ name, in, line, text string }{
	{name: "empty", in: "", line: ""},
	{name: "ascii", in: "Ada's room #1 <ada@example.org> ~", line: "Ada's room #1 <ada@example.org> ~"},
	{name: "scripts", in: "Ünïcödé Ελλάδα Москва 東京 한국 עברית العربية नमस्ते ภาษาไทย", line: "Ünïcödé Ελλάδα Москва 東京 한국 עברית العربية नमस्ते ภาษาไทย"},
	{name: "symbols", in: "« ✓ ○ € — “x” » …", line: "« ✓ ○ € — “x” » …"},

	{name: "spaces", in: "  a  \t b \n", line: "a b", text: "  a       b"},
	{name: "white alone", in: " \t\r\n\u00a0\u2003\u2028 ", line: ""},
	{name: "line breaks", in: "a\nb\r\nc\u0085d\u2028e\u2029f", line: "a b c d e f", text: "a\nb\nc\nd\ne\nf"},
	{name: "empty lines", in: "\n\na\n\n\n\n  b\n\n", line: "a b", text: "a\n\n  b"},
	{name: "wide spaces", in: "a\u00a0\u00a0\u2003\u3000\u1680b", line: "a b", text: "a     b"},
	{name: "blank symbols", in: "a\u2800\u2800b\U0001D159\U0001D159c", line: "a b c", text: "a  b  c"},

	{name: "carriage return", in: "evil\rgood", line: "evil�good"},
	{name: "backspace", in: "evil\b\b\b\bgood", line: "evil�good"},
	{name: "bell and NUL", in: "a\x07b\x00c", line: "a�b�c"},
	{name: "vertical tab and form feed", in: "a\vb\fc", line: "a�b�c"},
	{name: "shift out", in: "a\x0eb\x0fc", line: "a�b�c"},
	{name: "DEL", in: "a\x7fb", line: "a�b"},
	{name: "C1", in: "a\u0084b\u008dc\u009cd", line: "a�b�c�d"},
	{name: "C1 bytes", in: "a\x84b\x8dc\x9cd", line: "a�b�c�d"},

	{name: "colour", in: "\x1b[31mred\x1b[0m", line: "�red�"},
	{name: "conceal", in: "pay \x1b[8mnot\x1b[28m now", line: "pay �not� now"},
	{name: "colons in CSI", in: "a\x1b[38:2::1:2:3mb", line: "a�b"},
	{name: "private CSI", in: "a\x1b[?1049hb\x1b[>4;2mc\x1b[!pd", line: "a�b�c�d"},
	{name: "clear screen", in: "\x1b[2J\x1b[H", line: "�"},
	{name: "CSI in eight bits", in: "a\u009b31mb\x9b31mc", line: "a�b�c"},
	{name: "CSI broken off", in: "a\x1b[31", line: "a�"},
	{name: "CSI broken by a letter", in: "a\x1b[3é", line: "a�é"},
	{name: "ESC alone", in: "a\x1b", line: "a�"},
	{name: "ESC before a letter of no sequence", in: "a\x1bé", line: "a�é"},
	{name: "ESC ESC", in: "a\x1b\x1b[31mb", line: "a�b"},
	{name: "reset", in: "a\x1bcb", line: "a�b"},
	{name: "charset", in: "a\x1b(0b\x1b#8c", line: "a�b�c"},
	{name: "next line in seven bits", in: "a\x1bEb", line: "a�b"},
	{name: "title", in: "a\x1b]0;pwned\x07b\x1b]2;pwned\x1b\\c", line: "a�b�c"},
	{name: "clipboard", in: "a\x1b]52;c;cm0gLXJm\x07b", line: "a�b"},
	{name: "clipboard in eight bits", in: "a\u009d52;c;cm0gLXJm\u009cb\x9d52;c;cm0gLXJm\x9cc", line: "a�b�c"},
	{name: "link", in: "\x1b]8;;https://evil.example\x1b\\good\x1b]8;;\x1b\\", line: "�good�"},
	{name: "notifications", in: "a\x1b]9;x\x07b\x1b]777;notify;x;y\x07c", line: "a�b�c"},
	{name: "DCS", in: "a\x1bP+q544e\x1b\\b\u0090x\u009cc", line: "a�b�c"},
	{name: "APC", in: "a\x1b_Gf=100;AAAA\x1b\\b\u009fx\u009cc", line: "a�b�c"},
	{name: "PM", in: "a\x1b^x\x1b\\b\u009ex\u009cc", line: "a�b�c"},
	{name: "SOS", in: "a\x1bXx\x1b\\b\u0098x\u009cc", line: "a�b�c"},
	{name: "string stopped by CAN", in: "a\x1b]0;x\x18b", line: "a�b"},
	{name: "string stopped by a sequence", in: "a\x1b]0;x\x1b[31mb", line: "a�b"},
	{name: "string without end", in: "a\x1b]0;swallowed", line: "a�"},
	{name: "string without end, then a line", in: "a\x1bPswallowed\nb", line: "a� b", text: "a�\nb"},
	{name: "string without end, lines, then another", in: "a\x1bPx\nb\nc\x1b]0;x\x07d", line: "a� b c�d", text: "a�\nb\nc�d"},
	{name: "a run of things", in: "a\x1b[0m\x07\u200b\u202e\xff\uE000b", line: "a�b"},

	{name: "bidi override", in: "invoice\u202efdp.exe", line: "invoice�fdp.exe"},
	{name: "bidi embeddings", in: "a\u202ab\u202bc\u202cd\u202de", line: "a�b�c�d�e"},
	{name: "bidi isolates", in: "a\u2066b\u2067c\u2068d\u2069e", line: "a�b�c�d�e"},
	{name: "bidi marks", in: "a\u200eb\u200fc\u061cd", line: "a�b�c�d"},
	{name: "zero width", in: "a\u200bb\u2060c\u2064d\ufeffe", line: "a�b�c�d�e"},
	{name: "soft hyphen", in: "ad\u00admin", line: "ad�min"},
	{name: "Mongolian", in: "a\u180eb\u180bc", line: "a�b�c"},
	{name: "grapheme joiner", in: "a\u034fb", line: "a�b"},
	{name: "fillers", in: "a\u115fb\u1160c\u3164d\uffa0e", line: "a�b�c�d�e"},
	{name: "TAG characters", in: "hi\U000E0049\U000E0067\U000E006E\U000E007F", line: "hi�"},
	{name: "hidden only", in: "\u200b\u200c\u200d\ufe0f", line: "�"},
	{name: "annotations", in: "a\ufff9b\ufffac\ufffbd", line: "a�b�c�d"},
	{name: "joiner in ASCII", in: "ad\u200cmin", line: "ad�min"},
	{name: "joiner in Persian", in: "می\u200cخواهم", line: "میخواهم"},
	{name: "selector in ASCII", in: "a\ufe0fb\U000E0100c", line: "a�b�c"},
	{name: "ideographic variation", in: "葛\U000E0100城", line: "葛城"},
	{name: "emoji", in: "👩\u200d👩\u200d👧 ❤\ufe0f 👍\U0001F3FD 1\ufe0f\u20e3 🇩🇪", line: "👩👩👧 ❤ 👍 1\u20e3 🇩🇪"},
	{name: "skin tone alone", in: "\U0001F3FD x\U0001F3FD", line: "� x�"},

	{name: "invalid UTF-8", in: "a\xffb\xc0\xafc\xed\xa0\x80d", line: "a�b�c�d"},
	{name: "half an emoji is no control", in: "a\xf0\x9fb\xf0\x9f\x98", line: "a�b�"},
	{name: "lone surrogates after JSON", in: "a\ufffd\ufffdb", line: "a�b"},
	{name: "private use", in: "a\uE000b\U000F0000c\U0010FFFDd", line: "a�b�c�d"},
	{name: "non-characters", in: "a\uFDD0b\uFFFEc\U0001FFFFd", line: "a�b�c�d"},
	{name: "unassigned", in: "a\u0378b", line: "a�b"},

	{name: "marks", in: "e\u0301 Việt", line: "e\u0301 Việt"},
	{name: "mark flood", in: "Z" + strings.Repeat("\u0337", 99) + "algo", line: "Z\u0337\u0337\u0337\u0337algo"},
	{name: "enclosing flood", in: "x" + strings.Repeat("\u20dd", 99), line: "x\u20dd\u20dd\u20dd\u20dd"},
	{name: "mark without base", in: "\u0301a \u0301b\n\u0301", line: "◌\u0301a ◌\u0301b ◌\u0301", text: "◌\u0301a ◌\u0301b\n◌\u0301"},
	{name: "chained Hangul", in: "a" + strings.Repeat("ᄀ", 99) + "b", line: "a�b"},
	{name: "chained conjuncts", in: "a" + strings.Repeat("क्", 99) + "b", line: "a�b"},
	{name: "letters that join ASCII", in: "0\u0e33", line: "�"},
	{name: "letters that join what follows", in: "a\u0d4e0\U000111c2 b", line: "a�0� b"},
	{name: "conjunct of six letters", in: "कार्त्स्न्र्यम्", line: "कार्त्स्न्र्यम्"},

	{name: "as long as may be", in: strings.Repeat("x", 512), line: strings.Repeat("x", 512)},
	{name: "too long", in: strings.Repeat("界", 513), line: strings.Repeat("界", 511) + "…", text: strings.Repeat("界", 513)},
	{name: "a name of a megabyte", in: strings.Repeat("y", 1<<20), line: strings.Repeat("y", 511) + "…", text: strings.Repeat("y", 1<<16-1) + "…"},
}

func TestLine(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Line(c.in); got != c.line {
				t.Errorf("Line(%.99q)\n got %.99q\nwant %.99q", c.in, got, c.line)
			}
		})
	}
}

func TestText(t *testing.T) {
	for _, c := range cases {
		want := c.text
		if want == "" {
			want = c.line
		}
		t.Run(c.name, func(t *testing.T) {
			if got := Text(c.in); got != want {
				t.Errorf("Text(%.99q)\n got %.99q\nwant %.99q", c.in, got, want)
			}
		})
	}
}

// TestDocumentedPropertiesOfAllCases checks for every case what the fuzzing checks.
func TestDocumentedPropertiesOfAllCases(t *testing.T) {
	for _, c := range cases {
		checkDocumented(t, c.in, Line(c.in), "")
		checkDocumented(t, c.in, Text(c.in), "\n")
	}
}

// TestNoShownRuneJoinsTheNext checks all of Unicode.
func TestNoShownRuneJoinsTheNext(t *testing.T) {
	for r := rune(' '); r <= unicode.MaxRune; r++ {
		if shown(r) && grapheme(string(r)+"x") != string(r) {
			t.Errorf("%U joins with what follows it", r)
		}
	}
}

func TestSafeTextIsReturnedUnchanged(t *testing.T) {
	for _, c := range cases {
		line, text := Line(c.in), Text(c.in)
		if n := testing.AllocsPerRun(10, func() { Line(line) }); n != 0 {
			t.Errorf("%s: cleaning a clean line allocates %v times", c.name, n)
		}
		if n := testing.AllocsPerRun(10, func() { Text(text) }); n != 0 {
			t.Errorf("%s: cleaning a clean text allocates %v times", c.name, n)
		}
	}
}

// Line returns a simple line unchanged without looking closer, so the long way must return
// the same.
func TestSimpleLinesAreSafe(t *testing.T) {
	const bytes = "  aZ~!-0\t\x1b\x7fé"
	found := 0
	for range 20000 {
		line := make([]byte, rand.IntN(8))
		for n := range line {
			line[n] = bytes[rand.IntN(len(bytes))]
		}
		s := string(line)
		if got := limit(scrub(s, false), lineLength); simple(s) && got != s {
			t.Fatalf("%q is %q", s, got)
		}
		if simple(s) {
			found++
		}
	}
	if found < 1000 || simple(strings.Repeat("a", lineLength+1)) {
		t.Errorf("%d lines were simple", found)
	}
}

// BenchmarkLine shows that the time is linear in the length of the text for
// hostile input, too: the MB/s are similar.
func BenchmarkLine(b *testing.B) {
	for name, s := range map[string]string{
		"ascii": "Ada's room #1",
		"words": "東京 Ελλάδα नमस्ते 👩‍👩‍👧",
	} {
		b.Run(name, func(b *testing.B) { bench(b, s) })
	}
	for name, unit := range map[string]string{
		"plain": "x", "marks": "\u0337", "hangul": "ᄀ", "conjuncts": "क्", "escapes": "\x1b[31m", "strings": "\x1b]0;",
		"strings8": "\u009d", "lines": "\x1bPx\n", "invalid": "\xf0", "joiners": "é\u200d", "spaces": " ", "marked": "a\x07",
	} {
		for _, size := range []int{1 << 16, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%dk", name, size>>10), func(b *testing.B) {
				bench(b, strings.Repeat(unit, size/len(unit)))
			})
		}
	}
}

func bench(b *testing.B, s string) {
	b.Helper()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		Line(s)
	}
}
