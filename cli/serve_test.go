package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// A serveTest is a running mxinvite serve, and the servers of the demo.
type serveTest struct {
	t       *testing.T
	dir     string
	address string
	metrics string
	hs      *httptest.Server
	asked   atomic.Int64 // requests to the homeserver
	logouts atomic.Int64 // requests to sign out
	hangup  chan os.Signal
	said    *sshtest.Buffer
	stop    func() int
	ada     ssh.Signer
}

// settled waits until no more output is written.
func settled(t *testing.T, s *sshtest.Buffer) {
	t.Helper()
	s.Until(t, "continue")
	for before := ""; before != s.String(); time.Sleep(500 * time.Millisecond) {
		before = s.String()
	}
}

func startServe(t *testing.T, args ...string) *serveTest {
	t.Helper()
	l := &serveTest{t: t, dir: t.TempDir(), hangup: make(chan os.Signal, 1), said: new(sshtest.Buffer), ada: sshtest.NewKey(t)}
	var world http.Handler
	l.hs = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.asked.Add(1)
		if strings.HasSuffix(r.URL.Path, "/logout") {
			l.logouts.Add(1)
		}
		world.ServeHTTP(w, r)
	}))
	world = sandbox.Demo(sandbox.Options{HomeserverURL: l.hs.URL, IdentityServerURL: l.hs.URL, Now: time.Now})
	l.authorize(l.ada)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	w := host.World{
		Streams: out.Streams{
			In:  strings.NewReader(""),
			Out: io.Discard,
			Err: l.said,
			Now: time.Now, Location: time.FixedZone("here", -11*60*60),
			Env: []string{"MXINVITE_HOME=" + filepath.Join(l.dir, "home")},
		},
		Machine: host.Machine{
			Hangup: l.hangup,
		},
	}
	args = append([]string{
		"serve", "--listen", "127.0.0.1:0", "--authorized-keys", filepath.Join(l.dir, "keys"), "--metrics", "127.0.0.1:0",
	}, args...)
	go func() { ended <- Run(ctx, w, args) }()
	l.stop = sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if code := l.stop(); code != exit.OK {
			t.Errorf("serve ended with %d: %s", code, l.said)
		}
		l.hs.Close()
	})
	said := l.said.Until(t, "/metrics") // the last line
	l.address = regexp.MustCompile(`Listening on (\S+)`).FindStringSubmatch(said)[1]
	l.metrics = regexp.MustCompile(`http://\S+/metrics`).FindString(said)
	return l
}

func (l *serveTest) authorize(keys ...ssh.Signer) {
	l.t.Helper()
	var b strings.Builder
	for i, k := range keys {
		fmt.Fprintln(&b, sshtest.KeyLine(k, fmt.Sprint("visitor", i)))
	}
	if err := os.WriteFile(filepath.Join(l.dir, "keys"), []byte(b.String()), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// addKey makes the server accept another key in addition to Ada's.
func (l *serveTest) addKey(key ssh.Signer) {
	l.t.Helper()
	l.authorize(l.ada, key)
	l.hangup <- syscall.SIGHUP
	l.said.Until(l.t, "were reloaded")
}

func (l *serveTest) dial(key ssh.Signer) (*ssh.Client, error) {
	return ssh.Dial("tcp", l.address, &ssh.ClientConfig{
		User: "x", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), //nolint:gosec // it is ours
	})
}

// session opens an SSH session with a key.
func (l *serveTest) session(key ssh.Signer) *ssh.Session {
	l.t.Helper()
	c, err := l.dial(key)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = c.Close() })
	s, err := c.NewSession()
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// terminal opens an SSH session with a terminal, and returns its input.
func (l *serveTest) terminal(key ssh.Signer, width, height int) (s *ssh.Session, keys io.Writer) {
	l.t.Helper()
	s = l.session(key)
	keys, err := s.StdinPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", height, width, nil); err != nil {
		l.t.Fatal(err)
	}
	return s, keys
}

// start runs a command in a session. Without a command it opens the screen.
func (l *serveTest) start(s *ssh.Session, command string) {
	l.t.Helper()
	start := s.Shell
	if command != "" {
		start = func() error { return s.Start(command) }
	}
	if err := start(); err != nil {
		l.t.Fatal(err)
	}
}

// run runs a command over SSH with a key.
func (l *serveTest) run(key ssh.Signer, in, command string) (code int, out, said string) {
	l.t.Helper()
	s := l.session(key)
	var stdout, stderr bytes.Buffer
	s.Stdin, s.Stdout, s.Stderr = strings.NewReader(in), &stdout, &stderr
	err := s.Run(command)
	if e, ok := errors.AsType[*ssh.ExitError](err); ok {
		code = e.ExitStatus()
	} else if err != nil && !errors.Is(err, io.EOF) { // caused by unread input
		l.t.Fatal(err)
	}
	return code, stdout.String(), stderr.String()
}

func (l *serveTest) signIn() {
	l.t.Helper()
	if code, _, said := l.run(l.ada, sandbox.DemoPassword, "login --vault plain "+l.hs.URL+" --user "+sandbox.DemoUser); code != exit.OK {
		l.t.Fatalf("signing in ended with %d: %s", code, said)
	}
}

func TestVisitorsHaveSeparateAccountsAndDirectories(t *testing.T) {
	l := startServe(t, "--allow-private")
	grace := sshtest.NewKey(t)
	l.authorize(l.ada, grace)
	l.hangup <- syscall.SIGHUP
	l.said.Until(t, "were reloaded")
	l.signIn()
	if code, out, said := l.run(l.ada, "", "list --json"); code != exit.OK || !strings.HasPrefix(out, "[\n") {
		t.Errorf("ada's list ends with %d: %.100s %s", code, out, said)
	}
	if code, out, said := l.run(grace, "", "list --json"); code != exit.SignedOut || out != "" {
		t.Errorf("grace's list ends with %d: %.100s %s", code, out, said)
	}
	dirs, err := os.ReadDir(filepath.Join(l.dir, "home", "visitors"))
	if err != nil || len(dirs) != 2 {
		t.Fatal(dirs, err)
	}
	for _, d := range dirs {
		if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o700 || !strings.HasPrefix(d.Name(), "SHA256-") {
			t.Error(info, err)
		}
	}
	sessions, err := filepath.Glob(filepath.Join(l.dir, "home", "visitors", "*", "vault"))
	if err != nil || len(sessions) != 1 {
		t.Fatal(sessions, err)
	}
	if info, err := os.Stat(sessions[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}

// The SSH client of a visitor may send TZ. The time zone of the server does not
// apply to visitors.
func TestVisitorsSeeTimesInTheirTimeZone(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signIn()
	var invites []out.JSONInvite
	if _, list, _ := l.run(l.ada, "", "list --json"); json.Unmarshal([]byte(list), &invites) != nil || len(invites) == 0 {
		t.Fatal(list)
	}
	i := invites[0]
	at, err := time.Parse(time.RFC3339, i.SentAt)
	if err != nil {
		t.Fatal(err)
	}
	utc := at.Format("15:04") + " UTC"
	for tz, want := range map[string]string{
		"Asia/Tokyo": at.Add(9*time.Hour).Format("15:04") + ",", ":Asia/Tokyo": at.Add(9*time.Hour).Format("15:04") + ",",
		"": utc, "Local": utc, "Nowhere/Town": utc, "../../etc/passwd": utc, "JST-9": utc,
	} {
		s := l.session(l.ada)
		if err := s.Setenv("TZ", tz); err != nil {
			t.Fatal(err)
		}
		if err := s.RequestPty("xterm", 30, 120, nil); err != nil {
			t.Fatal(err)
		}
		shown, err := s.Output("show --no-color " + i.RoomID + " " + i.Token)
		if err != nil || !regexp.MustCompile(`(?m)^Sent .*`+want).Match(shown) {
			t.Errorf("with TZ=%s, want %q: %s %v", tz, want, shown, err)
		}
	}
}

func TestVisitorsRunOnlyMxinviteCommands(t *testing.T) {
	l := startServe(t)
	for _, command := range []string{
		"id", "/bin/sh -c id", "sh", "scp -t /tmp", "rooms; id", "$(id)", "serve", "config path",
		"inspect /etc/passwd", "login x --password-file /etc/passwd", "--home / list", "trust --private 127.0.0.1",
	} {
		if code, out, said := l.run(l.ada, "", command); code == exit.OK || strings.Contains(out+said, "uid=") || strings.Contains(out+said, "root:") {
			t.Errorf("%q ends with %d: %s%s", command, code, out, said)
		}
	}
	if code, out, _ := l.run(l.ada, "[]", "--version"); code != exit.OK || !strings.Contains(out, "mxinvite (devel)") {
		t.Errorf("%d: %s", code, out)
	}
}

func TestVisitorsReachNoServerOfThisMachine(t *testing.T) {
	l := startServe(t)
	_, port, err := net.SplitHostPort(l.hs.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "169.254.169.254", "10.0.0.1"} {
		code, _, said := l.run(l.ada, "x", "login http://"+host+":"+port+" --user ada")
		if code == exit.OK {
			t.Errorf("%s was reached: %s", host, said)
		}
	}
	if n := l.asked.Load(); n > 0 {
		t.Errorf("%d requests came through", n)
	}
}

func TestVisitorIsAskedForThePasswordAtTheTerminal(t *testing.T) {
	l := startServe(t, "--allow-private")
	screen := new(sshtest.Buffer)
	s, keys := l.terminal(l.ada, 80, 24)
	s.Stdout = screen
	l.start(s, "login "+l.hs.URL)
	screen.Until(t, "Your user name on ")
	_, _ = io.WriteString(keys, sandbox.DemoUser+"x\x7f\r")
	screen.Until(t, "Password: ")
	_, _ = io.WriteString(keys, sandbox.DemoPassword+"\r")
	for _, question := range []string{"New passphrase: ", "Repeat the passphrase: "} {
		screen.Until(t, question)
		_, _ = io.WriteString(keys, "of the vault\r")
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	if got := screen.String(); strings.Contains(got, sandbox.DemoPassword) || !strings.Contains(got, "Signed in as") || strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") {
		t.Errorf("%q", got)
	}
}

func TestVisitorHasTheScreen(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signIn()
	screen := new(sshtest.Buffer)
	s, keys := l.terminal(l.ada, 120, 30)
	s.Stdout = screen
	l.start(s, "")
	screen.Until(t, "#compilers")
	for i := range 500 {
		if err := s.WindowChange(16+i%60, 60+i%200); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.WindowChange(10, 47); err != nil {
		t.Fatal(err)
	}
	screen.Until(t, "47")
	_, _ = io.WriteString(keys, "\x03")
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
}

func TestScreenReceivesTypeahead(t *testing.T) {
	l := startServe(t)
	screen := new(sshtest.Buffer)
	s, keys := l.terminal(l.ada, 120, 30)
	s.Stdout = screen
	_, _ = io.WriteString(keys, "8642097") // before the screen is drawn
	l.start(s, "")
	settled(t, screen)
	_, _ = io.WriteString(keys, "\x03")
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	// It may take several frames. There are no other digits on the page.
	got := regexp.MustCompile(`[^0-9]`).ReplaceAllString(sequence.ReplaceAllString(screen.String(), ""), "")
	if got != "8642097" {
		t.Errorf("%q is there", got)
	}
}

func TestSettingsAndKeysAreReloaded(t *testing.T) {
	l := startServe(t)
	settings := filepath.Join(l.dir, "home", "config.toml")
	if err := os.WriteFile(settings, []byte("[serve]\nsessions = 0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l.hangup <- syscall.SIGHUP
	l.said.Until(t, "the former ones stay valid")
	if code, _, said := l.run(l.ada, "", "--version"); code != exit.OK {
		t.Errorf("after a mistake in the settings: %d, %s", code, said)
	}
	grace := sshtest.NewKey(t)
	l.authorize(grace)
	if err := os.WriteFile(settings, []byte("[serve]\nsessions_per_key = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l.hangup <- syscall.SIGHUP
	l.said.Until(t, "keys and settings were reloaded")
	if _, err := l.dial(l.ada); err == nil {
		t.Error("the removed key opens the door")
	}
	c, err := l.dial(grace)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.NewSession(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.NewSession(); err == nil || !strings.Contains(err.Error(), "your key already has 1 sessions") {
		t.Errorf("a second session: %v", err)
	}
}

func TestVisitorsAreNotifiedOfShutdown(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signIn()
	screen := new(sshtest.Buffer)
	s, _ := l.terminal(l.ada, 120, 30)
	s.Stdout = screen
	l.start(s, "")
	screen.Until(t, "#compilers")
	if code := l.stop(); code != exit.OK {
		t.Errorf("ended with %d", code)
	}
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
	if got := screen.String(); !strings.HasSuffix(got, "mxinvite: the server is shutting down\r\n") || !strings.Contains(got, "\x1b[?1049l") {
		t.Errorf("%q", got[max(0, len(got)-200):])
	}
}

// figures returns the metrics of the server.
func (l *serveTest) figures(t *testing.T) string {
	t.Helper()
	res, err := http.Get(l.metrics)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	figures, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(figures)
}

func TestMetricsAndLogContainNoAddress(t *testing.T) {
	l := startServe(t, "--allow-private")
	l.signIn()
	_, _, _ = l.run(l.ada, "", "rooms")
	_, rooms, _ := l.run(l.ada, "", "rooms --json")
	room := regexp.MustCompile(`"room_id": "([^"]+)",\s+"name": "Reading group"`).FindStringSubmatch(rooms)[1]
	if code, out, said := l.run(l.ada, "", "send '"+room+"' new@person.example --yes --accept-terms"); code != exit.OK {
		t.Fatalf("%d: %s%s", code, out, said)
	}
	figures := l.figures(t)
	for patience := 100; !strings.Contains(figures, "\nmxinvite_sessions 0\n") && patience > 0; patience-- {
		time.Sleep(20 * time.Millisecond) // the client sees the end before the server has counted it
		figures = l.figures(t)
	}
	for _, line := range []string{
		"\nmxinvite_sessions 0\n", "\nmxinvite_sessions_total 4\n", "\nmxinvite_sends_total{outcome=\"sent\"} 1\n",
		"\nmxinvite_sessions_ended_total{code=\"0\"} 4\n", "\nmxinvite_panics_total 0\n",
	} {
		if !strings.Contains(figures, line) {
			t.Errorf("%q is not among the figures", line)
		}
	}
	said := l.said.String()
	if strings.Count(said, `msg="session started" name=visitor0 key=SHA256:`) != 4 || strings.Contains(said, "person.example") || strings.Contains(said, "send") {
		t.Error(said)
	}
}

// wantRemoved reloads the keys and checks that Ada's key is refused. It waits for
// the text that the server writes after the reload.
func (l *serveTest) wantRemoved(text string) {
	l.t.Helper()
	l.hangup <- syscall.SIGHUP
	l.said.Until(l.t, text)
	if c, err := l.dial(l.ada); err == nil {
		_ = c.Close()
		l.t.Error("the removed key is accepted")
	}
}

func TestKeysThatCannotBeReadChangeNothing(t *testing.T) {
	l := startServe(t)
	keys := filepath.Join(l.dir, "keys")
	good, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	spoil := map[string]func() error{
		"empty":               func() error { return os.WriteFile(keys, nil, 0o600) },
		"comments":            func() error { return os.WriteFile(keys, []byte("# the team\n"), 0o600) },
		"cut":                 func() error { return os.WriteFile(keys, good[:20], 0o600) },
		"zeros":               func() error { return os.WriteFile(keys, make([]byte, 4096), 0o600) },
		"gone":                func() error { return nil },
		"directory":           func() error { return os.Mkdir(keys, 0o700) },
		"dead link":           func() error { return os.Symlink(filepath.Join(l.dir, "nowhere"), keys) },
		"link to a directory": func() error { return os.Symlink(l.dir, keys) },
	}
	if os.Getuid() != 0 { // root can read all files
		spoil["no permission"] = func() error { return os.WriteFile(keys, good, 0) }
	}
	for name, spoil := range spoil {
		if err := errors.Join(os.RemoveAll(keys), spoil()); err != nil {
			t.Fatal(err)
		}
		before := strings.Count(l.said.String(), "keys were not reloaded; the former ones stay valid")
		l.hangup <- syscall.SIGHUP
		for end := time.Now().Add(20 * time.Second); strings.Count(l.said.String(), "keys were not reloaded; the former ones stay valid") == before; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %s", name, l.said)
			}
		}
		if code, _, said := l.run(l.ada, "", "version"); code != exit.OK {
			t.Errorf("%s: %d %s", name, code, said)
		}
	}
	figures := l.figures(t)
	for _, line := range []string{"\nmxinvite_keys 1\n", fmt.Sprintf("\nmxinvite_reloads_total{result=\"failed\"} %d\n", len(spoil))} {
		if !strings.Contains(figures, line) {
			t.Errorf("%q is not among the figures", line)
		}
	}
	// A file with the line "# none" removes all keys.
	if err := errors.Join(os.RemoveAll(keys), os.WriteFile(keys, []byte("# none\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	l.wantRemoved("were reloaded")
}

func TestInvalidSettingsDoNotDelayTheRemovalOfAKey(t *testing.T) {
	l := startServe(t)
	l.authorize(sshtest.NewKey(t))
	if err := os.WriteFile(filepath.Join(l.dir, "home", "config.toml"), []byte("nonsense = ["), 0o600); err != nil {
		t.Fatal(err)
	}
	l.wantRemoved("settings were not reloaded")
}

func TestServeRejectsInvalidUsage(t *testing.T) {
	for _, args := range [][]string{
		{"serve"},
		{"serve", "--authorized-keys", "/dev/null", "--metrics", "0.0.0.0:9222", "--listen", "127.0.0.1:0"},
		{"serve", "--authorized-keys", "/dev/null", "--metrics", ":9222", "--listen", "127.0.0.1:0"},
		{"serve", "--authorized-keys", "/dev/null", "--memory", "400", "--listen", "127.0.0.1:0"},
		{"serve", "--authorized-keys", "/dev/null", "--memory", "-1GiB", "--listen", "127.0.0.1:0"},
		{"serve", "--authorized-keys", "/dev/null", "--memory", "9999999999999999GiB", "--listen", "127.0.0.1:0"},
	} {
		w := host.World{Streams: out.Streams{Out: io.Discard, Err: io.Discard, Env: []string{"MXINVITE_HOME=" + t.TempDir()}}}
		if code := Run(t.Context(), w, args); code != exit.Usage {
			t.Errorf("%v ends with %d", args, code)
		}
	}
}

func TestEmptyArgumentsDoNotUseProcessArguments(t *testing.T) {
	args := os.Args
	defer func() { os.Args = args }()
	os.Args = []string{"mxinvite", "rooms"}
	var said bytes.Buffer
	w := host.World{Streams: out.Streams{In: strings.NewReader(""), Out: io.Discard, Err: &said, Env: []string{"MXINVITE_HOME=" + t.TempDir()}}}
	if code := Run(t.Context(), w, nil); code != exit.Usage || !strings.Contains(said.String(), "the screen needs a terminal") {
		t.Errorf("%d: %s", code, said.String())
	}
}
