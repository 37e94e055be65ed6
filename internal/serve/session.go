package serve

import (
	"context"
	"io"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// A Session is one visit: a screen, or a command.
type Session struct {
	Key  Key
	Args []string // the command; none for the screen
	Env  []string // what the visitor may set of it

	In       io.Reader
	Out, Err io.Writer
	Terminal *Terminal // nil if the visitor has none

	// Notices are lines that the visitor should see.
	Notices <-chan string
	// Leave is closed when the session has to end, as soon as what was begun is
	// done. The context ends some seconds later.
	Leave <-chan struct{}
	// Panicked takes note of a panic that was caught, and of where it was.
	Panicked func(value any, stack []byte)

	server  *Server
	line    *line
	channel gossh.Channel
	ctx     context.Context
	cancel  context.CancelFunc
	idle    time.Duration
	active  chan struct{} // holds a token while there is news of activity
	notices chan string
	leaving chan struct{}
	once    sync.Once
	reason  string        // why the session has to end; set before leaving is closed
	heard   chan struct{} // closed when nothing can come from the visitor any more
	ended   chan struct{} // closed when nothing of the session runs any more
}

// Why sessions end, in words for who sits there.
const (
	reasonStopping = "the server is being stopped"
	reasonRemoved  = "your key is no longer authorized"
	reasonIdle     = "nothing was typed for too long"
	reasonGone     = "" // there is nobody to tell
)

func (s *Server) newSession(l *line) *Session {
	v := &Session{
		server: s, line: l,
		active: make(chan struct{}, 1), notices: make(chan string, 4),
		leaving: make(chan struct{}), heard: make(chan struct{}), ended: make(chan struct{}),
	}
	v.ctx, v.cancel = context.WithCancel(context.Background())
	v.Notices, v.Leave = v.notices, v.leaving
	v.Panicked = v.panicked
	return v
}

// leave has the session end: first it is asked to, then what it does is cut off,
// and at last its connection.
func (v *Session) leave(reason string) {
	v.once.Do(func() {
		v.reason = reason
		if reason != reasonGone {
			v.tell(reason + "; what was begun is brought to its end")
		}
		close(v.leaving)
		go v.beside(v.hurry)
	})
}

// farewell is why the session had to end, in words for its visitor.
func (v *Session) farewell() string {
	select {
	case <-v.leaving:
		return v.reason
	default:
		return ""
	}
}

func (v *Session) hurry() {
	soft := time.NewTimer(stopGrace)
	defer soft.Stop()
	select {
	case <-v.ended:
		return
	case <-soft.C:
		v.cancel()
	}
	hard := time.NewTimer(hardGrace)
	defer hard.Stop()
	select {
	case <-v.ended:
	case <-hard.C: // the visitor reads nothing, so that a write never ends
		_ = v.line.Close()
	}
}

// tell has a line shown, unless the visitor has several before them already.
func (v *Session) tell(text string) {
	select {
	case v.notices <- text:
	default:
	}
}

// touch notes that the visitor is there.
func (v *Session) touch() {
	select {
	case v.active <- struct{}{}:
	default:
	}
}

// lastWords is how long before its end an idle session says so.
const lastWords = time.Minute

// watch ends the session when nothing happens in it for too long.
func (v *Session) watch() {
	if v.idle <= 0 {
		return
	}
	words := min(lastWords, v.idle/2)
	t := time.NewTimer(v.idle - words)
	defer t.Stop()
	for told := false; ; {
		select {
		case <-v.ended:
			return
		case <-v.leaving:
			return
		case <-v.active:
			told = false
			t.Reset(v.idle - words)
		case <-t.C:
			if told {
				v.leave(reasonIdle)
				return
			}
			told = true
			v.tell("This session ends in " + words.String() + " unless you press a key.")
			t.Reset(words)
		}
	}
}

// lively is a stream on which everything that passes is a sign of life.
type lively struct {
	io.ReadWriter

	touch func()
}

func (l lively) Read(p []byte) (int, error) {
	n, err := l.ReadWriter.Read(p)
	if n > 0 {
		l.touch()
	}
	return n, err
}

func (l lively) Write(p []byte) (int, error) {
	l.touch()
	return l.ReadWriter.Write(p)
}
