package linkserver

import (
	"net/http"
	"net/netip"
	"strings"
)

// peerOf returns the address at the other end of the connection.
func peerOf(r *http.Request) netip.Addr {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr().Unmap().WithZone("")
}

func (s *Server) isProxy(a netip.Addr) bool {
	for _, p := range s.opt.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// sourceOf returns the address of the client. Each proxy appends the address that it
// sees to X-Forwarded-For, so the last one that is not a proxy of ours is the client;
// the client itself can have written those before.
func (s *Server) sourceOf(r *http.Request) netip.Addr {
	source := peerOf(r)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for n := len(forwarded) - 1; n >= 0 && s.isProxy(source); n-- {
		a, err := netip.ParseAddr(strings.TrimSpace(forwarded[n]))
		if err != nil {
			break
		}
		source = a.Unmap().WithZone("")
	}
	return source
}

// limitedNetwork returns the network of an address whose requests are limited together:
// a provider gives a customer a /64 of IPv6.
func limitedNetwork(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return prefix(a, bits)
}

// loggedNetwork returns the part of an address that is logged.
func loggedNetwork(a netip.Addr) netip.Prefix {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	return prefix(a, bits)
}

func prefix(a netip.Addr, bits int) netip.Prefix {
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
