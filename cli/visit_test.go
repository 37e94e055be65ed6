//go:build unix

package cli

import (
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// An sshVisit is an SSH session with a terminal.
type sshVisit struct {
	t      *testing.T
	screen *sshtest.Screen
	keys   io.Writer
	wait   func() error
	resize func(width, height int)
}

const visitWidth, visitHeight = 100, 30

// press types keys.
func (v *sshVisit) press(keys string) {
	v.t.Helper()
	if _, err := io.WriteString(v.keys, keys); err != nil {
		v.t.Fatal(err)
	}
}

// answer waits for a text and types keys.
func (v *sshVisit) answer(text, keys string) {
	v.t.Helper()
	v.screen.Until(v.t, text)
	v.press(keys)
}

// wantExit waits for the end of the session with an exit code.
func (v *sshVisit) wantExit(code int) {
	v.t.Helper()
	err := v.wait()
	got := 0
	switch e := err.(type) { //nolint:errorlint // nothing wraps them
	case nil:
	case *ssh.ExitError:
		got = e.ExitStatus()
	case *exec.ExitError:
		got = e.ExitCode()
	default:
		v.t.Fatal(err)
	}
	if got != code {
		v.t.Errorf("the visit ended with %d:\n%s", got, v.screen.Text())
	}
}

// visit opens a session with Go's SSH client. Without a command it opens the
// screen.
func (l *serveTest) visit(t *testing.T, key ssh.Signer, command string) *sshVisit {
	t.Helper()
	s, keys := l.terminal(key, visitWidth, visitHeight)
	v := &sshVisit{t: t, keys: keys, wait: s.Wait, screen: sshtest.NewScreen(t, visitWidth, visitHeight, keys)}
	s.Stdout = v.screen
	v.resize = func(width, height int) {
		v.screen.Resize(width, height)
		if err := s.WindowChange(height, width); err != nil {
			t.Error(err)
		}
	}
	l.start(s, command)
	return v
}

// visitByOpenSSH opens a session with the ssh program in a new terminal.
func (l *serveTest) visitByOpenSSH(t *testing.T, keyFile, command string) *sshVisit {
	t.Helper()
	host, port, err := net.SplitHostPort(l.address)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"-F", "none", "-i", keyFile, "-p", port, "-tt", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=" + os.DevNull,
		"-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-o", "EscapeChar=none", host,
	}
	if command != "" {
		args = append(args, command)
	}
	cmd := exec.CommandContext(t.Context(), "ssh", args...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "SSH_AUTH_SOCK=")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: visitHeight, Cols: visitWidth})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	v := &sshVisit{t: t, keys: terminal, screen: sshtest.NewScreen(t, visitWidth, visitHeight, terminal)}
	v.resize = func(width, height int) {
		v.screen.Resize(width, height)
		if err := pty.Setsize(terminal, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
			t.Error(err)
		}
	}
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		_, _ = io.Copy(v.screen, terminal) // reading fails when the program has ended
	}()
	v.wait = func() error {
		defer func() { <-shown }()
		return cmd.Wait()
	}
	return v
}

// saveKey writes a new key in the form of OpenSSH, and makes the server accept it.
func (l *serveTest) saveKey(t *testing.T) (file string, key ssh.Signer) {
	t.Helper()
	private := sshtest.NewPrivateKey(t)
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	if key, err = ssh.NewSignerFromKey(private); err != nil {
		t.Fatal(err)
	}
	return file, key
}

func TestVisitorSessionFromStartToEnd(t *testing.T) {
	t.Run("Go's client", func(t *testing.T) {
		l := startServe(t, "--allow-private")
		visitFromStartToEnd(t, l, func(command string) *sshVisit { return l.visit(t, l.ada, command) })
	})
	t.Run("OpenSSH", func(t *testing.T) {
		if testing.Short() {
			t.Skip("does again what Go's client has done")
		}
		if _, err := exec.LookPath("ssh"); err != nil {
			t.Skip("OpenSSH is not installed: ", err)
		}
		l := startServe(t, "--allow-private")
		file, key := l.saveKey(t)
		l.addKey(key)
		visitFromStartToEnd(t, l, func(command string) *sshVisit { return l.visitByOpenSSH(t, file, command) })
	})
}

// What a terminal sends before and after pasted text.
const paste, pasted = "\x1b[200~", "\x1b[201~"

const ctrlC = "\x03"

// visitFromStartToEnd signs in as a new visitor, invites, visits again and signs
// out.
func visitFromStartToEnd(t *testing.T, l *serveTest, visit func(command string) *sshVisit) {
	const person = "barbara@clu.example"

	v := visit("")
	v.answer("or your homeserver", l.hs.URL+"\r")
	v.resize(80, 24)
	v.answer("With a password", "\r")
	v.answer("or your e-mail address there", sandbox.DemoUser+"\t"+sandbox.DemoPassword+"\r")
	v.answer("With a passphrase", "\r")
	v.answer("Again", "of the vaulx\x7ft\t"+paste+"of the vault"+pasted+"\r")
	v.answer("✓ valid", "i") // the homeserver of this machine was asked about its keys
	v.answer("People", person+"\r")
	v.answer("a accept", "a")
	v.answer("enter send", "\r")
	v.answer("The mail is on its way", "q")
	v.wantExit(exit.OK)

	v = visit("list --by @ada:example.org")
	v.answer("Passphrase of the vault:", "of another vault\r")
	v.answer("Wrong passphrase.", "of the vault\r")
	v.screen.Until(t, "barbara@clu.ex")
	v.wantExit(exit.OK)

	v = visit("send '#reading' kay@smalltalk.example")
	v.answer("Passphrase of the vault:", "of the vault\r\n")
	v.answer("[y/N]", "no\x15yes\r\n")
	v.screen.Until(t, "✓ mailed")
	v.wantExit(exit.OK)

	const revoke = "revoke --by @ada:example.org --status pending --older-than 40d"
	v = visit(revoke)
	v.answer("Passphrase of the vault:", ctrlC)
	v.screen.Until(t, "mxinvite: interrupted")
	v.wantExit(exit.Error)

	v = visit(revoke)
	v.answer("Passphrase of the vault:", "of the vault\r")
	v.answer("[y/N]", "y\r")
	v.screen.Until(t, "revoked")
	v.wantExit(exit.OK)

	v = visit("")
	v.answer("Open your vault", "of another vault\r")
	v.answer("Wrong passphrase for the vault.", "\x15of the vault\r")
	v.answer("#compilers", ":sign out\r")
	v.answer("Sign out?", "y")
	v.answer("enter continue", ctrlC)
	v.wantExit(exit.OK)

	v = visit("list")
	v.screen.Until(t, "you are not signed in")
	v.wantExit(exit.SignedOut)

	v = visit("")
	v.answer("or your homeserver", ctrlC)
	v.wantExit(exit.OK)
}

// signInWithPassphrase signs Ada in by a command, with a passphrase for the vault.
func (l *serveTest) signInWithPassphrase(t *testing.T, passphrase string) {
	t.Helper()
	v := l.visit(t, l.ada, "login --vault sealed --user "+sandbox.DemoUser+" "+l.hs.URL)
	v.answer("Password:", sandbox.DemoPassword+"\r")
	v.answer("New passphrase:", passphrase+"\r")
	v.answer("Repeat the passphrase:", passphrase+"\r")
	v.answer("Use it anyway? [y/N]", "y\r")
	v.screen.Until(t, "Signed in as")
	v.wantExit(exit.OK)
}

func TestPassphraseQuestionEndsClearly(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signInWithPassphrase(t, "horse")
	for name, tt := range map[string]struct {
		keys, says string
		code       int
	}{
		"three wrong ones":   {"a\rb\rc\r", "mxinvite: load the session of @ada:example.org: wrong passphrase for the vault", exit.Error},
		"the right one last": {"a\rb\rhorse\r", "Reading group", exit.OK},
		"typed ahead":        {"horse\r", "Reading group", exit.OK},
		"line feed":          {"horse\n", "Reading group", exit.OK},
		"both":               {"horse\r\n", "Reading group", exit.OK},
		"ctrl+h":             {"horsf\be\r", "Reading group", exit.OK},
		"ctrl+u":             {"donkey\x15horse\r", "Reading group", exit.OK},
		"ctrl+w":             {"donkey\x17horse\r", "Reading group", exit.OK},
		"pasted":             {paste + "horse" + pasted + "\r", "Reading group", exit.OK},
		"ctrl+c":             {"hor" + ctrlC, "mxinvite: interrupted", exit.Error},
		"ctrl+d":             {"\x04", "no answer was given", exit.Error},
	} {
		t.Run(name, func(t *testing.T) {
			v := l.visit(t, l.ada, "rooms")
			if name != "typed ahead" {
				v.screen.Until(t, "Passphrase of the vault:")
			}
			v.press(tt.keys)
			v.screen.Until(t, tt.says)
			v.wantExit(tt.code)
			if strings.Contains(v.screen.Text(), "horse") {
				t.Errorf("the passphrase is shown:\n%s", v.screen.Text())
			}
		})
	}
}

func TestSessionEndsIfNoPassphraseIsChosen(t *testing.T) {
	l := startServe(t, "--allow-private")
	for n, key := range []string{ctrlC, "\x04"} {
		v := l.visit(t, l.ada, "login --user "+sandbox.DemoUser+" "+l.hs.URL)
		v.answer("Password:", sandbox.DemoPassword+"\r")
		v.answer("New passphrase:", key)
		v.wantExit(exit.Error)
		if got := l.logouts.Load(); got != int64(n+1) {
			t.Errorf("after %q %d sessions have ended", key, got)
		}
	}
}

func TestVisitorWhoForgotThePassphraseStartsOver(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signInWithPassphrase(t, "horse")
	if _, out, said := l.run(l.ada, "", "vault"); out != "sealed\tvault\n" {
		t.Errorf("the vault is told as %q: %s", out, said)
	}
	code, _, said := l.run(l.ada, "", "vault aside")
	if code != exit.OK || !strings.Contains(said, "The vault was renamed to vault.aside-") {
		t.Errorf("%d: %s", code, said)
	}
	l.signInWithPassphrase(t, "donkey")

	v := l.visit(t, l.ada, "")
	v.answer("Open your vault", "\x0ey") // ctrl+n
	v.answer("The old vault was renamed to vault.aside-", ctrlC)
	v.wantExit(exit.OK)
	if code, _, said := l.run(l.ada, "", "list"); code != exit.SignedOut {
		t.Errorf("%d: %s", code, said)
	}
}

func TestWindowMayChangeWhileAQuestionIsAsked(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signInWithPassphrase(t, "horse")
	v := l.visit(t, l.ada, "")
	v.answer("Open your vault", "hor")
	v.resize(60, 16)
	v.press("se\r")
	v.answer("i invite", "q")
	v.wantExit(exit.OK)

	v = l.visit(t, l.ada, "rooms")
	v.answer("Passphrase of the vault:", "hor")
	v.resize(60, 16)
	v.press("se\r")
	v.screen.Until(t, "Reading group")
	v.wantExit(exit.OK)
}

func TestVisitorWithoutATerminalIsToldHowToGetOne(t *testing.T) {
	l := startServe(t, "--allow-private")
	for command, want := range map[string]string{
		"":                           "the screen needs a terminal; mxinvite list shows the invites without one\nConnect with a terminal: ssh -t\n",
		"login":                      "USER-OR-SERVER is missing, and there is no terminal to ask at\nConnect with a terminal: ssh -t\n",
		"revoke '#x' token":          "--yes is missing, and there is no terminal to ask at\nConnect with a terminal: ssh -t\n",
		"login --user x " + l.hs.URL: "there is no terminal to type a passphrase in",
	} {
		if code, _, said := l.run(l.ada, "", command); code == exit.OK || !strings.Contains(said, want) || !strings.Contains(said, "ssh -t") {
			t.Errorf("%q ends with %d and says %s", command, code, said)
		}
	}
}
