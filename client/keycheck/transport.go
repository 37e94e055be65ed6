package keycheck

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	maxHeader   = 16 << 10 // bytes
	idleTimeout = 30 * time.Second
)

// TransportOptions are the settings of a Transport. The zero value allows only
// https and public addresses.
type TransportOptions struct {
	// AllowHTTP reports whether a host, in the form of [Question.Host], may be
	// asked over http. AllowPrivate reports whether it may have a loopback address,
	// a private address or one of carrier-grade NAT. They should allow only hosts
	// that the user has named for this purpose, such as an identity server in their
	// own network. Trust in a host is not enough: its owner could let its name
	// resolve to any address. If nil, they allow no host. They must be safe for
	// concurrent use.
	AllowHTTP, AllowPrivate func(host string) bool

	Resolver Resolver                                                             // if nil, net.DefaultResolver
	Dial     func(ctx context.Context, network, address string) (net.Conn, error) // if nil, that of a net.Dialer
	Roots    *x509.CertPool                                                       // if nil, the system's
}

// A Transport makes requests to URLs that come from other users. It uses HTTP/1.1
// over TLS with verified certificates, without proxies and credentials, and
// connects to public addresses only. Like every [http.RoundTripper] it follows no
// redirects and stores no cookies. The context of a request limits its time.
type Transport struct {
	allowHTTP, allowPrivate func(host string) bool
	public, local           *http.Transport // public refuses private addresses, local does not
}

// NewTransport returns a Transport without connections.
func NewTransport(o TransportOptions) *Transport {
	o = o.orDefaults()
	return &Transport{allowHTTP: o.AllowHTTP, allowPrivate: o.AllowPrivate, public: o.newTransport(false), local: o.newTransport(true)}
}

func (o TransportOptions) orDefaults() TransportOptions {
	none := func(string) bool { return false }
	if o.AllowHTTP == nil {
		o.AllowHTTP = none
	}
	if o.AllowPrivate == nil {
		o.AllowPrivate = none
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return o
}

func (o TransportOptions) newTransport(local bool) *http.Transport {
	http1 := new(http.Protocols)
	http1.SetHTTP1(true)
	return &http.Transport{
		DialContext:            dialer{o.Resolver, o.Dial, local}.dialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		TLSHandshakeTimeout:    timeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true, // a small compressed response could expand to a large one
		MaxIdleConns:           maxRunning,
		MaxIdleConnsPerHost:    maxPerHost,
		IdleConnTimeout:        idleTimeout,
		Protocols:              http1,
	}
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	transport, err := t.choose(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	res, err := transport.RoundTrip(req)
	panicgroup.Raise(err)
	if errors.Is(err, errLocal) {
		host, _ := hostOf(req.URL)
		return nil, &RefusedError{Host: host, Private: true}
	}
	return res, err
}

// CloseIdleConnections closes the idle connections.
func (t *Transport) CloseIdleConnections() {
	t.public.CloseIdleConnections()
	t.local.CloseIdleConnections()
}

var (
	errURL         = errors.New("not a safe URL")
	errCredentials = errors.New("credentials are not sent to hosts named by other users")
)

// choose checks a request and returns the transport for it.
func (t *Transport) choose(req *http.Request) (*http.Transport, error) {
	host, ok := hostOf(req.URL)
	if !ok || req.URL.User != nil {
		return nil, errURL
	}
	if req.URL.Scheme != "https" && !t.allowHTTP(host) {
		// A name is not looked up yet, but an address or localhost can be checked.
		a, _ := netip.ParseAddr(req.URL.Hostname())
		local := req.URL.Hostname() == "localhost" || errors.Is(refuse(a.Unmap(), false), errLocal)
		return nil, &RefusedError{Host: host, HTTP: true, Private: local && !t.allowPrivate(host)}
	}
	if req.Header.Get("Authorization") != "" || req.Header.Get("Cookie") != "" {
		return nil, errCredentials
	}
	if t.allowPrivate(host) {
		return t.local, nil
	}
	return t.public, nil
}
