//go:build unix

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
)

// A reply that comes after the program was told to quit is not left for the shell.
func TestLateReplyIsNotLeftForTheShell(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "mxinvite", "demo")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir(), "TERM=xterm-256color", envTime + "=2026-11-20T10:00:00Z"}
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminal:", err)
	}
	defer ours.Close()
	defer theirs.Close()
	before, err := term.GetState(theirs.Fd())
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	query := make(chan struct{})
	go func() { // the terminal
		var said []byte
		buf := make([]byte, 4096)
		asked := false
		for {
			n, err := ours.Read(buf)
			if err != nil {
				return
			}
			if said = append(said, buf[:n]...); !asked && bytes.Contains(said, []byte("\x1b]11;?")) {
				asked = true
				close(query)
			}
		}
	}()
	<-query
	_, _ = ours.WriteString("\x03")
	time.Sleep(400 * time.Millisecond)                          // a reply takes time, and this is a real process
	_, _ = ours.WriteString("\x1b]11;rgb:1e1e/1e1e/")           // in two pieces
	time.Sleep(50 * time.Millisecond)                           //
	_, _ = ours.WriteString("1e1e\x1b\\\x1b[?2026;2$y\x1b[?0u") // and others after it
	_ = cmd.Wait()
	after, err := term.GetState(theirs.Fd())
	if err != nil {
		t.Fatal(err)
	}
	if *after != *before {
		t.Error("the terminal is left in another mode")
	}
	_, _ = ours.WriteString("next\r")
	line := make([]byte, 100)
	n, _ := theirs.Read(line)
	if got := string(line[:n]); got != "next\n" {
		t.Errorf("the shell reads %q", got)
	}
}
