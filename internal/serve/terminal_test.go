package serve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

// recorder is a channel that records output.
type recorder struct {
	io.Reader
	bytes.Buffer
}

func (p *recorder) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func (p *recorder) Write(b []byte) (int, error) { return p.Buffer.Write(b) }

func typing(keys io.Reader) (*Terminal, *recorder, *int) {
	p, interrupts := &recorder{Reader: keys}, 0
	t := newTerminal(nil, func() {}, func() { interrupts++ })
	t.channel, t.out = p, p
	return t, p, &interrupts
}

func typed(keys string) (*Terminal, *recorder, *int) {
	t, p, interrupts := typing(strings.NewReader(keys))
	t.listen()
	return t, p, interrupts
}

func TestCommandReadsLines(t *testing.T) {
	for keys, want := range map[string]struct{ read, shown string }{
		"yes\r":                {"yes\n", "yes\r\n"},
		"ye\x7fs\r\n":          {"ys\n", "ye\b \bs\r\n"},
		"one\rtwo\r":           {"one\ntwo\n", "one\r\ntwo\r\n"},
		"\r\n\r\n":             {"\n\n", "\r\n\r\n"},
		"a\x04":                {"a", "a"},
		"no end":               {"no end", "no end"},
		"\x04not in this read": {"", ""},
	} {
		term, shown, _ := typed(keys)
		read, err := io.ReadAll(term)
		if string(read) != want.read || shown.String() != want.shown || err != nil {
			t.Errorf("%q: read %q, shown %q, %v", keys, read, shown.String(), err)
		}
	}
}

func TestEndOfInputIsReportedOnce(t *testing.T) {
	term, _, _ := typed("list\x04\x04answer\r")
	if list, err := io.ReadAll(term); string(list) != "list" || err != nil {
		t.Errorf("read %q, %v", list, err)
	}
	if line, err := term.ReadLine(t.Context(), true); line != "answer" || err != nil {
		t.Errorf("then %q, %v", line, err)
	}
	if line, err := term.ReadLine(t.Context(), true); !errors.Is(err, io.EOF) {
		t.Errorf("at the end %q, %v", line, err)
	}
}

func TestReadLineWithoutEchoShowsNothing(t *testing.T) {
	term, shown, _ := typed("secreT\x7ft\rshown\r")
	if line, err := term.ReadLine(t.Context(), false); line != "secret" || err != nil || shown.Len() > 0 {
		t.Errorf("read %q, %v, shown %q", line, err, shown.String())
	}
	if line, err := term.ReadLine(t.Context(), true); line != "shown" || err != nil || shown.String() != "shown\r\n" {
		t.Errorf("read %q, %v, shown %q", line, err, shown.String())
	}
}

func TestCtrlCInterruptsCommandsButNotScreens(t *testing.T) {
	term, shown, interrupts := typed("abc\x03")
	if *interrupts != 1 || shown.String() != "^C\r\n" || len(term.ahead) > 0 {
		t.Errorf("%d interrupts, shown %q, kept %q", *interrupts, shown.String(), term.ahead)
	}
	term, _, interrupts = typing(strings.NewReader("abc\x03"))
	screen := term.Keys(t.Context())
	term.listen()
	if read, _ := io.ReadAll(screen); string(read) != "abc\x03" || *interrupts != 0 {
		t.Errorf("the screen got %q, and %d interrupts", read, *interrupts)
	}
}

// A client that reads nothing blocks its own session, not the server.
func TestCtrlCWorksIfTheClientReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term, _, interrupts := typing(nil)
		shown, out := io.Pipe()
		term.channel = struct {
			io.Reader
			io.Writer
		}{strings.NewReader("\x03"), out}
		go term.listen()
		synctest.Wait()
		term.resize(windowSize{Columns: 80, Rows: 24})
		if size := term.Size(); size.Width != 80 {
			t.Errorf("the size is %v", size)
		}
		shown.Close()
		synctest.Wait()
		if *interrupts != 1 {
			t.Errorf("%d interrupts", *interrupts)
		}
	})
}

func TestScreenGetsInputTypedBeforeIt(t *testing.T) {
	term, shown, _ := typed("i\tgrace")
	if read, _ := io.ReadAll(term.Keys(t.Context())); string(read) != "i\tgrace" || shown.Len() > 0 {
		t.Errorf("the screen got %q, and %q was shown", read, shown.String())
	}
}

// A screen that has ended may still be reading a key.
func TestLinesCanBeReadAfterAScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keyboard, keys := io.Pipe()
		term, shown, interrupts := typing(keyboard)
		go term.listen()
		ctx, leave := context.WithCancel(t.Context())
		screen := term.Keys(ctx)
		left := make(chan error)
		go func() {
			_, err := screen.Read(make([]byte, 9))
			left <- err
		}()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, io.EOF) {
			t.Errorf("the screen read on: %v", err)
		}
		go func() { _, _ = io.WriteString(keys, "yes\r") }()
		if line, err := term.ReadLine(t.Context(), true); line != "yes" || err != nil || shown.String() != "yes\r\n" {
			t.Errorf("read %q, %v, shown %q", line, err, shown.String())
		}
		_, _ = io.WriteString(keys, "\x03")
		keys.Close()
		synctest.Wait()
		if *interrupts != 1 {
			t.Errorf("%d interrupts", *interrupts)
		}
	})
}

func TestReadLineIsInterruptedByTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keyboard, keys := io.Pipe()
		defer keys.Close()
		term, _, _ := typing(keyboard)
		go term.listen()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, _ = io.WriteString(keys, "half a li")
			synctest.Wait()
			cancel()
		}()
		if line, err := term.ReadLine(ctx, true); line != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("read %q, %v", line, err)
		}
	})
}

func TestInputBeyondTheBufferIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := strings.Repeat("0123456789\r", maxAhead/10)
		term, _, _ := typing(strings.NewReader(lines))
		go term.listen()
		synctest.Wait()
		if read, err := io.ReadAll(term); string(read) != strings.ReplaceAll(lines, "\r", "\n") || err != nil {
			t.Errorf("%d bytes of %d are read, %v", len(read), len(lines), err)
		}
	})
}
