//go:build unix

package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// A dialogue is a conversation at a terminal, in which a test answers.
type dialogue struct {
	t     *testing.T
	said  *sshtest.Buffer
	keys  io.Writer
	heard int // bytes
}

// hears waits for a text after the one that it waited for before. Lines may break
// between the words of the text.
func (d *dialogue) hears(text string) {
	d.t.Helper()
	said := func() string { return strings.ReplaceAll(d.said.String(), "\r\n", " ")[d.heard:] }
	if !sshtest.Await(func() bool { return strings.Contains(said(), text) }) {
		d.t.Fatalf("%q did not appear in %q", text, said())
	}
	d.heard += strings.Index(said(), text) + len(text)
}

// answers waits for a question and types a line.
func (d *dialogue) answers(question, line string) {
	d.t.Helper()
	d.hears(question)
	if _, err := io.WriteString(d.keys, line+"\r"); err != nil {
		d.t.Fatal(err)
	}
}

// isPlain fails if anything but lines of text was written.
func (d *dialogue) isPlain() {
	d.t.Helper()
	text := strings.ReplaceAll(d.said.String(), "\r\n", "\n")
	if n := strings.IndexAny(text, "\x1b\r\b\a✓✗·⠋│"); n >= 0 {
		d.t.Errorf("not plain: %q", text[max(0, n-80):min(len(text), n+20)])
	}
}

// fromListToRevoke lists, pages, invites and revokes on the servers of the demo.
func (d *dialogue) fromListToRevoke() {
	d.t.Helper()
	d.answers("What now?", "list")
	d.hears("Invites 1 to 10 of 45.")
	d.hears("10. invited ")
	d.answers("What now? Press Enter to read on.", "")
	d.hears("Invites 11 to 20 of 45.")
	d.hears("11. invited ")
	d.answers("What now?", "show 2")
	d.hears("Verdict: unknown: not known whether it can be accepted.")
	d.answers("What now?", "invite")
	d.answers("To which room?", "compilers")
	d.answers("People to invite:", "barbara@abstraction.example, fran@compiler.example")
	d.answers("More, or an empty line:", "")
	d.answers("Do you accept them? Type yes or no. Enter alone means no.", "yes")
	d.hears("2 new: will be e-mailed by")
	d.answers("Send 2 invites? Type yes or no.", "yes")
	d.hears("invitee barbara@abstraction.example, outcome mailed.")
	d.answers("What now?", "list pending by:me compilers")
	d.hears("1. invited ")
	d.hears("@abstraction.example")
	d.answers("What now?", "revoke 1-2")
	d.answers("Type yes or no. Enter alone means no.", "")
	d.hears("Nothing was done.")
	d.answers("What now?", "revoke 1-2")
	d.answers("Revoke 2 invites to #compilers (", "y")
	d.hears("outcome revoked.")
	d.hears("outcome revoked.")
}

func TestAccessibleDemoAtATerminal(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "mxinvite", "demo", "--accessible")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TMPDIR="+t.TempDir(), "TERM=xterm-256color", envTime+"=2026-11-20T10:00:00Z")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skip("no pseudo-terminal:", err)
	}
	defer terminal.Close()
	d := &dialogue{t: t, said: new(sshtest.Buffer), keys: terminal}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(d.said, terminal) // which fails when the program has ended
	}()
	d.fromListToRevoke()
	d.answers("What now?", "rooms")
	d.hears("6 rooms.")
	d.answers("What now?", "room 2")
	d.hears("Invites 1 to 10 of ")
	d.answers("What now?", "outbox")
	d.hears("2 outbox items.")
	d.answers("What now?", "outbox clear")
	d.hears("2 invites deleted from the outbox.")
	d.answers("What now?", "watch")
	d.hears("Watching the invites of @ada:example.org.")
	d.answers("", "")
	d.hears("Stopped.")
	d.answers("What now?", "outbox run")
	d.hears("There are no queued invites.")
	d.answers("Done. Press Enter to go on.", "")
	d.answers("What now?", "accounts")
	d.hears("1. account @ada:example.org")
	d.answers("What now?", "revoke")
	d.answers("Which invite?", "\x04") // ctrl+d goes back, too
	d.answers("What now?", "quit")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	<-read
	d.isPlain()
}

// talks begins a conversation over SSH.
func (l *lodge) talks(key ssh.Signer, command string) (*dialogue, *ssh.Session) {
	l.t.Helper()
	s := l.session(key)
	keys, err := s.StdinPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	d := &dialogue{t: l.t, said: new(sshtest.Buffer), keys: keys}
	s.Stdout = d.said
	if err := s.RequestPty("xterm-256color", 24, 80, nil); err != nil {
		l.t.Fatal(err)
	}
	start := s.Shell
	if command != "" {
		start = func() error { return s.Start(command) }
	}
	if err := start(); err != nil {
		l.t.Fatal(err)
	}
	return d, s
}

func (d *dialogue) quits(s *ssh.Session) {
	d.t.Helper()
	d.answers("What now?", "quit")
	if err := s.Wait(); err != nil {
		d.t.Error(err)
	}
}

func TestVisitorHasAnAccessibleMode(t *testing.T) {
	l := openLodge(t, "--allow-private")
	l.signIn()
	if code, _, said := l.run(l.ada, "", "--accessible"); code != exit.Usage || !strings.Contains(said, "ssh -t") {
		t.Errorf("without a terminal: %d, %s", code, said)
	}
	d, s := l.talks(l.ada, "--accessible")
	d.hears("You are signed in as @ada:")
	d.fromListToRevoke()
	d.answers("What now?", "settings serve.idle 1h")
	d.hears("There is no setting")
	d.answers("What now?", "inspect /etc/passwd")
	d.hears("Inspect is not for visitors.")
	d.answers("What now?", "export passwords.csv")
	d.hears("Files of this machine are not for visitors")
	d.answers("What now?", "help export")
	d.hears("Type export csv:")
	d.answers("What now?", "help")
	d.answers("Words 1 to 10 of ", "more")
	d.hears("Words 11 to 20 of ")
	d.answers("What now?", "accessible on")
	d.hears("From now on mxinvite starts in this mode.")
	d.quits(s)
	d.isPlain()
	if strings.Contains(d.said.String(), "\ninspect: ") {
		t.Error("help names a word that is not for visitors")
	}
	if strings.Contains(d.said.String(), "invites.json") {
		t.Error("help names a file, which visitors have no access to")
	}

	// The mode is kept, and left for one visit, and for good.
	d, s = l.talks(l.ada, "")
	d.hears("accessible mode.")
	d.answers("What now?", "settings accessible")
	d.hears("accessible is true, as you have chosen.")
	d.quits(s)
	if strings.Contains(d.said.String(), l.dir) {
		t.Error("a visitor is told a path of the host")
	}
	d, s = l.talks(l.ada, "--accessible=false")
	d.hears("\x1b[?1049h")
	d.answers("#compilers", "\x03")
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	d, s = l.talks(l.ada, "")
	d.answers("What now?", "accessible off")
	d.hears("opens the screen.")
	d.quits(s)
	d, _ = l.talks(l.ada, "")
	d.hears("\x1b[?1049h")

	// It is a visitor's own choice.
	if settings, err := filepath.Glob(filepath.Join(l.dir, "home", "visitors", "*", "config.toml")); err != nil || len(settings) != 1 {
		t.Error(settings, err)
	}
	if _, err := os.Stat(filepath.Join(l.dir, "home", "config.toml")); err == nil {
		t.Error("the settings of the host were changed")
	}
}

func TestVisitorTriesTheAccessibleDemo(t *testing.T) {
	l := openLodge(t)
	d, s := l.talks(l.ada, "demo --accessible")
	d.hears("This is the demo.")
	d.fromListToRevoke()
	d.answers("What now?", "login http://127.0.0.1/")
	d.answers("What now?", "demo")
	d.hears("This is the demo.")
	d.quits(s)
	d.isPlain()
}
