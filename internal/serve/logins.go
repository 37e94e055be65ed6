package serve

import (
	"net"
	"net/netip"
	"time"
)

// The limits of connections that are logging in: that have not had a session yet. They
// are as MaxStartups and PerSourceMaxStartups of sshd_config(5).
const (
	// loginsPerSource is the limit of one source. It is below loginsStart, so that one
	// source alone causes no refusals of others.
	loginsPerSource = 20
	// From loginsStart connections on, new ones are refused at random: loginsRate
	// percent of them at first, and all of them at loginsFull. A client that opens many
	// connections loses most of them, and a visitor gets in after some tries.
	loginsStart, loginsRate, loginsFull = 30, 30, 200
	// idlePerKey is the limit of the connections of one key that had a session before,
	// but have none now.
	idlePerKey = 64
	// warnEvery is the shortest time between two warnings about refused logins.
	warnEvery = time.Minute
)

// sourceOf returns the network that a connection comes from: an IPv4 address, or 64
// bits of an IPv6 address, which is what one customer or machine has at least.
func sourceOf(conn net.Conn) netip.Prefix {
	remote, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	a := remote.AddrPort().Addr().Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	source, _ := a.Prefix(bits) // the number of bits is valid
	return source
}

// refuseLogin returns why a new connection is refused; empty if it is not. The caller
// holds mu.
func (s *Server) refuseLogin(source netip.Prefix) (reason string) {
	all, same := 0, 0
	for l := range s.connections {
		if l.key == "" {
			all++
			if l.source == source {
				same++
			}
		}
	}
	switch {
	case same >= loginsPerSource:
		return refusedSource
	case all >= loginsFull, all >= loginsStart && s.percent() < refusalRate(all):
		return refusedWaiting
	}
	return ""
}

// refusalRate returns the percentage of new connections that are refused if there are
// n that are logging in.
func refusalRate(n int) int {
	return loginsRate + (100-loginsRate)*(n-loginsStart)/(loginsFull-loginsStart)
}

// idleConnections returns how many connections of a key had a session before, but have
// none now. The caller holds mu.
func (s *Server) idleConnections(fingerprint string) (n int) {
	for l := range s.connections {
		if l.key == fingerprint && l.sessions == 0 {
			n++
		}
	}
	return n
}

// warnRefused logs that connections are refused, but not each. The caller holds mu.
func (s *Server) warnRefused(reason string) {
	if s.warned {
		return
	}
	s.warned = true
	time.AfterFunc(warnEvery, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.warned = false
	})
	s.opt.Log.Warn("connections are refused: too many are logging in", "reason", reason)
}
