package serve

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// BenchmarkVisitors opens the list of the demo's invites in 200 sessions at
// once. It reports the additional memory of the server's process per session,
// and the CPU time per session while there is no input. Visitors and homeserver
// run in other processes. The environment variable VISITORS changes the number.
//
//	go test -run - -bench Visitors -benchtime 1x ./internal/serve
func BenchmarkVisitors(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("it reads /proc")
	}
	n := 200
	if v := os.Getenv("VISITORS"); v != "" {
		n, _ = strconv.Atoi(v)
	}
	program := filepath.Join(b.TempDir(), "mxinvite")
	if out, err := exec.Command("go", "build", "-o", program, "../..").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for b.Loop() {
		benchVisitors(b, program, n)
	}
}

func benchVisitors(b *testing.B, program string, n int) {
	b.Helper()
	dir := b.TempDir()
	keys, lines := make([]ssh.Signer, n), make([]string, n)
	for i := range keys {
		keys[i] = sshtest.NewKey(b)
		lines[i] = sshtest.KeyLine(keys[i], fmt.Sprint("visitor", i))
	}
	if err := os.WriteFile(filepath.Join(dir, "keys"), []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		b.Fatal(err)
	}
	demo := begin(b, exec.Command(program, "demo", "--listen", "127.0.0.1:0"))
	hs, password := demo.word(`homeserver\t(\S+)`), demo.word(`password\t(\S+)`)
	serve := exec.Command(program, "--home", filepath.Join(dir, "home"), "serve", "--listen", "127.0.0.1:0",
		"--allow-private", "--authorized-keys", filepath.Join(dir, "keys"))
	serve.Env = append(os.Environ(), fmt.Sprintf("MXINVITE_SERVE_SESSIONS=%d", n+1)) // one more to sign in
	server := begin(b, serve)
	address := server.word(`Listening on (\S+)`)

	empty, began := server.memory(), time.Now()
	for _, key := range keys {
		c, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
			User: "x", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		})
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		look(b, c, "--vault plain login "+hs+" --user ada", password)
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds())/float64(n), "ms/arrival")
	time.Sleep(5 * time.Second) // until all sessions are idle
	full := server.memory()
	b.ReportMetric(full-empty, "MiB-visitors")
	b.ReportMetric((full-empty)/float64(n), "MiB/visitor")
	const rest = 10 * time.Second
	before := server.cpu()
	time.Sleep(rest)
	b.ReportMetric(100*(server.cpu()-before).Seconds()/rest.Seconds(), "%cpu-idle")
	b.ReportMetric(0, "ns/op")
}

// look signs a visitor in and opens the screen.
func look(b *testing.B, c *ssh.Client, login, password string) {
	b.Helper()
	s, err := c.NewSession()
	if err != nil {
		b.Fatal(err)
	}
	s.Stdin = strings.NewReader(password)
	if out, err := s.CombinedOutput(login); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	if s, err = c.NewSession(); err != nil {
		b.Fatal(err)
	}
	screen := new(sshtest.Buffer)
	s.Stdout = screen
	if err := s.RequestPty("xterm-256color", 40, 120, nil); err != nil {
		b.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		b.Fatal(err)
	}
	settle(b, "the screen is there", func() bool { return strings.Contains(screen.String(), "#compilers") })
}

// A child is a child process that runs mxinvite.
type child struct {
	b    *testing.B
	pid  int
	said *sshtest.Buffer
}

func begin(b *testing.B, cmd *exec.Cmd) child {
	b.Helper()
	c := child{b: b, said: new(sshtest.Buffer)}
	cmd.Stdout, cmd.Stderr = c.said, c.said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	c.pid = cmd.Process.Pid
	return c
}

// word waits for a text in the child's output.
func (c child) word(pattern string) (word string) {
	c.b.Helper()
	re := regexp.MustCompile(pattern)
	settle(c.b, pattern, func() bool {
		m := re.FindStringSubmatch(c.said.String())
		if m != nil {
			word = m[1]
		}
		return m != nil
	})
	return word
}

// memory returns the private memory of the child, in MiB.
func (c child) memory() float64 {
	c.b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
	if err != nil {
		c.b.Fatal(err)
	}
	m := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	kib, err := strconv.Atoi(string(m[1]))
	if err != nil {
		c.b.Fatal(err)
	}
	return float64(kib) / 1024
}

// cpu returns the CPU time of the child.
func (c child) cpu() time.Duration {
	c.b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.pid))
	if err != nil {
		c.b.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')'):]))
	user, _ := strconv.Atoi(fields[12])
	system, _ := strconv.Atoi(fields[13])
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 wherever Go runs
}
