//go:build e2e

package e2e

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
)

// A front is a TLS proxy for Sydent, which supports plain HTTP only. It keeps its port
// while Sydent restarts. While it is down, it refuses connections.
type front struct {
	address string
	config  *tls.Config
	behind  atomic.Pointer[url.URL]

	mu     sync.Mutex
	server *http.Server // nil while it is down
}

func newFront(a *authority) (*front, error) {
	f := &front{address: "127.0.0.1:0", config: &tls.Config{Certificates: []tls.Certificate{a.certificate}}}
	return f, f.up()
}

// name returns the host and port, which servers also use as the entity of signatures.
func (f *front) name() string {
	_, port, _ := net.SplitHostPort(f.address)
	return "localhost:" + port
}

func (f *front) url() string { return "https://" + f.name() }

// forwardTo forwards new connections to a port of this machine.
func (f *front) forwardTo(port int) {
	f.behind.Store(&url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)})
}

func (f *front) up() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.server != nil {
		return nil
	}
	listener, err := net.Listen("tcp", f.address)
	if err != nil {
		return err
	}
	f.address = listener.Addr().String()
	f.server = &http.Server{Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(f.behind.Load()) }}}
	go f.server.Serve(tls.NewListener(listener, f.config))
	return nil
}

// down refuses new connections and closes idle ones.
func (f *front) down() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.server == nil {
		return nil
	}
	err := f.server.Close()
	f.server = nil
	return err
}
