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

// An accessibleSession is a run of the accessible mode at a terminal, with the
// input of a test.
type accessibleSession struct {
	t    *testing.T
	said *sshtest.Buffer
	keys io.Writer
	read int // bytes of said before the next text to wait for
}

// waitFor waits for a text after the last one. Lines may break between the words of
// the text.
func (d *accessibleSession) waitFor(text string) {
	d.t.Helper()
	said := func() string { return strings.ReplaceAll(d.said.String(), "\r\n", " ")[d.read:] }
	if !sshtest.Await(func() bool { return strings.Contains(said(), text) }) {
		d.t.Fatalf("%q did not appear in %q", text, said())
	}
	d.read += strings.Index(said(), text) + len(text)
}

// answer waits for a question and types a line.
func (d *accessibleSession) answer(question, line string) {
	d.t.Helper()
	d.waitFor(question)
	if _, err := io.WriteString(d.keys, line+"\r"); err != nil {
		d.t.Fatal(err)
	}
}

// command waits for the prompt, types a command and waits for texts in its output.
func (d *accessibleSession) command(line string, texts ...string) {
	d.t.Helper()
	d.answer("What now?", line)
	for _, text := range texts {
		d.waitFor(text)
	}
}

// checkPlain fails if the output contains glyphs or moves the cursor.
func (d *accessibleSession) checkPlain() {
	d.t.Helper()
	text := strings.ReplaceAll(d.said.String(), "\r\n", "\n")
	if n := strings.IndexAny(text, "\x1b\r\b\a✓✗·⠋│"); n >= 0 {
		d.t.Errorf("not plain: %q", text[max(0, n-80):min(len(text), n+20)])
	}
}

// listInviteAndRevoke lists, invites and revokes on the servers of the demo.
func (d *accessibleSession) listInviteAndRevoke() {
	d.t.Helper()
	d.command("list", "Invites 1 to 10 of 45.", "10. invited ")
	d.answer("What now? Press Enter to read on.", "")
	d.waitFor("Invites 11 to 20 of 45.")
	d.waitFor("11. invited ")
	d.command("show 2", "Verdict: unknown: not known whether it can be accepted.")
	d.command("invite")
	d.answer("To which room?", "compilers")
	d.answer("People to invite:", "barbara@abstraction.example, fran@compiler.example")
	d.answer("More, or an empty line:", "")
	d.answer("Do you accept them? Type yes or no. Enter alone means no.", "yes")
	d.waitFor("2 new: will be e-mailed by")
	d.answer("Send 2 invites? Type yes or no.", "yes")
	d.waitFor("invitee barbara@abstraction.example, outcome mailed.")
	d.command("list pending by:me compilers", "1. invited ", "@abstraction.example")
	d.command("revoke 1-2")
	d.answer("Type yes or no. Enter alone means no.", "")
	d.waitFor("Nothing was done.")
	d.command("revoke 1-2")
	d.answer("Revoke 2 invites to #compilers (", "y")
	d.waitFor("outcome revoked.")
	d.waitFor("outcome revoked.")
}

func TestAccessibleDemoAtATerminal(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "mxinvite", "demo", "--accessible")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TMPDIR="+t.TempDir(), "TERM=xterm-256color", envTime+"=2026-11-20T10:00:00Z")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skip("no pseudo-terminal:", err)
	}
	defer terminal.Close()
	d := &accessibleSession{t: t, said: new(sshtest.Buffer), keys: terminal}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(d.said, terminal) // reading fails when the program has ended
	}()
	d.listInviteAndRevoke()
	d.command("rooms", "6 rooms.")
	d.command("room 2", "Invites 1 to 10 of ")
	d.command("outbox", "2 outbox items.")
	d.command("outbox clear", "2 invites deleted from the outbox.")
	d.command("watch", "Watching the invites of @ada:example.org.")
	d.answer("", "")
	d.waitFor("Stopped.")
	d.command("outbox run", "There are no queued invites.")
	d.answer("Done. Press Enter to go on.", "")
	d.command("accounts", "1. account @ada:example.org")
	d.command("revoke")
	d.answer("Which invite?", "\x04") // ctrl+d goes back
	d.command("quit")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	<-read
	d.checkPlain()
}

// startAccessible starts the accessible mode over SSH.
func (l *serveTest) startAccessible(key ssh.Signer, command string) (*accessibleSession, *ssh.Session) {
	l.t.Helper()
	s, keys := l.terminal(key, 80, 24)
	d := &accessibleSession{t: l.t, said: new(sshtest.Buffer), keys: keys}
	s.Stdout = d.said
	l.start(s, command)
	return d, s
}

func (d *accessibleSession) quit(s *ssh.Session) {
	d.t.Helper()
	d.command("quit")
	if err := s.Wait(); err != nil {
		d.t.Error(err)
	}
}

func TestVisitorHasAnAccessibleMode(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signIn()
	if code, _, said := l.run(l.ada, "", "--accessible"); code != exit.Usage || !strings.Contains(said, "ssh -t") {
		t.Errorf("without a terminal: %d, %s", code, said)
	}
	d, s := l.startAccessible(l.ada, "--accessible")
	d.waitFor("You are signed in as @ada:")
	d.listInviteAndRevoke()
	d.command("settings serve.idle 1h", "There is no setting")
	d.command("inspect /etc/passwd", "Inspect is not for visitors.")
	d.command("export passwords.csv", "Files of this machine are not for visitors")
	d.command("help export", "Type export csv:")
	d.command("help")
	d.answer("Words 1 to 10 of ", "more")
	d.waitFor("Words 11 to 20 of ")
	d.command("accessible on", "From now on mxinvite starts in this mode.")
	d.quit(s)
	d.checkPlain()
	if strings.Contains(d.said.String(), "\ninspect: ") {
		t.Error("help names a word that is not for visitors")
	}
	if strings.Contains(d.said.String(), "invites.json") {
		t.Error("help names a file, which visitors have no access to")
	}

	// The mode is saved. A flag turns it off for one visit, accessible off for all.
	d, s = l.startAccessible(l.ada, "")
	d.waitFor("accessible mode.")
	d.command("settings accessible", "accessible is true, as you have chosen.")
	d.quit(s)
	if strings.Contains(d.said.String(), l.dir) {
		t.Error("a visitor is told a path of the host")
	}
	d, s = l.startAccessible(l.ada, "--accessible=false")
	d.waitFor("\x1b[?1049h")
	d.answer("#compilers", "\x03")
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	d, s = l.startAccessible(l.ada, "")
	d.command("accessible off", "opens the screen.")
	d.quit(s)
	d, _ = l.startAccessible(l.ada, "")
	d.waitFor("\x1b[?1049h")

	// The setting is saved for this visitor only.
	if settings, err := filepath.Glob(filepath.Join(l.dir, "home", "visitors", "*", "config.toml")); err != nil || len(settings) != 1 {
		t.Error(settings, err)
	}
	if _, err := os.Stat(filepath.Join(l.dir, "home", "config.toml")); err == nil {
		t.Error("the settings of the host were changed")
	}
}

func TestVisitorTriesTheAccessibleDemo(t *testing.T) {
	l := startServe(t)
	d, s := l.startAccessible(l.ada, "demo --accessible")
	d.waitFor("This is the demo.")
	d.listInviteAndRevoke()
	d.command("login http://127.0.0.1/")
	d.command("demo", "This is the demo.")
	d.quit(s)
	d.checkPlain()
}
