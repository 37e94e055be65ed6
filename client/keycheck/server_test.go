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

// public is the address of the test server.
const public = "93.184.215.14"

// trustAll trusts every host.
func trustAll(string) bool { return true }

func newChecker(transport http.RoundTripper) *keycheck.Checker {
	return keycheck.New(keycheck.Options{Transport: transport, Trusted: trustAll, Now: time.Now})
}

// askOne asks one question. It returns an empty validity if there was no answer.
func askOne(ctx context.Context, c *keycheck.Checker, q keycheck.Question) (told invite.Validity) {
	c.Ask(ctx, []keycheck.Question{q}, func(_ keycheck.Question, v invite.Validity) { told = v })
	return told
}

// dns is a resolver that returns the given results of a host one after the other,
// and then repeats the last.
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

// LookupSRV finds no records.
func (dns) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	return "", nil, &net.DNSError{Err: "no such host", Name: "_" + service + "._" + proto + "." + name, IsNotFound: true}
}

// recordingDialer records the dialled addresses and refuses all connections.
type recordingDialer struct {
	mu      sync.Mutex
	dialled []string
}

var errNoConn = errors.New("connection refused")

func (w *recordingDialer) dial(_ context.Context, _, address string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dialled = append(w.dialled, address)
	return nil, errNoConn
}

// tlsServer is an HTTPS server for example.com on connections in memory, so that it
// can run in a synctest bubble.
type tlsServer struct {
	conns   chan net.Conn
	closed  chan struct{}
	roots   *x509.CertPool
	mu      sync.Mutex
	asked   []*http.Request
	dialled []string
}

// newTLSServer starts a server with this handler.
func newTLSServer(t *testing.T, handler http.HandlerFunc) *tlsServer {
	t.Helper()
	s := &tlsServer{conns: make(chan net.Conn), closed: make(chan struct{}), roots: x509.NewCertPool()}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r)
		s.mu.Unlock()
		handler(w, r)
	}))
	_ = server.Listener.Close()
	server.Listener = s
	server.EnableHTTP2 = true // the transport must use HTTP/1.1
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	s.roots.AddCert(server.Certificate())
	t.Cleanup(server.Close)
	return s
}

// transport returns a transport that connects every address to the server.
func (s *tlsServer) transport(t *testing.T) *keycheck.Transport {
	t.Helper()
	tr := keycheck.NewTransport(keycheck.TransportOptions{
		Resolver: dns{"example.com": {{public}}, "other.example": {{public}}},
		Dial:     s.dial,
		Roots:    s.roots,
	})
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func (s *tlsServer) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *tlsServer) dial(ctx context.Context, _, address string) (net.Conn, error) {
	s.mu.Lock()
	s.dialled = append(s.dialled, address)
	s.mu.Unlock()
	ours, theirs := net.Pipe()
	select {
	case s.conns <- noCloseNotify{theirs}:
		return noCloseNotify{ours}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// noCloseNotify is a connection without write deadlines in the future. net/http
// sets one only to send TLS's close_notify. On a [net.Pipe] that write blocks until
// the other side reads: if both sides close at the same time, neither reads, and
// the time of a synctest bubble stops.
type noCloseNotify struct{ net.Conn }

func (c noCloseNotify) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() {
		t = time.Unix(0, 0)
	}
	return c.Conn.SetWriteDeadline(t)
}

// Accept implements [net.Listener].
func (s *tlsServer) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *tlsServer) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

func (s *tlsServer) Addr() net.Addr { return &net.TCPAddr{} }

// roundTripFunc is a function that implements [http.RoundTripper].
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
