package lineedit

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// typed types keys up to the first Enter or End and returns the output.
func typed(e *Editor, keys string) (shown, rest string, event Event) {
	for i := range len(keys) {
		echo, event := e.Type(keys[i])
		shown += echo
		if event != None {
			return shown, keys[i+1:], event
		}
	}
	return shown, "", None
}

func TestKeysEditTheLine(t *testing.T) {
	const back = "\b \b"
	for _, tt := range []struct {
		name, keys, text, shown string
		event                   Event
	}{
		{"Enter", "yes\r", "yes", "yes\r\n", Enter},
		{"line feed", "yes\n", "yes", "yes\r\n", Enter},
		{"backspace", "ye\x7fs\r", "ys", "ye" + back + "s\r\n", Enter},
		{"ctrl+h", "ye\bs\r", "ys", "ye" + back + "s\r\n", Enter},
		{"backspace on an empty line", "\x7f\b\r", "", "\r\n", Enter},
		{"backspace on two bytes", "gr\u00fc\x7f", "gr", "gr\u00fc" + back, None},
		{"backspace on a wide letter", "\u4f60\x7fx", "x", "\u4f60" + back + back + "x", None},
		{"backspace on a combined letter", "ae\u0301\x7f", "a", "ae\u0301" + back, None},
		{"backspace on a tab", "a\t\x7f", "a", "a " + back, None},
		{"backspace on a broken letter", "a\xff\x7f", "a", "a\xff" + back, None},
		{"ctrl+u", "abc\x15d", "d", "abc" + back + back + back + "d", None},
		{"ctrl+w", "one two  \x17", "one ", "one two  " + strings.Repeat(back, 5), None},
		{"ctrl+w on one word", "one\x17", "", "one" + back + back + back, None},
		{"ctrl+w on an empty line", "\x17", "", "", None},
		{"ctrl+d", "\x04", "", "", End},
		{"ctrl+d after text", "ab\x04", "ab", "ab", End},
		{"other control characters", "a\x00\x1a\x07b", "ab", "ab", None},
		{"arrow keys", "a\x1b[D\x1bOAb\x1b[1;5Cc", "abc", "abc", None},
		{"pasted text", "\x1b[200~secret\x1b[201~\r", "secret", "secret\r\n", Enter},
		{"an answer of the terminal", "a\x1b]11;rgb:0000/0000/0000\x1b\\b\x1b]11;?\ac\x1bP1$r\x1b\\d", "abcd", "abcd", None},
		{"Esc before a letter", "\x1bab", "ab", "ab", None},
		{"Esc before Enter", "a\x1b\r", "a", "a\r\n", Enter},
		{"Enter in a sequence that does not end", "a\x1b]0;x\r", "a", "a\r\n", Enter},
		{"backspace after Esc", "ab\x1b\x7f", "a", "ab" + back, None},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var e Editor
			shown, _, event := typed(&e, tt.keys)
			if e.Text() != tt.text || shown != tt.shown || event != tt.event {
				t.Errorf("%q makes %q, shows %q, ends with %d", tt.keys, e.Text(), shown, event)
			}
		})
	}
}

func TestEveryLineEndingIsOneEnter(t *testing.T) {
	for _, ending := range []string{"\r", "\n", "\r\n"} {
		var e Editor
		rest := "one" + ending + "two" + ending + ending + "x"
		var lines []string
		for rest != "" {
			var event Event
			if _, rest, event = typed(&e, rest); event == Enter {
				lines = append(lines, e.Text())
				e.Next()
			}
		}
		if got := strings.Join(lines, "|"); got != "one|two|" || e.Text() != "x" {
			t.Errorf("with %q there are the lines %q and then %q", ending, got, e.Text())
		}
	}
}

func TestTooLongLineRingsTheBell(t *testing.T) {
	var e Editor
	shown, _, _ := typed(&e, strings.Repeat("x", maxLine+2))
	if len(e.Text()) != maxLine || !strings.HasSuffix(shown, "x\a\a") {
		t.Errorf("%d bytes, shown to the end: %q", len(e.Text()), shown[len(shown)-4:])
	}
}

func TestCleanKeepsTheText(t *testing.T) {
	for line, want := range map[string]string{
		"correct horse": "correct horse", " two  spaces ": " two  spaces ", "\x1b[200~pasted\x1b[201~": "pasted", "\u4f60\tgr\u00fc\u00df\r": "\u4f60\tgr\u00fc\u00df",
	} {
		if got := Clean(line); got != want {
			t.Errorf("%q became %q", line, got)
		}
	}
}

func FuzzEditor(f *testing.F) {
	f.Add("a\x1b[200~b\x7f\u4f60\x17\x15\r\n")
	f.Fuzz(func(t *testing.T, keys string) {
		var e Editor
		for i := range len(keys) {
			echo, event := e.Type(keys[i])
			if event == Enter {
				e.Next()
			}
			if strings.Contains(echo, "\x1b") || strings.ContainsAny(e.Text(), "\x1b\r\n\x00") || len(e.Text()) > maxLine {
				t.Fatalf("%q shows %q and makes %q", keys[:i+1], echo, e.Text())
			}
		}
		if utf8.ValidString(e.Text()) && Clean(e.Text()) != e.Text() {
			t.Errorf("%q is cleaned to %q", e.Text(), Clean(e.Text()))
		}
	})
}
