package serve

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"

	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// dialFrom connects from an address of loopback.
func (d *testServer) dialFrom(source string) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: 10 * time.Second}
	return dialer.DialContext(d.t.Context(), "tcp", d.address)
}

// silent opens connections that send nothing, until the test ends. It returns how many
// of them the server keeps.
func (d *testServer) silent(source string, n int) (kept int) {
	d.t.Helper()
	answers := make([]error, n)
	var g errgroup.Group
	for i := range n {
		conn, err := d.dialFrom(source)
		if err != nil {
			d.t.Fatal(err)
		}
		d.t.Cleanup(func() { _ = conn.Close() })
		g.Go(func() error {
			_, answers[i] = io.ReadFull(conn, make([]byte, len("SSH-2.0-mxinvite"))) // the server speaks first
			return nil
		})
	}
	_ = g.Wait() // the functions return no errors
	for _, err := range answers {
		if err == nil {
			kept++
		}
	}
	return kept
}

// login logs in from an address of loopback and runs a command.
func (d *testServer) login(source string) error {
	conn, err := d.dialFrom(source)
	if err != nil {
		return err
	}
	c, channels, requests, err := ssh.NewClientConn(conn, d.address, &ssh.ClientConfig{
		User: "x", Auth: []ssh.AuthMethod{ssh.PublicKeys(d.ada)}, HostKeyCallback: ssh.FixedHostKey(d.hostKey),
	})
	if err != nil {
		return err
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	s, err := client.NewSession()
	if err != nil {
		return err
	}
	var exit *ssh.ExitError
	if err := s.Run("x"); !errors.As(err, &exit) || exit.ExitStatus() != 3 {
		return errors.New("the command did not run")
	}
	return nil
}

func TestSilentConnectionsOfOneSourceDoNotAffectOthers(t *testing.T) {
	d := startServer(t, largeLimits(), echo)
	if kept := d.silent("127.0.0.1", 120); kept != loginsPerSource {
		t.Errorf("%d connections of one source are kept", kept)
	}
	for range 20 {
		if err := d.login("127.0.0.2"); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.login("127.0.0.1"); err == nil {
		t.Error("the source may open one more")
	}
}

func TestSilentConnectionsOfManySourcesLeaveRoom(t *testing.T) {
	d := startServer(t, largeLimits(), echo)
	visit := d.session()
	said := new(sshtest.Buffer)
	visit.Stdout = said
	kept := 0
	for source := range 40 {
		kept += d.silent(fmt.Sprintf("127.0.1.%d", source+1), 5)
	}
	if kept < loginsStart || kept >= loginsFull {
		t.Errorf("%d connections are kept", kept)
	}
	// Someone who tries again gets in.
	var err error
	for range 200 {
		if err = d.login("127.0.0.9"); err == nil {
			break
		}
	}
	if err != nil {
		t.Error(err)
	}
	// A connection that was there before stays.
	if err := visit.Run("here"); said.String() != "here\n" {
		t.Error(err, said)
	}
}

func TestRefusalRateGrows(t *testing.T) {
	for n, want := range map[int]int{loginsStart: loginsRate, (loginsStart + loginsFull) / 2: 65, loginsFull: 100} {
		if got := refusalRate(n); got != want {
			t.Errorf("%d%% at %d", got, n)
		}
	}
}

func TestSlowHandshakeEndsWithTheLoginGrace(t *testing.T) {
	d := startServerWith(t, largeLimits(), echo, func(s *Server) { s.grace = 300 * time.Millisecond })
	for _, sends := range []string{"", "SSH-2.0-slow\r\n", "SSH-2.0-slow\r\n\x00\x00\x80\x00", strings.Repeat("x", 300)} {
		conn, err := d.dialFrom("127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		go func() { // a byte at a time, which must not prolong it
			for at := 0; ; at++ {
				b := byte('x')
				if at < len(sends) {
					b = sends[at]
				}
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}()
		_ = conn.SetReadDeadline(begun.Add(10 * time.Second))
		if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%q: after %s: %v", sends, time.Since(begun), err)
		}
		_ = conn.Close()
	}
	if err := d.login("127.0.0.1"); err != nil {
		t.Error(err)
	}
}

// address is a connection from an address.
type address struct {
	net.Conn

	from net.Addr
}

func (a address) RemoteAddr() net.Addr { return a.from }

func TestSourceIsAnAddressOrANetworkOfIPv6(t *testing.T) {
	for from, want := range map[string]string{
		"192.0.2.7:1": "192.0.2.7/32", "[::ffff:192.0.2.7]:1": "192.0.2.7/32",
		"[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::/64", "[fe80::1%eth0]:1": "fe80::/64",
	} {
		if got := sourceOf(address{from: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from))}); got.String() != want {
			t.Errorf("%s: %s", from, got)
		}
	}
	if got := sourceOf(address{from: &net.UnixAddr{}}); got.IsValid() {
		t.Error(got)
	}
}

func TestIdleConnectionsOfAKeyAreLimited(t *testing.T) {
	d := startServer(t, largeLimits(), echo)
	run := func() error {
		s, err := d.connect().NewSession()
		if err != nil {
			return err
		}
		_ = s.Run("x") // which ends with 3
		return nil
	}
	for range idlePerKey {
		if err := run(); err != nil {
			t.Fatal(err)
		}
	}
	idle := func() bool {
		d.server.mu.Lock()
		defer d.server.mu.Unlock()
		return len(d.server.sessions) == 0
	}
	settle(t, "the sessions end", idle)
	if err := run(); err == nil || !strings.Contains(err.Error(), "connections without a session") {
		t.Error(err)
	}
}
