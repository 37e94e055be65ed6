package out

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

func TestLongOperationShowsStatus(t *testing.T) {
	for _, tt := range []struct {
		name  string
		takes time.Duration
		want  string
	}{
		{"short work", statusDelay / 2, ""},
		{"long work", 2 * statusDelay, "Counting…\r         \r"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var err bytes.Buffer
				p := &Printer{Streams: Streams{Err: &err, ErrTTY: true}}
				failure := errors.New("lost count")
				got := p.During(t.Context(), "Counting", func(context.Context) error {
					time.Sleep(tt.takes)
					return failure
				})
				if !errors.Is(got, failure) || err.String() != tt.want {
					t.Errorf("%v, and said %q; want %q", got, err.String(), tt.want)
				}
			})
		})
	}
}

func TestQuestionReadsOnlyOneLine(t *testing.T) {
	in := strings.NewReader("ada\nsecret\n")
	p := &Printer{Streams: Streams{In: in, Err: io.Discard}}
	if answer, err := p.Ask(t.Context(), "Who?"); answer != "ada" || err != nil {
		t.Fatalf("got %q, %v", answer, err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "secret\n" {
		t.Errorf("%q is left", rest)
	}
}

func TestInterruptEndsAQuestion(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, w := io.Pipe()
	defer w.Close()
	p := &Printer{Streams: Streams{In: in, Err: io.Discard}}
	if yes, err := p.Confirm(ctx, "Really?"); yes || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", yes, err)
	}
}

// caught returns the panic of f.
func caught(f func()) any {
	err := panicgroup.Try(func() error { f(); return nil })
	if p, ok := errors.AsType[*panicgroup.Panic](err); ok {
		return p.Value
	}
	return nil
}

func TestStatusHasTheCountOnceItIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		p := &Printer{Streams: Streams{Err: &said, ErrTTY: true, Now: time.Now, Location: time.UTC}}
		var done atomic.Int64
		count := func() (string, int, int) {
			if n := int(done.Load()); n > 0 {
				return "Reading", n, 1000
			}
			return "Reading", 0, 0
		}
		_ = p.DuringCount(t.Context(), count, func(context.Context) error {
			time.Sleep(statusDelay + time.Millisecond)
			done.Store(20)
			time.Sleep(2 * statusDelay)
			return nil
		})
		if got := said.String(); !strings.HasPrefix(got, "Reading…\r        \rReading: 20 of 1000, done at ") {
			t.Errorf("%q", got)
		}
	})
}

func TestStatusPanicReachesCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Printer{Streams: Streams{Err: broken{}, ErrTTY: true}}
		work := func(context.Context) error { time.Sleep(2 * statusDelay); return nil }
		if got := caught(func() { _ = p.During(t.Context(), "Counting", work) }); got != "broken" {
			t.Errorf("heard %v", got)
		}
	})
}

// broken is a stream that panics.
type broken struct{}

func (broken) Read([]byte) (int, error) { panic("broken") }

func (broken) Write([]byte) (int, error) { panic("broken") }

func TestQuestionPanicReachesCaller(t *testing.T) {
	p := &Printer{Streams: Streams{In: broken{}, Err: io.Discard}}
	if got := caught(func() { _, _ = p.Ask(t.Context(), "Who?") }); got != "broken" {
		t.Errorf("heard %v", got)
	}
}

// In the accessible mode, messages, questions and rows break between words at any
// width, and lose no text.
func TestAccessibleModeBreaksBetweenWords(t *testing.T) {
	const text = "You may invite 日本語のなまえ and Ada to the room, which has 26 members and an alias. Type yes or no. Enter alone means no."
	for _, width := range []int{80, 40} {
		var said, written bytes.Buffer
		p := &Printer{Accessible: true, Streams: Streams{
			Out: &written, Err: &said, In: strings.NewReader("\n"), OutTTY: true, ErrTTY: true, Width: width,
		}}
		p.Message("%s", text)
		p.Message("  %s", text)
		if _, err := p.Ask(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		rows := &Table{Columns: []Column{{Title: "ROOM"}, {Title: "TEXT"}}}
		rows.Add(Text("日本語 room"), Cell{Shown: text, Exact: text})
		if err := p.WriteTable(rows); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(said.String() + "\n" + written.String()) {
			if got := ansi.StringWidth(strings.TrimRight(line, " \n")); got > width {
				t.Errorf("%d cells in a terminal of %d: %q", got, width, line)
			}
		}
		if words := strings.Fields(said.String()); strings.Join(words, " ") != strings.Join([]string{text, text, text}, " ") {
			t.Errorf("at %d cells it says %q", width, words)
		}
		if got := strings.Join(strings.Fields(written.String()), " "); !strings.HasPrefix(got, "room 日本語 room, text You may invite") {
			t.Errorf("at %d cells it writes %q", width, got)
		}
	}
}

func TestMessagesBreakBetweenWords(t *testing.T) {
	const address = "https://example.org/a-long-address-of-a-page"
	for text, want := range map[string]string{
		"one two three four": "one two\nthree four",
		"see " + address:     "see\n" + address,
		"  a row of a list":  "  a row of a list",
		"one two\nthree":     "one two\nthree",
	} {
		p := &Printer{Streams: Streams{ErrTTY: true, Width: 10}}
		if got := p.Wrap(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if got := new(Printer).Wrap(text); got != text {
			t.Errorf("without a terminal %q is %q", text, got)
		}
	}
}
