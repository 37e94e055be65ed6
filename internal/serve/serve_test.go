package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// A testServer is a server on loopback with one authorized key.
type testServer struct {
	t       testing.TB
	server  *Server
	address string
	hostKey ssh.PublicKey
	ada     ssh.Signer
	log     *sshtest.Buffer
	close   func() error // waits until all sessions have ended

	stumbles atomic.Pointer[string] // the log message that panics instead of being written
}

// authorized parses lines of an authorized_keys file. They must cause no
// warning.
func authorized(tb testing.TB, lines ...string) Keys {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "authorized_keys")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		tb.Fatal(err)
	}
	keys, warnings, err := ReadKeys(path)
	if err != nil || len(warnings) > 0 {
		tb.Fatal(err, warnings)
	}
	return keys
}

func largeLimits() Limits { return Limits{Sessions: 1000, PerKey: 1000} }

// startServer runs a server until the test ends.
func startServer(tb testing.TB, limits Limits, handle func(context.Context, *Session) int) *testServer {
	tb.Helper()
	return startServerWith(tb, limits, handle, func(*Server) {})
}

// startServerWith is like startServer, with a server that change has changed.
func startServerWith(tb testing.TB, limits Limits, handle func(context.Context, *Session) int, change func(*Server)) *testServer {
	tb.Helper()
	d := &testServer{t: tb, ada: sshtest.NewKey(tb), log: new(sshtest.Buffer)}
	hostKey := sshtest.NewKey(tb)
	d.hostKey = hostKey.PublicKey()
	d.server = New(Options{
		HostKey: hostKey, Keys: authorized(tb, sshtest.KeyLine(d.ada, "ada")), Limits: limits, Handle: handle,
		Log: slog.New(panickingLog{slog.NewTextHandler(d.log, nil), &d.stumbles}),
	})
	change(d.server)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	d.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.server.Serve(ctx, l) }()
	d.close = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	tb.Cleanup(func() {
		if err := d.close(); err != nil {
			tb.Error(err)
		}
	})
	return d
}

func (d *testServer) dial(auth ...ssh.AuthMethod) (*ssh.Client, error) {
	return ssh.Dial("tcp", d.address, &ssh.ClientConfig{
		User: "anybody", Auth: auth, HostKeyCallback: ssh.FixedHostKey(d.hostKey), Timeout: 30 * time.Second,
	})
}

// connect connects with Ada's key.
func (d *testServer) connect() *ssh.Client {
	d.t.Helper()
	client, err := d.dial(ssh.PublicKeys(d.ada))
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = client.Close() })
	return client
}

func (d *testServer) session() *ssh.Session {
	d.t.Helper()
	s, err := d.connect().NewSession()
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// settle waits until a condition is true.
func settle(tb testing.TB, what string, so func() bool) {
	tb.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatal("waited in vain: ", what)
		}
	}
}

func (d *testServer) count() int {
	d.server.mu.Lock()
	defer d.server.mu.Unlock()
	return len(d.server.sessions)
}

// echo prints its arguments.
func echo(_ context.Context, s *Session) int {
	fmt.Fprintln(s.Out, strings.Join(s.Args, "|"))
	return 3
}

// sit waits until it has to end.
func sit(ctx context.Context, s *Session) int {
	fmt.Fprintln(s.Out, "here")
	select {
	case <-s.Leave:
	case <-ctx.Done():
	}
	return 0
}

func TestCommandLineIsSplitWithoutAShell(t *testing.T) {
	d := startServer(t, largeLimits(), echo)
	out, err := d.session().Output(`list '#ops room' "$HOME" ; rm -rf / | #x`)
	if got, want := string(out), "list|#ops room|$HOME|;|rm|-rf|/|||#x\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if e, ok := errors.AsType[*ssh.ExitError](err); !ok || e.ExitStatus() != 3 {
		t.Errorf("ended with %v", err)
	}
}

func TestOnlyAuthorizedKeysAreAccepted(t *testing.T) {
	d := startServer(t, largeLimits(), echo)
	cert := &ssh.Certificate{Key: d.ada.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"ada"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, d.ada); err != nil {
		t.Fatal(err)
	}
	certified, err := ssh.NewCertSigner(cert, d.ada)
	if err != nil {
		t.Fatal(err)
	}
	for name, auth := range map[string]ssh.AuthMethod{
		"another key": ssh.PublicKeys(sshtest.NewKey(t)),
		"certificate": ssh.PublicKeys(certified),
		"password":    ssh.Password("correct horse"),
		"questions": ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			return make([]string, len(questions)), nil
		}),
	} {
		if c, err := d.dial(auth); err == nil {
			_ = c.Close()
			t.Errorf("%s is accepted", name)
		}
	}
	if c, err := d.dial(); err == nil {
		_ = c.Close()
		t.Error("a client without a key is accepted")
	}
}

func TestNothingIsForwarded(t *testing.T) {
	d := startServer(t, largeLimits(), sit)
	c := d.connect()
	if _, err := c.Dial("tcp", d.address); err == nil {
		t.Error("a connection was forwarded")
	}
	if _, err := c.Dial("unix", "/run/x"); err == nil {
		t.Error("a socket was forwarded")
	}
	if l, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
		_ = l.Close()
		t.Error("a port was forwarded")
	}
	for _, kind := range []string{"x11", "auth-agent@openssh.com", "tun@openssh.com", "direct-streamlocal@openssh.com"} {
		if _, _, err := c.OpenChannel(kind, nil); err == nil {
			t.Errorf("a channel of type %s was opened", kind)
		}
	}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.RequestAgentForwarding(s); err == nil {
		t.Error("the agent was forwarded")
	}
	if err := s.RequestSubsystem("sftp"); err == nil {
		t.Error("a subsystem was started")
	}
	if ok, _ := s.SendRequest("x11-req", true, nil); ok {
		t.Error("X11 was forwarded")
	}
}

func TestOnlyTerminalVariablesAreAccepted(t *testing.T) {
	d := startServer(t, largeLimits(), func(_ context.Context, s *Session) int {
		fmt.Fprint(s.Out, strings.Join(s.Env, " "))
		return 0
	})
	s := d.session()
	for name, value := range map[string]string{
		"LD_PRELOAD": "/x", "MXINVITE_HOME": "/etc", "HTTPS_PROXY": "http://x", "TEST": "x", "LC_X\nY": "z",
		"LANG": strings.Repeat("x", 4096), "COLORTERM": "\x1b[31m",
	} {
		if err := s.Setenv(name, value); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
	for _, name := range []string{"LC_ALL", "NO_COLOR", "TERM", "TZ"} {
		if err := s.Setenv(name, "C"); err != nil {
			t.Errorf("%s was refused: %v", name, err)
		}
	}
	if err := s.RequestPty("xterm-256color", 24, 80, nil); err != nil {
		t.Fatal(err)
	}
	out, err := s.Output("env")
	if got, want := string(out), "LC_ALL=C NO_COLOR=C TZ=C TERM=xterm-256color"; got != want || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestNoPtyKeyGetsNoTerminal(t *testing.T) {
	d := startServer(t, largeLimits(), echo)
	d.server.SetKeys(authorized(t, "restrict "+sshtest.KeyLine(d.ada, "ada")))
	if err := d.session().RequestPty("xterm", 24, 80, nil); err == nil {
		t.Error("it got a terminal")
	}
}

func TestSessionLimits(t *testing.T) {
	d := startServer(t, Limits{Sessions: 3, PerKey: 2}, sit)
	grace := sshtest.NewKey(t)
	d.server.SetKeys(authorized(t, sshtest.KeyLine(d.ada, "ada"), sshtest.KeyLine(grace, "grace")))
	ada := d.connect()
	start := func(c *ssh.Client) error {
		s, err := c.NewSession()
		if err == nil {
			err = s.Start("sit")
		}
		return err
	}
	for range 2 {
		if err := start(ada); err != nil {
			t.Fatal(err)
		}
	}
	if err := start(ada); err == nil || !strings.Contains(err.Error(), "your key already has 2 sessions") {
		t.Errorf("a third session: %v", err)
	}
	other, err := d.dial(ssh.PublicKeys(grace))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := start(other); err != nil {
		t.Error(err)
	}
	if err := start(other); err == nil || !strings.Contains(err.Error(), "too many visitors") {
		t.Errorf("a fourth session: %v", err)
	}
	_ = ada.Close()
	settle(t, "ada's sessions end", func() bool { return d.count() == 1 })
	if err := start(other); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestLastOfManyWindowSizesIsUsed(t *testing.T) {
	seen := make(chan Size, 1)
	d := startServer(t, largeLimits(), func(ctx context.Context, s *Session) int {
		for {
			select {
			case size := <-s.Terminal.Sizes():
				if size == (Size{101, 51}) {
					seen <- s.Terminal.Size()
					return 0
				}
			case <-ctx.Done():
				return 1
			}
		}
	})
	s := d.session()
	if err := s.RequestPty("xterm", 1<<30, 1<<31, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 5000 { // before the program reads them
		if err := s.WindowChange(i%300, i%700); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		if err := s.WindowChange(i%300, i); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.WindowChange(51, 101); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	if got := <-seen; got != (Size{101, 51}) {
		t.Errorf("the last size is %v", got)
	}
}

func TestWindowSizeIsLimited(t *testing.T) {
	d := startServer(t, largeLimits(), func(_ context.Context, s *Session) int {
		fmt.Fprint(s.Out, s.Terminal.Size())
		return 0
	})
	for want, asked := range map[Size][2]int{{500, 200}: {1 << 31, 1 << 30}, {80, 24}: {0, 0}, {60, 16}: {60, 16}} {
		s := d.session()
		if err := s.RequestPty("xterm", asked[1], asked[0], nil); err != nil {
			t.Fatal(err)
		}
		if out, err := s.Output(""); string(out) != fmt.Sprint(want) || err != nil {
			t.Errorf("%v: %s, %v", asked, out, err)
		}
	}
}

func TestPanicEndsItsOwnSessionOnly(t *testing.T) {
	d := startServer(t, largeLimits(), func(ctx context.Context, s *Session) int {
		if len(s.Args) > 0 {
			_ = s.Args[len(s.Args)] // out of range
		}
		return sit(ctx, s)
	})
	c := d.connect()
	bystander, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := bystander.StdinPipe()
	out, _ := bystander.StdoutPipe()
	if err := bystander.Shell(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("here\n"))); err != nil {
		t.Fatal(err)
	}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	said, err := s.CombinedOutput("boom grace@navy.example")
	if e, ok := errors.AsType[*ssh.ExitError](err); !ok || e.ExitStatus() != 1 || !strings.Contains(string(said), "an internal error") {
		t.Errorf("ended with %v and said %q", err, said)
	}
	settle(t, "one session is left", func() bool { return d.count() == 1 })
	if err := bystander.WindowChange(1, 1); err != nil {
		t.Error(err)
	}
	_ = in.Close()
	if log := d.log.String(); !strings.Contains(log, "index out of range") || strings.Contains(log, "navy") {
		t.Error(log)
	}
}

func TestPanicValueIsLoggedByTypeOnly(t *testing.T) {
	d := startServer(t, largeLimits(), func(context.Context, *Session) int { panic("grace@navy.example") })
	_ = d.session().Run("boom")
	if err := d.close(); err != nil {
		t.Error(err)
	}
	if log := d.log.String(); !strings.Contains(log, "panic=string") || strings.Contains(log, "navy") {
		t.Error(log)
	}
}

func TestIdleSessionIsWarnedAndEnds(t *testing.T) {
	d := startServer(t, Limits{Sessions: 1, PerKey: 1, Idle: 600 * time.Millisecond}, func(_ context.Context, s *Session) int {
		for {
			select {
			case text := <-s.Notices:
				fmt.Fprintln(s.Out, text)
			case <-s.Leave:
				return 0
			}
		}
	})
	s := d.session()
	if err := s.RequestPty("xterm", 24, 80, nil); err != nil {
		t.Fatal(err)
	}
	in, _ := s.StdinPipe()
	var out sshtest.Buffer
	s.Stdout = &out
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range 10 {
		_, _ = io.WriteString(in, "x")
		time.Sleep(100 * time.Millisecond)
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	if addSessions := time.Since(began); addSessions < time.Second {
		t.Errorf("it ended after %v, while somebody typed", addSessions)
	}
	if got := out.String(); !strings.Contains(got, "This session ends in 300ms unless you press a key.") || !strings.Contains(got, "mxinvite: there was no input for too long") {
		t.Errorf("it said %q", got)
	}
}

func TestSessionOfARemovedKeyEnds(t *testing.T) {
	d := startServer(t, largeLimits(), sit)
	grace := sshtest.NewKey(t)
	c := d.connect()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	said := new(sshtest.Buffer)
	s.Stderr = said
	if err := s.Start("sit"); err != nil {
		t.Fatal(err)
	}
	d.server.SetKeys(authorized(t, sshtest.KeyLine(grace, "grace")))
	if err := s.Wait(); err != nil || !strings.Contains(said.String(), "your key is no longer authorized") {
		t.Errorf("%v, and said %q", err, said.String())
	}
	if _, err := c.NewSession(); err == nil || !strings.Contains(err.Error(), "no longer authorized") {
		t.Errorf("another session on the same connection: %v", err)
	}
	if c, err := d.dial(ssh.PublicKeys(d.ada)); err == nil {
		_ = c.Close()
		t.Error("the removed key is accepted")
	}
	if c, err := d.dial(ssh.PublicKeys(grace)); err != nil {
		t.Error(err)
	} else {
		_ = c.Close()
	}
}

func TestSendIsFinishedWhenTheServerStops(t *testing.T) {
	sent := make(chan bool, 1)
	d := startServer(t, largeLimits(), func(ctx context.Context, s *Session) int {
		fmt.Fprintln(s.Out, "here")
		<-s.Leave
		select {
		case <-time.After(300 * time.Millisecond): // time for a response
			sent <- true
		case <-ctx.Done():
			sent <- false
		}
		return 0
	})
	s := d.session()
	said := new(sshtest.Buffer)
	s.Stderr = said
	out, _ := s.StdoutPipe()
	if err := s.Start("send"); err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadFull(out, make([]byte, len("here\n")))
	if err := d.close(); err != nil {
		t.Error(err)
	}
	if !<-sent {
		t.Error("the send was cut off")
	}
	if err := s.Wait(); err != nil || !strings.Contains(said.String(), "the server is shutting down") {
		t.Errorf("%v, and said %q", err, said.String())
	}
}

func TestSendIsFinishedAfterALostConnection(t *testing.T) {
	sent := make(chan bool, 1)
	d := startServer(t, largeLimits(), func(ctx context.Context, s *Session) int {
		fmt.Fprintln(s.Out, "here")
		<-s.Leave
		sent <- ctx.Err() == nil
		return 0
	})
	c := d.connect()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := s.StdoutPipe()
	if err := s.Start("send"); err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadFull(out, make([]byte, len("here\n")))
	_ = c.Close()
	if !<-sent {
		t.Error("the send was cut off")
	}
}

func TestManySessionsLeaveNoGoroutines(t *testing.T) {
	n := 200
	if testing.Short() {
		n = 30
	}
	before := runtime.NumGoroutine()
	d := startServer(t, Limits{Sessions: n, PerKey: n}, sit)
	var wg sync.WaitGroup
	clients := make([]*ssh.Client, n)
	for i := range n {
		wg.Go(func() {
			c, err := d.dial(ssh.PublicKeys(d.ada))
			if err != nil {
				t.Error(err)
				return
			}
			clients[i] = c
			s, err := c.NewSession()
			if err == nil {
				err = s.RequestPty("xterm", 24, 80, nil)
			}
			out, _ := s.StdoutPipe()
			if err == nil {
				err = s.Shell()
			}
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.ReadFull(out, make([]byte, len("here")))
		})
		if i%20 == 19 {
			wg.Wait() // otherwise the listener's queue overflows
		}
	}
	wg.Wait()
	if got := d.count(); got != n {
		t.Errorf("%d sessions", got)
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
	for _, c := range clients {
		if c != nil {
			_ = c.Close()
		}
	}
	settle(t, "every goroutine ends", func() bool { return runtime.NumGoroutine() <= before })
}

func TestVisitorWhoReadsNothingDoesNotDelayTheStop(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as what was begun may take")
	}
	d := startServer(t, largeLimits(), func(ctx context.Context, s *Session) int {
		for ctx.Err() == nil {
			if _, err := s.Out.Write(make([]byte, 1<<16)); err != nil {
				break
			}
		}
		return 0
	})
	s := d.session()
	_, _ = s.StdoutPipe() // never read
	if err := s.Start("flood"); err != nil {
		t.Fatal(err)
	}
	settle(t, "it runs", func() bool { return d.count() == 1 })
	began := time.Now()
	if err := d.close(); err != nil {
		t.Error(err)
	}
	if addSessions := time.Since(began); addSessions > stopGrace+3*hardGrace {
		t.Errorf("stopping addSessions %v", addSessions)
	}
}
