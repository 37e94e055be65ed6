package keycheck

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	// maxAddresses is how many of a host's addresses are tried.
	maxAddresses = 3
	// dialTimeout is for each of them: where IPv6 is broken, time must remain for
	// IPv4.
	dialTimeout = 3 * time.Second
)

// A Resolver finds the addresses of a host, as [net.Resolver] does.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// A dialer connects to hosts whose every address passes the guard.
type dialer struct {
	resolver Resolver
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	local    bool // addresses of a person's own network pass, too
}

// Dialer returns a DialContext for an [net/http.Transport] that connects to public
// addresses alone, as a [Transport] does; with private set also to those of
// loopback, private networks and a carrier's NAT. It is for requests to servers
// that somebody else may name.
//
// The transport belongs into [Raising].
func Dialer(o TransportOptions, private bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	o = o.orDefaults()
	return dialer{o.Resolver, o.Dial, private}.dialContext
}

// Raising returns a way that has a panic of a [Dialer] go on where somebody waits
// for the request.
func Raising(way http.RoundTripper) http.RoundTripper { return raising{way} }

type raising struct{ http.RoundTripper }

// RoundTrip makes a request.
func (r raising) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := r.RoundTripper.RoundTrip(req)
	panicgroup.Raise(err)
	return res, err
}

// dialContext is what [http.Transport] wants. It looks the host up once and dials
// the very addresses it has checked. A second lookup may be answered differently,
// which is what DNS rebinding lives on.
//
// [http.Transport] calls it in a goroutine of its own: a panic becomes an error,
// which [Raising] has go on.
func (d dialer) dialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = panicgroup.Try(func() error {
		conn, err = d.connect(ctx, network, address)
		return err
	})
	return conn, err
}

func (d dialer) connect(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := d.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addrs {
		var conn net.Conn
		if conn, err = d.try(ctx, network, net.JoinHostPort(a.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

func (d dialer) try(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return d.dial(ctx, network, address)
}

// resolve returns the addresses of a host, at least one. A host of which only
// one leads where it should not is refused as a whole: no honest one has such.
func (d dialer) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, refuse(a, d.local)
	}
	found, err := d.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	var addrs []netip.Addr
	for _, a := range found {
		a = a.Unmap() // Go's resolver writes IPv4 addresses as mapped ones
		if err := refuse(a, d.local); err != nil {
			return nil, fmt.Errorf("%s: %w", host, err)
		}
		addrs = append(addrs, a)
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("%s has no address", host)
	}
	return addrs[:min(len(addrs), maxAddresses)], nil
}
