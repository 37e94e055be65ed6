package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A terminal takes what a screen draws and says when it shows a text.
type terminal struct {
	drawn []byte
	text  []byte
	shown chan struct{}
}

func newTerminal(text string) *terminal {
	return &terminal{text: []byte(text), shown: make(chan struct{})}
}

func (t *terminal) Write(p []byte) (int, error) {
	before := bytes.Contains(t.drawn, t.text)
	t.drawn = append(t.drawn, p...)
	if !before && bytes.Contains(t.drawn, t.text) {
		close(t.shown)
	}
	return len(p), nil
}

// screen is the world of a person at a terminal who keeps things in a
// directory of their own.
func screen(t *testing.T, in io.Reader, out io.Writer) World {
	t.Helper()
	return World{
		In: in, Out: out, Err: io.Discard, InTTY: true, OutTTY: true,
		Env: []string{"TERM=xterm-256color", "MXINVITE_HOME=" + t.TempDir(), "MXINVITE_VAULT_KIND=plain"}, Now: time.Now, Transport: phoneBook(""),
	}
}

func TestScreenOpensAndIsLeft(t *testing.T) {
	for _, tt := range []struct {
		name, title string
		args        []string
	}{
		{"signing in", "\x1b]2;mxinvite", nil},
		{"the demo", "\x1b]2;mxinvite", []string{"demo"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, keys := io.Pipe()
			out := newTerminal(tt.title)
			go func() {
				<-out.shown
				_, _ = io.WriteString(keys, "\x03") // Ctrl+C, which leaves from everywhere
			}()
			w := screen(t, in, out)
			if code := Run(t.Context(), w, tt.args); code != exitOK {
				t.Errorf("ended with %d", code)
			}
			kept, err := os.ReadDir(w.getenv("MXINVITE_HOME"))
			kept = slices.DeleteFunc(kept, func(f os.DirEntry) bool { return f.Name() == "store.db" }) // empty, but there
			if err != nil || len(kept) > 0 {
				t.Errorf("left behind: %v, %v", kept, err)
			}
		})
	}
}

func TestSignalEndsTheScreen(t *testing.T) {
	ctx, signal := context.WithCancel(t.Context())
	in, keys := io.Pipe()
	defer keys.Close()
	out := newTerminal("\x1b]2;mxinvite")
	go func() {
		<-out.shown
		signal()
	}()
	var said bytes.Buffer
	w := screen(t, in, out)
	w.Err = &said
	code := Run(ctx, w, []string{"demo"})
	if d := cmp.Diff("mxinvite: interrupted\n", said.String()); d != "" || code != exitError {
		t.Errorf("ended with %d%s", code, d)
	}
}

func TestLostTerminalEndsTheScreen(t *testing.T) {
	hangup := make(chan os.Signal, 1)
	in, keys := io.Pipe()
	defer keys.Close()
	out := newTerminal("\x1b]2;mxinvite")
	go func() {
		<-out.shown
		hangup <- syscall.SIGHUP
	}()
	w := screen(t, in, out)
	w.Hangup = hangup
	if code := Run(t.Context(), w, []string{"demo"}); code != exitError {
		t.Errorf("ended with %d", code)
	}
}
