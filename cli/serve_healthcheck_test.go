package cli

import (
	"io"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// checkHealth runs mxinvite serve --healthcheck.
func checkHealth(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	heard := new(sshtest.Buffer)
	w := host.World{Streams: out.Streams{Out: io.Discard, Err: heard, Env: []string{"MXINVITE_HOME=" + t.TempDir()}}}
	code = Run(t.Context(), w, append([]string{"serve", "--healthcheck"}, args...))
	return code, heard.String()
}

func TestHealthcheckAsksTheServersOfTheFlags(t *testing.T) {
	l := startServe(t, "--links", "127.0.0.1:0", "--public-url", "https://invite.example.org")
	links := regexp.MustCompile(`Serving links at http://(\S+)`).FindStringSubmatch(l.said.String())[1]
	for _, args := range [][]string{
		{"--listen", l.address},
		{"--listen", l.address, "--links", links},
		{"--links", links},
	} {
		if code, said := checkHealth(t, args...); code != exit.OK || strings.Count(said, " answers at ") != len(args)/2 {
			t.Errorf("%v: %d %s", args, code, said)
		}
	}
	l.stop()
	code, said := checkHealth(t, "--listen", l.address, "--links", links)
	for _, want := range []string{"no SSH server answers at " + l.address, "no links server answers at " + links} {
		if code != exit.Error || !strings.Contains(said, want) {
			t.Errorf("after the end: %d %s", code, said)
		}
	}
}

func TestHealthcheckFailsForOtherServers(t *testing.T) {
	for name, greeting := range map[string]string{
		"closed":    "",
		"OpenSSH":   "SSH-2.0-OpenSSH_9.2p1\r\n",
		"HTTP":      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"long line": strings.Repeat("a", 1000),
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(conn, greeting) // the client may have closed it
				_ = conn.Close()
			}
		}()
		for _, flag := range []string{"--listen", "--links"} {
			if code, said := checkHealth(t, flag, l.Addr().String()); code != exit.Error {
				t.Errorf("%s, %s: %d %s", name, flag, code, said)
			}
		}
		_ = l.Close()
	}
}
