package serve

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// paper is a channel that shows what was written to it.
type paper struct {
	io.Reader
	bytes.Buffer
}

func (p *paper) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func (p *paper) Write(b []byte) (int, error) { return p.Buffer.Write(b) }

func typing(keys string) (*Terminal, *paper, *int) {
	p, interrupts := &paper{Reader: strings.NewReader(keys)}, 0
	t := newTerminal(nil, func() {}, func() { interrupts++ })
	t.channel, t.out = p, p
	return t, p, &interrupts
}

func TestLinesCanBeMendedWhileTheyAreTyped(t *testing.T) {
	for keys, want := range map[string]struct{ read, shown string }{
		"yes\r":          {"yes\n", "yes\r\n"},
		"ye\x7fs\r":      {"ys\n", "ye\b \bs\r\n"},
		"gr\u00fc\x7f\r": {"gr\n", "gr\u00fc\b \b\r\n"},
		"\u4f60\x7fx\r":  {"x\n", "\u4f60\b \b\b \bx\r\n"},
		"abc\x15d\r":     {"d\n", "abc\b \b\b \b\b \bd\r\n"},
		"\x7f\x7f\r":     {"\n", "\r\n"},
		"a\x00\x1bb\x04": {"ab", "ab"},
		"\x04never read": {"", ""},
		"one\rtwo\r":     {"one\ntwo\n", "one\r\ntwo\r\n"},
	} {
		term, shown, _ := typing(keys)
		term.listen()
		read, err := io.ReadAll(term)
		if string(read) != want.read || shown.String() != want.shown || err != nil {
			t.Errorf("%q: read %q, shown %q, %v", keys, read, shown.String(), err)
		}
	}
}

func TestHiddenLineIsNotShown(t *testing.T) {
	term, shown, _ := typing("secret\x7ft\r")
	term.Hide(true)
	term.listen()
	if read, _ := io.ReadAll(term); string(read) != "secret\n" || shown.Len() > 0 {
		t.Errorf("read %q, shown %q", read, shown.String())
	}
}

func TestInterruptKeyInterruptsACommandAndNoScreen(t *testing.T) {
	term, _, interrupts := typing("abc\x03")
	term.listen()
	if *interrupts != 1 {
		t.Error("the command goes on")
	}
	term, _, interrupts = typing("abc\x03")
	term.Raw()
	term.listen()
	if read, _ := io.ReadAll(term); string(read) != "abc\x03" || *interrupts != 0 {
		t.Errorf("the screen got %q, and %d interrupts", read, *interrupts)
	}
}

func TestTypedAheadIsKeptForTheScreen(t *testing.T) {
	term, _, _ := typing("i\tgrace")
	term.listen()
	term.Raw()
	if read, _ := io.ReadAll(term); string(read) != "i\tgrace" {
		t.Errorf("the screen got %q", read)
	}
}
