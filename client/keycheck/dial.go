package keycheck

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/service"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	// maxAddresses is the number of a host's addresses that are tried.
	maxAddresses = 3
	// dialTimeout is the time limit for each address. If IPv6 does not work, enough
	// time must be left to try IPv4.
	dialTimeout = 3 * time.Second
)

// A Resolver looks up the addresses of a host and SRV records, like [net.Resolver].
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupSRV(ctx context.Context, service, proto, name string) (cname string, records []*net.SRV, err error)
}

// A dialer connects to a host if all of its addresses are allowed.
type dialer struct {
	resolver Resolver
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	local    bool // private addresses are allowed, too
}

// Dialer returns a DialContext function for a [net/http.Transport]. Like
// [Transport], it connects to public addresses only. If private is true, it also
// connects to loopback addresses, private networks and carrier-grade NAT. Use it
// for requests to servers that other users can name, and wrap the transport with
// [RaisePanics].
func Dialer(o TransportOptions, private bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	o = o.orDefaults()
	return dialer{o.Resolver, o.Dial, private}.dialContext
}

// RaisePanics returns a RoundTripper for a transport that uses [Dialer]. If the
// dialer panics, the panic is raised again in the goroutine that makes the
// request.
func RaisePanics(transport http.RoundTripper) http.RoundTripper { return raisePanics{transport} }

type raisePanics struct{ http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (r raisePanics) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := r.RoundTripper.RoundTrip(req)
	panicgroup.Raise(err)
	return res, err
}

// dialContext is the DialContext of an [http.Transport]. It looks up the host once
// and connects to the addresses that it has checked, which prevents DNS rebinding:
// a second lookup could return other addresses.
//
// [http.Transport] calls it in another goroutine, so it returns a panic as an
// error, which [RaisePanics] raises again.
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
	for _, target := range d.targets(ctx, host, port) {
		var conn net.Conn
		if conn, err = d.connectTo(ctx, network, target); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// A target is a host that is connected to, and its port.
type target struct{ host, port string }

// targets returns the targets of the SRV records of a host, if the request is to a service
// (see [service.With]) and there are records; otherwise the host itself. The certificate
// has to be that of the host in the URL.
func (d dialer) targets(ctx context.Context, host, port string) []target {
	for _, name := range service.Names(ctx) {
		_, records, _ := d.resolver.LookupSRV(ctx, name, "tcp", host) // on an error, records has the valid ones
		var found []target
		for _, r := range records[:min(len(records), maxAddresses)] {
			if at := strings.TrimSuffix(r.Target, "."); at != "" {
				found = append(found, target{at, strconv.Itoa(int(r.Port))})
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return []target{{host, port}}
}

func (d dialer) connectTo(ctx context.Context, network string, to target) (net.Conn, error) {
	addrs, err := d.resolve(ctx, to.host)
	if err != nil {
		return nil, err
	}
	for _, a := range addrs {
		var conn net.Conn
		if conn, err = d.try(ctx, network, net.JoinHostPort(a.String(), to.port)); err == nil {
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

// resolve returns at least one address of a host. If one of its addresses is not
// allowed, the host is refused: an honest host does not have such addresses.
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
		a = a.Unmap() // Go's resolver returns IPv4 addresses as IPv4-mapped IPv6 addresses
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
