package safetext

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

func FuzzLine(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		checkDocumented(t, s, got, "")
		if again := Line(got); again != got {
			t.Errorf("Line(%q) = %+q, and once more %+q", s, got, again)
		}
		if strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
			t.Errorf("Line(%q) = %+q, which is not tidy", s, got)
		}
	})
}

func FuzzText(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		checkDocumented(t, s, got, "\n")
		if again := Text(got); again != got {
			t.Errorf("Text(%q) = %+q, and once more %+q", s, got, again)
		}
	})
}

// TestRandomCombinationsOfSpecialStrings combines at random the strings that have a meaning in some
// rule. Fuzzing rarely finds such combinations.
func TestRandomCombinationsOfSpecialStrings(t *testing.T) {
	pieces := strings.Split("a|0|é|界|ᄀ|ᅡ|क|क्|\u0d4e|\u0e33|\u0903|\u0301|\u20dd|🇩|👩|ﾞ|�|◌|…| |  |\t|\n|\n\n\n|\r|\r\n|\u2028|\u3000|"+
		"\u200d|\ufe0f|\U0001F3FD|\u200b|\u202e|\U000E0041|\x1b|\x1b[|\x1b[1m|\x1b]0;|\x07|\x1b\\|\u009b|\u009d|\x9c|\xf0|\x9f|\xff|[|]|;|1m|\\", "|")
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		var b strings.Builder
		for range random.IntN(24) {
			b.WriteString(strings.Repeat(pieces[random.IntN(len(pieces))], 1+random.IntN(2)*random.IntN(20)))
		}
		in := b.String()
		for name, clean := range map[string]func(string) string{
			"Line":            Line,
			"Text":            Text,
			"Line of seven":   func(s string) string { return limit(scrub(s, false), 7) },
			"Text of seven":   func(s string) string { return limit(scrub(s, true), 7) },
			"a Line of Text":  func(s string) string { return Line(Text(s)) },
			"a Text of lines": func(s string) string { return Text(Line(s)) },
		} {
			out := clean(in)
			if i%200 == 0 { // it is slow
				checkDocumented(t, in, out, "\n")
			}
			if again := clean(out); again != out {
				t.Errorf("%s of %q is %+q, and once more %+q", name, in, out, again)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// seed seeds the fuzzing with the strings of the other tests.
func seed(f *testing.F) {
	f.Helper()
	for _, c := range cases {
		f.Add(c.in)
	}
}

// checkDocumented checks the documented properties of Line and Text for a string.
func checkDocumented(t *testing.T, in, s, controls string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("%q -> %+q: not UTF-8", in, s)
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) && !strings.ContainsRune(controls, r) {
			t.Errorf("%q -> %+q: has %U", in, s, r)
		}
		if unicode.In(r, unicode.Cf, unicode.Co, unicode.Bidi_Control, unicode.Join_Control,
			unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point) {
			t.Errorf("%q -> %+q: has %U", in, s, r)
		}
	}
	for line := range strings.SplitSeq(s, "\n") {
		fillsCells(t, in, line)
	}
}

// fillsCells writes s to a terminal and checks that it only fills cells, as
// many as measured.
func fillsCells(t *testing.T, in, s string) {
	t.Helper()
	width, sum := ansi.StringWidth(s), 0
	for rest := s; rest != ""; {
		c, w := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest, sum = rest[len(c):], sum+w
	}
	if width != sum {
		t.Errorf("%q -> %+q: is %d wide, its graphemes %d", in, s, width, sum)
	}
	emu := vt.NewEmulator(width+2, 2)
	answers := make(chan string)
	go func() {
		b, _ := io.ReadAll(emu)
		answers <- string(b)
	}()
	var happened []string
	emu.SetCallbacks(vt.Callbacks{
		Bell:             func() { happened = append(happened, "bell") },
		Title:            func(string) { happened = append(happened, "title") },
		IconName:         func(string) { happened = append(happened, "icon") },
		AltScreen:        func(bool) { happened = append(happened, "screen") },
		CursorVisibility: func(bool) { happened = append(happened, "cursor") },
		WorkingDirectory: func(string) { happened = append(happened, "directory") },
		EnableMode:       func(ansi.Mode) { happened = append(happened, "mode") },
		DisableMode:      func(ansi.Mode) { happened = append(happened, "mode") },
	})
	_, _ = emu.WriteString(s)
	if pos := emu.CursorPosition(); pos.X != width || pos.Y != 0 {
		t.Errorf("%q -> %+q: is %d wide, the cursor went to %d,%d", in, s, width, pos.X, pos.Y)
	}
	_ = emu.InputPipe().(io.Closer).Close()
	if a := <-answers; a != "" || happened != nil {
		t.Errorf("%q -> %+q: the terminal answered %q and did %q", in, s, a, happened)
	}
}
