package serve

import (
	"net"
	"sync"
	"time"

	"charm.land/ssh"
)

const (
	// maxWaiting is how many connections may be without a session: most of them
	// have not said yet who they are.
	maxWaiting = 100
	// lineGrace is how long each may be.
	lineGrace = time.Minute
)

// A line is a connection that the server knows of until it is closed.
type line struct {
	net.Conn

	close    func() error
	sessions int // the server's mu guards it
	grace    *time.Timer
}

// Close closes the connection.
func (l *line) Close() error { return l.close() }

// lineKey is where a connection's context keeps its line.
type lineKey struct{}

// connected takes note of a connection, and refuses it if too many wait.
func (s *Server) connected(ctx ssh.Context, conn net.Conn) net.Conn {
	l := &line{Conn: conn}
	l.close = sync.OnceValue(func() error {
		defer s.open.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.lines, l)
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
	l.grace = time.AfterFunc(lineGrace, func() { _ = l.Close() })
	s.lines[l] = struct{}{}
	ctx.SetValue(lineKey{}, l)
	return l
}

// waiting is how many connections have no session. The caller holds mu.
func (s *Server) waiting() int {
	n := 0
	for l := range s.lines {
		if l.sessions == 0 {
			n++
		}
	}
	return n
}

// took notes that a session has begun on a line, or has ended (-1). The caller
// holds mu.
func (l *line) took(sessions int) {
	l.sessions += sessions
	if l.grace.Stop(); l.sessions == 0 {
		l.grace.Reset(lineGrace)
	}
}
