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

// TransportOptions is what a Transport needs of the world around it, and whom it
// treats differently. The zero value is the strictest there is.
type TransportOptions struct {
	// Plain and Private tell whether a host, in the form of [Question.Host], may
	// be asked over http, and whether it may have an address of loopback, a
	// private network or a carrier's NAT. They are for hosts that the user has
	// named for just that, such as an identity server in the same house. That a
	// host is trusted is no reason: who controls its DNS would get in. Nil
	// allows nobody. They may be called from many goroutines.
	Plain, Private func(host string) bool

	Resolver Resolver                                                             // net.DefaultResolver if nil
	Dial     func(ctx context.Context, network, address string) (net.Conn, error) // a net.Dialer's if nil
	Roots    *x509.CertPool                                                       // the system's if nil
}

// A Transport is the only way to URLs that strangers wrote. It speaks HTTP/1.1
// over verified TLS, through no proxy, with nobody's credentials, to public
// addresses. Like every [http.RoundTripper] it follows no redirects and keeps no
// cookies.
type Transport struct {
	plain, private func(host string) bool
	public, local  *http.Transport // two ways out that differ in the addresses they refuse
}

// NewTransport returns a Transport that has no connections yet.
func NewTransport(o TransportOptions) *Transport {
	o = o.orDefaults()
	return &Transport{plain: o.Plain, private: o.Private, public: o.way(false), local: o.way(true)}
}

func (o TransportOptions) orDefaults() TransportOptions {
	nobody := func(string) bool { return false }
	if o.Plain == nil {
		o.Plain = nobody
	}
	if o.Private == nil {
		o.Private = nobody
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return o
}

func (o TransportOptions) way(local bool) *http.Transport {
	http1 := new(http.Protocols)
	http1.SetHTTP1(true)
	return &http.Transport{
		DialContext:            dialer{o.Resolver, o.Dial, local}.dialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		TLSHandshakeTimeout:    timeout,
		ResponseHeaderTimeout:  timeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true, // a small answer that unpacks to a large one is no use to us
		MaxIdleConns:           maxRunning,
		MaxIdleConnsPerHost:    maxPerHost,
		IdleConnTimeout:        idleTimeout,
		Protocols:              http1,
	}
}

// RoundTrip makes Transport an [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	way, err := t.way(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	res, err := way.RoundTrip(req)
	panicgroup.Raise(err)
	if errors.Is(err, errLocal) {
		host, _ := hostOf(req.URL)
		return nil, &RefusedError{Host: host, Private: true}
	}
	return res, err
}

// CloseIdleConnections closes the connections that wait for a next request.
func (t *Transport) CloseIdleConnections() {
	t.public.CloseIdleConnections()
	t.local.CloseIdleConnections()
}

var (
	errURL         = errors.New("not a URL that can be followed safely")
	errCredentials = errors.New("credentials do not go to strangers")
)

// way checks a request and says which way out it takes.
func (t *Transport) way(req *http.Request) (*http.Transport, error) {
	host, ok := hostOf(req.URL)
	if !ok || req.URL.User != nil {
		return nil, errURL
	}
	if req.URL.Scheme != "https" && !t.plain(host) {
		// Where it is cannot be told before a name is looked up, but an address can.
		a, _ := netip.ParseAddr(req.URL.Hostname())
		local := req.URL.Hostname() == "localhost" || errors.Is(refuse(a.Unmap(), false), errLocal)
		return nil, &RefusedError{Host: host, HTTP: true, Private: local && !t.private(host)}
	}
	if req.Header.Get("Authorization") != "" || req.Header.Get("Cookie") != "" {
		return nil, errCredentials
	}
	if t.private(host) {
		return t.local, nil
	}
	return t.public, nil
}
