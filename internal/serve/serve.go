// Package serve is the SSH side of a server for visitors: who may come in, how
// many at once and for how long, and what passes between them and the program.
// It runs nothing but the function that it is given.
package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// Limits is how much visitors may have. They hold for sessions that begin from
// then on.
type Limits struct {
	Sessions int           // of all visitors at once
	PerKey   int           // of one key at once
	Idle     time.Duration // after which a session ends in which nothing is typed; 0 for never
}

const (
	// loginGrace is how long a connection may take until somebody is signed in.
	loginGrace = 20 * time.Second
	// maxTries is how many keys a client may offer.
	maxTries = 6
	// stopGrace is how long what was begun may take once a session has to end,
	// and hardGrace how long it may take to hear of that.
	stopGrace = 8 * time.Second
	hardGrace = 2 * time.Second
)

// Options is what a server needs of the world around it.
type Options struct {
	HostKey gossh.Signer
	Keys    Keys
	Limits  Limits
	// Handle does what a visitor came for and returns the exit code. It must
	// return soon after ctx ends.
	Handle func(ctx context.Context, s *Session) int
	Log    *slog.Logger
}

// A Server lets visitors in.
type Server struct {
	opt     Options
	metrics *metrics

	mu       sync.Mutex
	keys     Keys
	limits   Limits
	sessions map[*Session]struct{}
	lines    map[*line]struct{}
	closing  bool

	running sync.WaitGroup // sessions
	open    sync.WaitGroup // connections
}

// New returns a server that does not listen yet.
func New(o Options) *Server {
	return &Server{
		opt: o, metrics: newMetrics(), keys: o.Keys, limits: o.Limits,
		sessions: map[*Session]struct{}{}, lines: map[*line]struct{}{},
	}
}

// Serve lets in who comes to l, until ctx ends. Then visitors are told, what
// they have begun is brought to its end within some seconds, and nothing is left
// when Serve returns.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &ssh.Server{
		Version:              "mxinvite",
		HostSigners:          []ssh.Signer{s.opt.HostKey},
		HandshakeTimeout:     loginGrace,
		ConnCallback:         s.connected,
		PublicKeyHandler:     s.authorize,
		ServerConfigCallback: func(ssh.Context) *gossh.ServerConfig { return sshConfig() },
		// What is not named here is refused: every other channel and every request
		// of a connection, with them forwarding of ports, agents and X11.
		ChannelHandlers:          map[string]ssh.ChannelHandler{"session": s.session},
		RequestHandlers:          map[string]ssh.RequestHandler{},
		ConnectionFailedCallback: func(net.Conn, error) { s.metrics.refused.WithLabelValues(refusedHandshake).Inc() },
	}
	// Nobody can come in while the others leave.
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	err := srv.Serve(l)
	s.stop()
	if ctx.Err() == nil {
		return fmt.Errorf("wait for visitors: %w", err)
	}
	return nil
}

// sshConfig allows plain public keys and nothing else: no certificates, whose
// authority nobody here has named, and no SHA-1.
func sshConfig() *gossh.ServerConfig {
	return &gossh.ServerConfig{MaxAuthTries: maxTries, PublicKeyAuthAlgorithms: keyAlgorithms()}
}

// stop ends every session as gently as there is time for, and every connection.
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
	case <-time.After(stopGrace + 2*hardGrace): // somebody's side does not close its end
	}
	s.mu.Lock()
	for l := range s.lines {
		go func() { _ = l.Close() }()
	}
	s.mu.Unlock()
	<-left
	s.open.Wait()
}

// Reload exchanges the authorized keys and the limits. Whose key is no longer
// among them has to leave.
func (s *Server) Reload(keys Keys, limits Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.limits = keys, limits
	for v := range s.sessions {
		if _, ok := keys[v.Key.Fingerprint]; !ok {
			v.leave(reasonRemoved)
		}
	}
}

// authorize reports whether a key opens the door.
func (s *Server) authorize(_ ssh.Context, key ssh.PublicKey) bool {
	_, ok := s.key(key)
	return ok
}

// key is the authorized key that a visitor has shown.
func (s *Server) key(shown gossh.PublicKey) (Key, bool) {
	if shown == nil {
		return Key{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.keys[gossh.FingerprintSHA256(shown)]
	return k, ok && string(k.public.Marshal()) == string(shown.Marshal())
}

// A refusal is why a session does not begin.
type refusal struct{ reason, told string }

// admit makes room for a session of a key.
func (s *Server) admit(v *Session, shown gossh.PublicKey) *refusal {
	key, ok := s.key(shown) // which may have been removed since the connection began
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
		return &refusal{refusedStopping, "the server is being stopped"}
	case !ok:
		return &refusal{refusedKey, "your key is no longer authorized"}
	case len(s.sessions) >= s.limits.Sessions:
		return &refusal{refusedFull, "there are too many visitors; please try again later"}
	case same >= s.limits.PerKey:
		return &refusal{refusedPerKey, fmt.Sprintf("your key has %d sessions already", same)}
	}
	v.Key, v.idle = key, s.limits.Idle
	v.line.took(1)
	s.sessions[v] = struct{}{}
	s.running.Add(1)
	s.metrics.begin()
	return nil
}

// dismiss gives the room of a session back.
func (s *Server) dismiss(v *Session) {
	s.mu.Lock()
	delete(s.sessions, v)
	v.line.took(-1)
	s.mu.Unlock()
	s.metrics.now.Dec()
	s.running.Done()
}
