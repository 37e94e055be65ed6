package terminput

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/google/go-cmp/cmp"
)

// A piece is input that comes after a pause.
type piece struct {
	pause time.Duration
	bytes string
}

// script is a terminal that sends pieces.
type script chan string

func (s script) ReadWithin(p []byte, wait time.Duration) (int, error) {
	ctx := context.Background()
	if wait >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, wait)
		defer cancel()
	}
	select {
	case text, ok := <-s:
		if !ok {
			return 0, io.EOF
		}
		return copy(p, text), nil
	case <-ctx.Done():
		return 0, os.ErrDeadlineExceeded
	}
}

// events returns what Bubble Tea's decoder makes of pieces, as text. It has to run
// in a bubble.
func events(waits Waits, pieces ...piece) []string {
	terminal := make(script)
	r := NewReader(terminal, waits)
	decoded := make(chan uv.Event)
	go func() {
		defer close(decoded)
		_ = uv.NewTerminalReader(r, "xterm-256color").StreamEvents(context.Background(), decoded)
	}()
	go func() {
		for _, p := range pieces {
			time.Sleep(p.pause)
			terminal <- p.bytes
		}
		time.Sleep(time.Minute)
		close(terminal)
	}()
	var got []string
	for event := range decoded {
		switch e := event.(type) {
		case uv.KeyPressEvent:
			got = append(got, e.String())
		case uv.PasteEvent:
			if text, ok := Unbracketed(e.Content); ok {
				got = append(got, "at once: "+text)
			} else {
				got = append(got, "paste: "+e.Content)
			}
		case uv.PasteStartEvent, uv.PasteEndEvent:
		case uv.BackgroundColorEvent:
			got = append(got, "background")
		case uv.MouseClickEvent:
			got = append(got, "click")
		case uv.ModeReportEvent, uv.PrimaryDeviceAttributesEvent, uv.TerminalVersionEvent, uv.KeyboardEnhancementsEvent:
			got = append(got, "reply")
		default:
			got = append(got, "other")
		}
	}
	return got
}

const ms = time.Millisecond

func TestSequencesStayWhole(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []piece
		want   []string
		far    []string // over a connection, if that differs
	}{
		{"Linux console F1 to F5", []piece{{0, "\x1b[[A\x1b[[B\x1b[[C\x1b[[D\x1b[[E"}}, []string{"f1", "f2", "f3", "f4", "f5"}, nil},
		{"Linux console, in pieces", []piece{{0, "\x1b["}, {150 * ms, "["}, {150 * ms, "A"}}, []string{"f1"}, nil},
		{"Linux console, unknown", []piece{{0, "\x1b[[Zj"}}, []string{"j"}, nil},
		{"arrow in two segments", []piece{{0, "\x1b"}, {150 * ms, "[A"}}, []string{"up"}, nil},
		{"arrow in three segments", []piece{{0, "\x1b"}, {150 * ms, "["}, {700 * ms, "A"}}, []string{"up"}, nil},
		{"SS3 in segments", []piece{{0, "\x1b"}, {200 * ms, "O"}, {200 * ms, "B"}}, []string{"down"}, nil},
		{"arrow late", []piece{{0, "\x1b"}, {400 * ms, "[A"}, {50 * ms, "j"}}, []string{"esc", "j"}, []string{"up", "j"}},
		{"arrow late, in pieces", []piece{{0, "\x1b"}, {400 * ms, "["}, {100 * ms, "1;5"}, {100 * ms, "A"}}, []string{"esc"}, []string{"ctrl+up"}},
		{"F1 late", []piece{{0, "\x1b"}, {900 * ms, "OP"}}, []string{"esc"}, nil},
		{"console F1 late", []piece{{0, "\x1b"}, {900 * ms, "[[A"}}, []string{"esc"}, nil},
		{"reply late", []piece{{0, "\x1b"}, {900 * ms, "]11;rgb:1e1e/1e1e/1e1e\x1b\\"}, {0, "k"}}, []string{"esc", "k"}, nil},
		{"a bracket after escape", []piece{{0, "\x1b"}, {600 * ms, "["}, {600 * ms, "A"}}, []string{"esc", "[", "A"}, nil},
		{"no longer late", []piece{{0, "\x1b"}, {3 * time.Second, "[A"}}, []string{"esc", "[", "A"}, nil},
		{"escape, then a key", []piece{{0, "\x1b"}, {120 * ms, "j"}}, []string{"esc", "j"}, nil},
		{"alt", []piece{{0, "\x1bj"}, {time.Second, "\x1b"}, {40 * ms, "j"}}, []string{"alt+j", "alt+j"}, nil},
		{"escape twice", []piece{{0, "\x1b"}, {150 * ms, "\x1b"}}, []string{"esc", "esc"}, nil},
		{"escape and ctrl+c", []piece{{0, "\x1b\x03"}}, []string{"esc", "ctrl+c"}, nil},
		{"alt with an arrow", []piece{{0, "\x1b\x1b[A"}, {time.Second, "\x1b"}, {40 * ms, "\x1b"}, {100 * ms, "[B"}}, []string{"alt+up", "alt+down"}, nil},
		{"key release ends nothing", []piece{{0, "\x1b[97;1:3u"}, {0, "j"}}, []string{"other", "j"}, nil},
		{"Kitty escape", []piece{{0, "\x1b[27"}, {400 * ms, "u"}}, []string{"esc"}, nil},
		{"modifyOtherKeys", []piece{{0, "\x1b[27;5;"}, {400 * ms, "13~"}}, []string{"ctrl+enter"}, nil},
		{"rxvt", []piece{{0, "\x1b[7$"}, {time.Second, "\x1b[7^\x1b[a\x1bOa"}}, []string{"shift+home", "ctrl+home", "shift+up", "ctrl+up"}, nil},
		{"unknown final", []piece{{0, "\x1b[1;2;3w\x1b[?1z\x1bO!x"}}, []string{"x"}, nil},
		{"too many parameters", []piece{{0, "\x1b[" + strings.Repeat("1;", 300) + "Aj"}}, []string{"j"}, nil},
		{"mouse of X10", []piece{{0, "\x1b[M"}, {150 * ms, " A"}, {150 * ms, "x"}}, []string{"click"}, nil},
		{"mouse in pieces", []piece{{0, "\x1b[<0;5"}, {300 * ms, ";5M"}}, []string{"click"}, nil},
		{"background in two pieces", []piece{{0, "\x1b]11;rgb:1e1e/"}, {150 * ms, "1e1e/1e1e\x1b\\"}}, []string{"background"}, nil},
		{"background late", []piece{{0, "\x1b]11;rgb:1e1e/"}, {2 * time.Second, "1e1e/1e1e\x1b"}, {time.Second, "\\"}}, []string{"background"}, nil},
		{"version and attributes", []piece{{0, "\x1bP>|xterm"}, {300 * ms, "(399)\x1b\\\x1b[?62"}, {300 * ms, ";c\x1b[?2026;2$"}, {300 * ms, "y"}}, []string{"reply", "reply", "reply"}, nil},
		{"strings that are unknown", []piece{{0, "\x1bXxA\x1b\\\x1b^x\x1b\\\x1b_yes\x1b\\\x1b]99;x\x07j"}}, []string{"j"}, nil},
		{"long string", []piece{{0, "\x1b]52;c;" + strings.Repeat("eHh4", 200)}, {0, strings.Repeat("eHh4", 2000)[:1000]}, {0, strings.Repeat("x", 1000)}, {0, strings.Repeat("x", 1000)}, {0, strings.Repeat("x", 1000)}, {0, "\x07j"}}, []string{"j"}, nil},
		{"ctrl+c in an unfinished reply", []piece{{0, "\x1b]11;rgb:"}, {100 * ms, "\x03"}}, []string{"ctrl+c"}, nil},
		{"reply that never ends", []piece{{0, "\x1b]11;rgb:"}, {6 * time.Second, "j"}}, []string{"j"}, nil},
		{"alt with a bracket", []piece{{0, "\x1b]x"}}, []string{"alt+]", "x"}, nil},
		{"alt with shift", []piece{{0, "\x1bAx\x1bé\x1b\r"}}, []string{"alt+shift+a", "x", "alt+é", "alt+enter"}, nil},
		{"character in pieces", []piece{{0, "\xc3"}, {300 * ms, "\xa9"}, {0, "\xff"}}, []string{"é"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, waits := range map[string]Waits{"local": Local(), "remote": Remote()} {
				want := tt.want
				if name == "remote" && tt.far != nil {
					want = tt.far
				}
				synctest.Test(t, func(t *testing.T) {
					if d := cmp.Diff(want, events(waits, tt.pieces...)); d != "" {
						t.Errorf("%s: %s", name, d)
					}
				})
			}
		})
	}
}

func TestPastes(t *testing.T) {
	long := strings.Repeat("person@place.example\r", 500)
	var parts []piece
	for text := range slices.Chunk([]byte(long), 700) {
		parts = append(parts, piece{0, string(text)})
	}
	for _, tt := range []struct {
		name   string
		pieces []piece
		want   []string
	}{
		{"lines at once", []piece{{0, "a@x\rb@x\rc@x\r"}}, []string{"at once: a@x\rb@x\rc@x\r"}},
		{"lines in pieces", []piece{{0, "a@x"}, {10 * ms, ".example\r"}, {20 * ms, "b@x\r"}, {5 * ms, "\r"}}, []string{"at once: a@x.example\rb@x\r\r"}},
		{"line feeds", []piece{{0, "a@x\nb@x\n"}}, []string{"at once: a@x\nb@x\n"}},
		{"long", parts, []string{"at once: " + long}},
		{"then a key", []piece{{0, "abc\x1b[A"}, {0, "x"}}, []string{"at once: abc", "up", "x"}},
		{"ctrl+c acts at once", []piece{{0, "abc"}, {0, "\x03"}}, []string{"at once: abc", "ctrl+c"}},
		{"two keys", []piece{{0, "xy"}, {time.Second, "x\r"}, {time.Second, "\r\r\r"}}, []string{"x", "y", "x", "enter", "enter", "enter", "enter"}},
		{"a key that is held", []piece{{0, "jjjjj"}, {0, "j"}}, []string{"j", "j", "j", "j", "j", "j"}},
		{"bracketed", []piece{{0, "\x1b[200~a\x1b[A\rb\x1b]11;x\x1b[20"}, {300 * ms, "1"}, {300 * ms, "~j"}}, []string{"paste: a␛[A\rb␛]11;x", "j"}},
		{"bracketed, Latin-1", []piece{{0, "\x1b[200~\x9d\x90 \xe9\x1b[201~"}}, []string{"paste:  "}},
		{"bracketed, not ended", []piece{{0, "\x1b[200~abc"}, {7 * time.Second, "\x03"}}, []string{"paste: abc", "ctrl+c"}},
		{"brackets in two pieces", []piece{{0, "\x1b[2"}, {300 * ms, "00~xyz\x1b"}, {300 * ms, "[201~"}}, []string{"paste: xyz"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if d := cmp.Diff(tt.want, events(Local(), tt.pieces...)); d != "" {
					t.Error(d)
				}
			})
		})
	}
}
