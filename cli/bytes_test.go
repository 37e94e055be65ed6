package cli

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/sshtest"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

// TestTerminalsGetSupportedSequences compares everything that a kind of
// terminal is told, while the demo opens and is left, with a golden file: each
// escape sequence once, without positions. The text between them is that of the
// goldens of package ui.
//
// How the renderer gets from one frame to the next depends on which frames were drawn,
// and that on how far the demo had come at each of its ticks. So a terminal may be sent
// those of the golden's sequences that move the cursor or change cells, and no others;
// all other sequences are the same each time. With -update such a sequence is added to
// the golden and none is removed.
func TestTerminalsGetSupportedSequences(t *testing.T) {
	for name, env := range map[string][]string{
		"xterm":           {"TERM=xterm"},
		"xterm-256color":  {"TERM=xterm-256color"},
		"truecolor":       {"TERM=xterm-256color", "COLORTERM=truecolor"},
		"tmux-256color":   {"TERM=tmux-256color"},
		"linux":           {"TERM=linux"},
		"vt100":           {"TERM=vt100"},
		"dumb":            {"TERM=dumb"},
		"none":            {"TERM="},
		"no-color":        {"TERM=xterm-256color", "NO_COLOR=1"},
		"ssh":             {"TERM=xterm-256color", "SSH_TTY=/dev/pts/1"},
		"ssh-without":     {"TERM=xterm-256color", "SSH_TTY=/dev/pts/1", "MXINVITE_SYNC_OUTPUT=off"},
		"synchronized-on": {"TERM=xterm-256color", "MXINVITE_SYNC_OUTPUT=on"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			synctest.Test(t, func(t *testing.T) { got = told(t, env) })
			path := filepath.Join("testdata", "bytes", name+".golden")
			golden, err := os.ReadFile(path)
			if err != nil && !termtest.Update() {
				t.Fatal(err)
			}
			want := strings.Split(strings.TrimSuffix(string(golden), "\n"), "\n")
			for _, s := range want {
				if drawing.MatchString(s) && !slices.Contains(got, s) {
					got = append(got, s) // this sequence was not used this time
				}
			}
			slices.Sort(got)
			if termtest.Update() {
				if err := os.WriteFile(path, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("run with -update and look at it: %s", d)
			}
		})
	}
}

// told runs the demo and returns its output to the terminal: escape sequences, and
// lines of standard error.
func told(t *testing.T, env []string) []string {
	t.Helper()
	in, keys := io.Pipe()
	stdout, said := new(sshtest.Buffer), new(sshtest.Buffer)
	w := host.World{
		Streams: out.Streams{
			In:     in,
			Out:    stdout,
			Err:    said,
			InTTY:  true,
			OutTTY: true,
			Width:  120,
			Height: 32,
			Env:    append([]string{"MXINVITE_HOME=" + t.TempDir()}, env...),
			Now:    time.Now,
		},
	}
	go func() {
		time.Sleep(3 * time.Second)
		before := len(stdout.String())
		time.Sleep(5 * time.Second)
		if after := len(stdout.String()); after != before {
			t.Errorf("%d bytes were written while nothing happened", after-before)
		}
		_, _ = io.WriteString(keys, "\x03")
		_ = keys.Close() // so that unread input blocks no sender
	}()
	if code := Run(t.Context(), w, []string{"demo", "--no-tour"}); code != exit.OK && said.String() == "" {
		t.Errorf("ended with %d", code)
	}
	_ = in.Close()
	time.Sleep(2 * time.Minute) // timers that cannot be cancelled
	lines := sequences(stdout.String())
	if text := strings.TrimSuffix(said.String(), "\n"); text != "" {
		lines = append(lines, strings.Split(text, "\n")...)
	}
	return lines
}

var (
	sequence = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|[\\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\\\)|[ -/]*[0-~])|[\x00-\x09\x0b-\x0c\x0e-\x1a\x1c-\x1f\x7f]")
	number   = regexp.MustCompile(`[0-9]+`)
	sgr      = regexp.MustCompile(`[34]8[;:]5[;:][0-9]+|[34]8[;:]2[;:][0-9;:]+?[;:][0-9]+[;:][0-9]+|[0-9:]+`)
	drawing  = regexp.MustCompile("^\\\\x1b\\[[n;]*[@-Z`b-e]$") // moves the cursor or changes cells
	title    = regexp.MustCompile("^\x1b]2;.*")
)

// sequences returns the distinct escape sequences in the output.
func sequences(s string) []string {
	seen := map[string]bool{}
	for _, m := range sequence.FindAllString(s, -1) {
		switch {
		case m == "\x1b[K":
			continue // all terminals support it
		case title.MatchString(m):
			m = "\x1b]2;title\x07"
		case strings.HasPrefix(m, "\x1b[") && strings.HasSuffix(m, "m") && !strings.HasPrefix(m, "\x1b[>"):
			for _, p := range sgr.FindAllString(m[2:], -1) {
				seen["style "+p] = true
			}
			continue
		case strings.HasPrefix(m, "\x1b[?"), strings.HasPrefix(m, "\x1b]"), strings.HasPrefix(m, "\x1b[="), strings.HasPrefix(m, "\x1b[>"):
		default:
			m = number.ReplaceAllString(m, "n")
		}
		seen[strings.Trim(strconv.Quote(m), `"`)] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
