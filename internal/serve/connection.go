package serve

import (
	"net"
	"sync"
	"time"

	"charm.land/ssh"
)

const (
	// maxWaiting limits the connections without a session. Most of them are not
	// authenticated yet.
	maxWaiting = 100
	// connGrace limits the time that a connection may be without a session.
	connGrace = time.Minute
)

// A connection is an open connection that the server keeps track of.
type connection struct {
	net.Conn

	close    func() error
	sessions int // guarded by Server.mu
	grace    *time.Timer
}

// Close closes the connection.
func (l *connection) Close() error { return l.close() }

// connectionKey is the context key of a connection.
type connectionKey struct{}

// connected registers a new connection, or refuses it if too many have no
// session.
func (s *Server) connected(ctx ssh.Context, conn net.Conn) net.Conn {
	l := &connection{Conn: conn}
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
	if s.closing || s.waiting() >= maxWaiting {
		s.metrics.refused.WithLabelValues(refusedWaiting).Inc()
		return nil
	}
	s.open.Add(1)
	l.grace = time.AfterFunc(connGrace, func() { _ = l.Close() })
	s.connections[l] = struct{}{}
	ctx.SetValue(connectionKey{}, l)
	return l
}

// waiting returns the number of connections without a session. The caller holds
// mu.
func (s *Server) waiting() int {
	n := 0
	for l := range s.connections {
		if l.sessions == 0 {
			n++
		}
	}
	return n
}

// addSessions counts a session that began (+1) or ended (-1). The caller holds mu.
func (l *connection) addSessions(sessions int) {
	l.sessions += sessions
	if l.grace.Stop(); l.sessions == 0 {
		l.grace.Reset(connGrace)
	}
}
