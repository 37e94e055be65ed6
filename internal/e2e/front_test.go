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

// front is the TLS side of Sydent, which speaks only plain HTTP. It keeps its port while what stands behind it is
// started anew, and it can be down: then connections are refused.
type front struct {
	address string
	config  *tls.Config
	behind  atomic.Pointer[url.URL]

	mu     sync.Mutex
	server *http.Server // nil while down
}

func newFront(a *authority) (*front, error) {
	f := &front{address: "127.0.0.1:0", config: &tls.Config{Certificates: []tls.Certificate{a.certificate}}}
	return f, f.up()
}

// name is how servers write it: a host with a port, which is also the entity that signs.
func (f *front) name() string {
	_, port, _ := net.SplitHostPort(f.address)
	return "localhost:" + port
}

func (f *front) url() string { return "https://" + f.name() }

// lead sends what comes from now on to a port of this machine.
func (f *front) lead(port int) {
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

// down refuses connections, and ends those that others keep open for later.
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
