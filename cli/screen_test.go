package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// A terminal receives the output of a screen and waits for text.
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

// screen returns the world of a user at a terminal with a private directory.
func screen(t *testing.T, in io.Reader, stdout io.Writer) host.World {
	t.Helper()
	return host.World{
		Streams: out.Streams{
			In:     in,
			Out:    stdout,
			Err:    io.Discard,
			InTTY:  true,
			OutTTY: true,
			Env:    []string{"TERM=xterm-256color", "MXINVITE_HOME=" + t.TempDir(), "MXINVITE_VAULT_KIND=plain"},
			Now:    time.Now,
		},
		Machine: host.Machine{
			Transport: scriptNetwork(""),
		},
	}
}

func TestScreenOpensAndQuits(t *testing.T) {
	for _, tt := range []struct {
		name, title string
		args        []string
	}{
		{"signing in", "\x1b]2;mxinvite", nil},
		{"the demo", "\x1b]2;mxinvite", []string{"demo"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, keys := io.Pipe()
			stdout := newTerminal(tt.title)
			go func() {
				<-stdout.shown
				_, _ = io.WriteString(keys, "\x03") // Ctrl+C quits from every page
			}()
			w := screen(t, in, stdout)
			if code := Run(t.Context(), w, tt.args); code != exit.OK {
				t.Errorf("ended with %d", code)
			}
			kept, err := os.ReadDir(w.Getenv("MXINVITE_HOME"))
			kept = slices.DeleteFunc(kept, func(f os.DirEntry) bool { return f.Name() == "store.db" || f.Name() == "store.db.lock" }) // empty, but set
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
	stdout := newTerminal("\x1b]2;mxinvite")
	go func() {
		<-stdout.shown
		signal()
	}()
	var said bytes.Buffer
	w := screen(t, in, stdout)
	w.Err = &said
	code := Run(ctx, w, []string{"demo"})
	if d := cmp.Diff("mxinvite: interrupted\n", said.String()); d != "" || code != exit.Error {
		t.Errorf("ended with %d%s", code, d)
	}
}

func TestLostTerminalEndsTheScreen(t *testing.T) {
	hangup := make(chan os.Signal, 1)
	in, keys := io.Pipe()
	defer keys.Close()
	stdout := newTerminal("\x1b]2;mxinvite")
	go func() {
		<-stdout.shown
		hangup <- syscall.SIGHUP
	}()
	w := screen(t, in, stdout)
	w.Hangup = hangup
	if code := Run(t.Context(), w, []string{"demo"}); code != exit.Error {
		t.Errorf("ended with %d", code)
	}
}

// The demo is opened on the first page. When it ends, that page is shown again.
func TestDemoOpensAndQuits(t *testing.T) {
	in, keys, err := os.Pipe() // a file: the screen that ends reads no more of it than it needs
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer keys.Close()
	stdout := new(sshtest.Buffer)
	w := screen(t, in, stdout)
	w.Width, w.Height = 100, 30
	// since waits for a text after the first n bytes, and returns the number of bytes.
	since := func(before int, text string) int {
		for range 600 {
			if s := stdout.String(); strings.Contains(s[before:], text) {
				return len(s)
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("nothing said %q", text)
		return before
	}
	go func() {
		before := since(0, "try the demo")
		_, _ = io.WriteString(keys, "\x14") // ctrl+t
		before = since(before, "This is a demo")
		_, _ = io.WriteString(keys, "q")
		since(before, "try the demo")
		_, _ = io.WriteString(keys, "\x03")
	}()
	if code := Run(t.Context(), w, nil); code != exit.OK {
		t.Errorf("ended with %d", code)
	}
}

func TestFilesAreReadForTheScreen(t *testing.T) {
	home := t.TempDir()
	state := `[{"type":"m.room.third_party_invite","room_id":"!a:hs","event_id":"$1","sender":"@ada:hs","state_key":"tok","origin_server_ts":1,
		"content":{"display_name":"g...@n...","public_key":"x"}}, {"type":"m.room.name","room_id":"!a:hs","event_id":"$2","sender":"@ada:hs",
		"state_key":"","origin_server_ts":1,"content":{"name":"Ops\u001b[2J"}}, 7]`
	if err := os.WriteFile(filepath.Join(home, "state.json"), []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	a := host.NewProgram(host.World{Streams: out.Streams{Env: []string{"HOME=" + home}, Now: time.Now, Err: io.Discard}})
	d, err := inspectForScreen(t.Context(), a, "~/state.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Invites) != 1 || d.Invites[0].Token != "tok" || d.Rooms["!a:hs"].Name == "" || !strings.HasPrefix(d.Unread, "1 thing unread: ") {
		t.Errorf("read %+v", d)
	}
	for file, want := range map[string]string{"~/none.json": "no such file", "-": errNoFile.Error(), "~/": errNoFile.Error(), os.DevNull: errNoFile.Error()} {
		if _, err := inspectForScreen(t.Context(), a, file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
