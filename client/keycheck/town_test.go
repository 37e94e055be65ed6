package keycheck_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// public is an address that a stranger's server may have.
const public = "93.184.215.14"

// everybody is whom a trusting user trusts.
func everybody(string) bool { return true }

func newChecker(transport http.RoundTripper) *keycheck.Checker {
	return keycheck.New(keycheck.Options{Transport: transport, Trusted: everybody, Now: time.Now})
}

// askOne asks a question and returns what was told, empty if nothing was.
func askOne(ctx context.Context, c *keycheck.Checker, q keycheck.Question) (told invite.Validity) {
	c.Ask(ctx, []keycheck.Question{q}, func(_ keycheck.Question, v invite.Validity) { told = v })
	return told
}

// A dns answers with what it was given for a host, one lookup after the other,
// and with the last of it from then on.
type dns map[string][][]string

func (d dns) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if network != "ip" || len(d[host]) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var addrs []netip.Addr
	for _, a := range d[host][0] {
		addrs = append(addrs, netip.MustParseAddr(a))
	}
	if len(d[host]) > 1 {
		d[host] = d[host][1:]
	}
	return addrs, nil
}

// A wire writes down who was dialled, and connects nobody.
type wire struct {
	mu      sync.Mutex
	dialled []string
}

var errWire = errors.New("nobody is there")

func (w *wire) dial(_ context.Context, _, address string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dialled = append(w.dialled, address)
	return nil, errWire
}

// A stranger is a server called example.com, without sockets, so that it may live
// in a bubble.
type stranger struct {
	conns   chan net.Conn
	closed  chan struct{}
	roots   *x509.CertPool
	mu      sync.Mutex
	asked   []*http.Request
	dialled []string
}

// newStranger starts a server that answers with handler, over TLS.
func newStranger(t *testing.T, handler http.HandlerFunc) *stranger {
	t.Helper()
	s := &stranger{conns: make(chan net.Conn), closed: make(chan struct{}), roots: x509.NewCertPool()}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r)
		s.mu.Unlock()
		handler(w, r)
	}))
	_ = server.Listener.Close()
	server.Listener = s
	server.EnableHTTP2 = true // which we do not speak
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	s.roots.AddCert(server.Certificate())
	t.Cleanup(server.Close)
	return s
}

// transport is a guarded way to the stranger, whatever address is dialled.
func (s *stranger) transport(t *testing.T) *keycheck.Transport {
	t.Helper()
	tr := keycheck.NewTransport(keycheck.TransportOptions{
		Resolver: dns{"example.com": {{public}}, "other.example": {{public}}},
		Dial:     s.dial,
		Roots:    s.roots,
	})
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func (s *stranger) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *stranger) dial(ctx context.Context, _, address string) (net.Conn, error) {
	s.mu.Lock()
	s.dialled = append(s.dialled, address)
	s.mu.Unlock()
	ours, theirs := net.Pipe()
	select {
	case s.conns <- abrupt{theirs}:
		return abrupt{ours}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// An abrupt connection gives nobody time to write, and so ends without TLS's
// farewell, for which alone net/http wants some. On a [net.Pipe] that waits for a
// reader; when both ends bid farewell while net/http holds its locks, neither
// reads, and a bubble's time stands still.
type abrupt struct{ net.Conn }

func (c abrupt) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() {
		t = time.Unix(0, 0)
	}
	return c.Conn.SetWriteDeadline(t)
}

// Accept makes a stranger a [net.Listener].
func (s *stranger) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *stranger) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

func (s *stranger) Addr() net.Addr { return &net.TCPAddr{} }

// A roundTrip is a function that is an [http.RoundTripper].
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
