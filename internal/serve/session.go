package serve

import (
	"context"
	"io"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// A Session is one run of the program for a visitor: the screen, or a command.
type Session struct {
	Key  Key
	Args []string // arguments of the command; none for the screen
	Env  []string // the environment variables that a visitor may set

	In       io.Reader
	Out, Err io.Writer
	Terminal *Terminal // nil without a terminal

	// Notices are messages for the visitor.
	Notices <-chan string
	// Leave is closed when the program should end. It has some seconds to
	// finish its work; then the context ends.
	Leave <-chan struct{}
	// Panicked logs a panic that was recovered, with its stack.
	Panicked func(value any, stack []byte)

	server      *Server
	conn        *connection
	channel     gossh.Channel
	ctx         context.Context
	cancel      context.CancelFunc
	idle        time.Duration
	active      chan struct{} // has an element after activity
	notices     chan string
	leaving     chan struct{}
	once        sync.Once
	reason      string        // set before leaving is closed
	inputClosed chan struct{} // closed when the client can send nothing more
	ended       chan struct{} // closed when the program has ended
}

// Reasons for the end of a session, as the visitor reads them.
const (
	reasonStopping = "the server is shutting down"
	reasonRemoved  = "your key is no longer authorized"
	reasonIdle     = "there was no input for too long"
	reasonGone     = "" // the visitor has disconnected
)

func (s *Server) newSession(l *connection) *Session {
	v := &Session{
		server: s, conn: l,
		active: make(chan struct{}, 1), notices: make(chan string, 4),
		leaving: make(chan struct{}), inputClosed: make(chan struct{}), ended: make(chan struct{}),
	}
	v.ctx, v.cancel = context.WithCancel(context.Background())
	v.Notices, v.Leave = v.notices, v.leaving
	v.Panicked = v.logPanic
	return v
}

// leave tells the program to end. After stopGrace its context is cancelled, and
// after hardGrace its connection closed.
func (v *Session) leave(reason string) {
	v.once.Do(func() {
		v.reason = reason
		if reason != reasonGone {
			v.tell(reason + "; work in progress is being finished")
		}
		close(v.leaving)
		go v.callSafely(v.endInTime)
	})
}

// Evict ends the session at once, because it uses too much memory. The visitor reads
// the reason.
func (v *Session) Evict(reason string) {
	v.once.Do(func() {
		v.reason = reason
		v.server.metrics.evicted.Inc()
		v.server.opt.Log.Warn("session evicted", "name", v.Key.Name, "key", v.Key.Fingerprint, "reason", reason)
		v.cancel()
		close(v.leaving)
		go v.callSafely(v.endInTime)
	})
}

// farewell returns the reason for the end of the session, for its visitor.
func (v *Session) farewell() string {
	select {
	case <-v.leaving:
		return v.reason
	default:
		return ""
	}
}

func (v *Session) endInTime() {
	soft := time.NewTimer(stopGrace)
	defer soft.Stop()
	select {
	case <-v.ended:
		return
	case <-v.ctx.Done():
	case <-soft.C:
		v.cancel()
	}
	hard := time.NewTimer(hardGrace)
	defer hard.Stop()
	select {
	case <-v.ended:
	case <-hard.C: // the client reads nothing, so a write blocks
		_ = v.conn.Close()
	}
}

// tell sends a notice, unless too many are unread.
func (v *Session) tell(text string) {
	select {
	case v.notices <- text:
	default:
	}
}

// touch records activity.
func (v *Session) touch() {
	select {
	case v.active <- struct{}{}:
	default:
	}
}

// idleWarning is the time between the warning and the end of an idle session.
const idleWarning = time.Minute

// watch ends the session after too long without activity.
func (v *Session) watch() {
	if v.idle <= 0 {
		return
	}
	warning := min(idleWarning, v.idle/2)
	t := time.NewTimer(v.idle - warning)
	defer t.Stop()
	for told := false; ; {
		select {
		case <-v.ended:
			return
		case <-v.leaving:
			return
		case <-v.active:
			told = false
			t.Reset(v.idle - warning)
		case <-t.C:
			if told {
				v.leave(reasonIdle)
				return
			}
			told = true
			v.tell("This session ends in " + warning.String() + " unless you press a key.")
			t.Reset(warning)
		}
	}
}

// activityStream records every read and write as activity.
type activityStream struct {
	io.ReadWriter

	touch func()
}

func (l activityStream) Read(p []byte) (int, error) {
	n, err := l.ReadWriter.Read(p)
	if n > 0 {
		l.touch()
	}
	return n, err
}

func (l activityStream) Write(p []byte) (int, error) {
	l.touch()
	return l.ReadWriter.Write(p)
}
