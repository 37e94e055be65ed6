//go:build unix

package cli

import (
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// After the demo has ended, in any way, no file and no directory remains.
func TestDemoLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	key := func(s string) func(*testing.T, *exec.Cmd, io.Writer) {
		return func(t *testing.T, _ *exec.Cmd, keys io.Writer) {
			t.Helper()
			if _, err := io.WriteString(keys, s); err != nil {
				t.Fatal(err)
			}
		}
	}
	terminate := func(t *testing.T, cmd *exec.Cmd, _ io.Writer) {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	screen, accessible, listen := []string{"demo"}, []string{"demo", "--accessible"}, []string{"demo", "--listen", "127.0.0.1:0"}
	for _, c := range []struct {
		name  string
		args  []string
		shown string
		end   func(*testing.T, *exec.Cmd, io.Writer)
	}{
		{"q", screen, "This is a demo", key("q")},
		{"ctrl+c", screen, "This is a demo", key("\x03")},
		{"SIGTERM", screen, "This is a demo", terminate},
		{"accessible, quit", accessible, "What now?", key("quit\r")},
		{"accessible, ctrl+c", accessible, "What now?", key("\x03")},
		{"accessible, SIGTERM", accessible, "What now?", terminate},
		{"listen, ctrl+c", listen, "Serving until interrupted.", key("\x03")},
		{"listen, SIGTERM", listen, "Serving until interrupted.", terminate},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			home, tmp, work := t.TempDir(), t.TempDir(), t.TempDir()
			cmd := exec.CommandContext(t.Context(), "mxinvite", c.args...)
			cmd.Dir = work
			cmd.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + tmp, "TERM=xterm-256color", envTime + "=2026-11-20T10:00:00Z",
			}
			terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
			if err != nil {
				t.Skip("no pseudo-terminal:", err)
			}
			defer terminal.Close()
			said := new(sshtest.Buffer)
			drained := make(chan struct{})
			go func() {
				defer close(drained)
				_, _ = io.Copy(said, terminal)
			}()
			said.Until(t, c.shown)
			c.end(t, cmd, terminal)
			_ = cmd.Wait() // by how the demo was ended
			terminal.Close()
			<-drained
			for _, dir := range []string{home, tmp, work} {
				if left := below(t, dir); len(left) > 0 {
					t.Errorf("left behind: %q", left)
				}
			}
		})
	}
}

// below returns the paths of all files and directories in a directory.
func below(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if path != dir {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
