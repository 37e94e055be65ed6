package serve

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"charm.land/ssh"
)

// connGrace limits the time that a connection may be without a session.
const connGrace = time.Minute

// A connection is an open connection that the server keeps track of.
type connection struct {
	net.Conn

	source   netip.Prefix
	close    func() error
	sessions int    // guarded by Server.mu, as key
	key      string // the fingerprint that had a session; empty before the first one
	grace    *time.Timer
}

// Close closes the connection.
func (l *connection) Close() error { return l.close() }

// connectionKey is the context key of a connection.
type connectionKey struct{}

// connected registers a new connection, or refuses it if too many are
// logging in. Connections with a session are never closed for that.
func (s *Server) connected(ctx ssh.Context, conn net.Conn) net.Conn {
	l := &connection{Conn: conn, source: sourceOf(conn)}
	l.close = sync.OnceValue(func() error {
		defer s.open.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.connections, l)
		l.grace.Stop()
		return conn.Close()
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	reason := s.refuseLogin(l.source)
	if s.closing {
		reason = refusedStopping
	}
	if reason != "" {
		s.metrics.refused.WithLabelValues(reason).Inc()
		s.warnRefused(reason)
		return nil
	}
	s.open.Add(1)
	l.grace = time.AfterFunc(connGrace, func() { _ = l.Close() })
	s.connections[l] = struct{}{}
	ctx.SetValue(connectionKey{}, l)
	return l
}

// addSessions counts a session that began (+1) or ended (-1). The caller holds mu.
func (l *connection) addSessions(sessions int) {
	l.sessions += sessions
	if l.grace.Stop(); l.sessions == 0 {
		l.grace.Reset(connGrace)
	}
}
