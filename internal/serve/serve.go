// Package serve is an SSH server that runs a function for each visitor: it
// authenticates by public key, limits sessions and provides terminals.
package serve

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// Limits are the limits of sessions. A change applies to new sessions.
type Limits struct {
	Sessions int           // of all visitors together
	PerKey   int           // of one key
	Idle     time.Duration // a session ends after this time without input; 0 means no limit
}

const (
	// loginGrace is the time limit of authentication.
	loginGrace = 20 * time.Second
	// maxTries limits the keys that a client may offer.
	maxTries = 6
	// stopGrace is the time that a program has to finish after its session was
	// told to end. hardGrace is the time that it then has to return after its
	// context has ended.
	stopGrace = 8 * time.Second
	hardGrace = 2 * time.Second
)

// Options configure a server.
type Options struct {
	HostKey gossh.Signer
	Keys    Keys
	Limits  Limits
	// Handle runs the program for a session and returns its exit code. It must
	// return soon after ctx ends.
	Handle func(ctx context.Context, s *Session) int
	Log    *slog.Logger
	// MemoryUsed returns the bytes that sessions use for what servers send, for the
	// metrics; nil if they are not counted.
	MemoryUsed func() int64
}

// A Server accepts connections of visitors.
type Server struct {
	opt     Options
	metrics *metrics
	grace   time.Duration // loginGrace, except in tests
	percent func() int    // returns a random number below 100

	mu          sync.Mutex
	keys        Keys
	limits      Limits
	sessions    map[*Session]struct{}
	connections map[*connection]struct{}
	closing     bool
	warned      bool // about refused connections, within the last minute

	running sync.WaitGroup // sessions
	open    sync.WaitGroup // connections
}

// New returns a server. Call [Server.Serve] to start it.
func New(o Options) *Server {
	s := &Server{
		opt: o, metrics: newMetrics(o.MemoryUsed), keys: o.Keys, limits: o.Limits,
		grace: loginGrace, percent: func() int { return rand.IntN(100) },
		sessions: map[*Session]struct{}{}, connections: map[*connection]struct{}{},
	}
	s.metrics.keys.Set(float64(len(o.Keys)))
	return s
}

// Serve accepts connections from l until ctx ends. Then all sessions are told
// to end and have some seconds to finish. All sessions and connections are
// closed when Serve returns.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &ssh.Server{
		Version:              software,
		HostSigners:          []ssh.Signer{s.opt.HostKey},
		HandshakeTimeout:     s.grace,
		ConnCallback:         s.connected,
		PublicKeyHandler:     s.authorize,
		ServerConfigCallback: func(ssh.Context) *gossh.ServerConfig { return sshConfig() },
		// All other channels and global requests are refused, among them the
		// forwarding of ports, agents and X11.
		ChannelHandlers:          map[string]ssh.ChannelHandler{"session": s.session},
		RequestHandlers:          map[string]ssh.RequestHandler{},
		ConnectionFailedCallback: func(net.Conn, error) { s.metrics.refused.WithLabelValues(refusedHandshake).Inc() },
	}
	// No new connections while sessions end.
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	err := srv.Serve(l)
	s.stop()
	if ctx.Err() == nil {
		return fmt.Errorf("accept connections: %w", err)
	}
	return nil
}

// sshConfig allows public keys only: no certificates, since no certificate
// authority is configured, and no SHA-1.
func sshConfig() *gossh.ServerConfig {
	return &gossh.ServerConfig{MaxAuthTries: maxTries, PublicKeyAuthAlgorithms: keyAlgorithms()}
}

// stop ends all sessions within stopGrace, then all connections.
func (s *Server) stop() {
	s.mu.Lock()
	s.closing = true
	for v := range s.sessions {
		v.leave(reasonStopping)
	}
	s.mu.Unlock()
	left := make(chan struct{})
	go func() {
		defer close(left)
		s.running.Wait()
	}()
	select {
	case <-left:
	case <-time.After(stopGrace + 2*hardGrace): // a client does not close its end
	}
	s.mu.Lock()
	for l := range s.connections {
		go func() { _ = l.Close() }()
	}
	s.mu.Unlock()
	<-left
	s.open.Wait()
}

// SetLimits replaces the limits.
func (s *Server) SetLimits(limits Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = limits
}

// SetKeys replaces the authorized keys. It tells the sessions of removed keys to end.
func (s *Server) SetKeys(keys Keys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = keys
	s.metrics.keys.Set(float64(len(keys)))
	for v := range s.sessions {
		if _, ok := keys[v.Key.Fingerprint]; !ok {
			v.leave(reasonRemoved)
		}
	}
}

// Reloaded counts an attempt to read keys and settings again, for the metrics.
func (s *Server) Reloaded(err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	}
	s.metrics.reloads.WithLabelValues(result).Inc()
}

// authorize reports whether a key is authorized.
func (s *Server) authorize(_ ssh.Context, key ssh.PublicKey) bool {
	_, ok := s.key(key)
	return ok
}

// key returns the authorized key that a client has used.
func (s *Server) key(shown gossh.PublicKey) (Key, bool) {
	if shown == nil {
		return Key{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.keys[gossh.FingerprintSHA256(shown)]
	return k, ok && string(k.public.Marshal()) == string(shown.Marshal())
}

// A refusal says why a session is refused: reason is for the metrics, message
// for the visitor.
type refusal struct{ reason, message string }

// admit registers a session, or refuses it.
func (s *Server) admit(v *Session, shown gossh.PublicKey) *refusal {
	key, ok := s.key(shown) // it may have been removed after the client connected
	s.mu.Lock()
	defer s.mu.Unlock()
	same := 0
	for other := range s.sessions {
		if other.Key.Fingerprint == key.Fingerprint {
			same++
		}
	}
	switch {
	case s.closing:
		return &refusal{refusedStopping, "the server is shutting down"}
	case !ok:
		return &refusal{refusedKey, "your key is no longer authorized"}
	case len(s.sessions) >= s.limits.Sessions:
		return &refusal{refusedFull, "there are too many visitors; please try again later"}
	case same >= s.limits.PerKey:
		return &refusal{refusedPerKey, fmt.Sprintf("your key already has %d sessions", same)}
	case s.idleConnections(key.Fingerprint) >= idlePerKey && v.conn.key == "":
		return &refusal{refusedPerKey, fmt.Sprintf("your key already has %d connections without a session", idlePerKey)}
	}
	v.Key, v.idle = key, s.limits.Idle
	v.conn.key = key.Fingerprint
	v.conn.addSessions(1)
	s.sessions[v] = struct{}{}
	s.running.Add(1)
	s.metrics.begin()
	return nil
}

// dismiss removes a session.
func (s *Server) dismiss(v *Session) {
	s.mu.Lock()
	delete(s.sessions, v)
	v.conn.addSessions(-1)
	s.mu.Unlock()
	s.metrics.now.Dec()
	s.running.Done()
}
