package serve

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// panickingLog is a slog.Handler that panics at one log message.
type panickingLog struct {
	slog.Handler
	at *atomic.Pointer[string]
}

func (s panickingLog) Handle(ctx context.Context, r slog.Record) error {
	if at := s.at.Load(); at != nil && r.Message == *at {
		panic("grace@navy.example")
	}
	return s.Handler.Handle(ctx, r)
}

func TestPanicOutsideTheProgramEndsItsOwnConnectionOnly(t *testing.T) {
	for _, at := range []string{"session started", "session ended"} {
		t.Run(at, func(t *testing.T) {
			d := startServer(t, largeLimits(), sit)
			bystander := d.session()
			if err := bystander.Shell(); err != nil {
				t.Fatal(err)
			}
			settle(t, "the bystander sits", func() bool { return strings.Contains(d.log.String(), "session started") })
			d.stumbles.Store(&at)
			s := d.session()
			if err := s.Shell(); err != nil {
				t.Fatal(err)
			}
			_ = s.Signal(gossh.SIGINT)
			ended := make(chan error, 1)
			go func() { ended <- s.Wait() }()
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				t.Fatal("the session goes on")
			}
			settle(t, "one session is left", func() bool { return d.count() == 1 })
			d.stumbles.Store(nil)
			if log := d.log.String(); !strings.Contains(log, "a session panicked") || strings.Contains(log, "navy") {
				t.Error(log)
			}
		})
	}
}

// offered is a channel that panics when it is accepted.
type offered struct{ gossh.NewChannel }

func (offered) Accept() (gossh.Channel, <-chan *gossh.Request, error) { panic("accepted") }

// connContext is the context of a connection.
type connContext struct {
	ssh.Context
	values map[any]any
}

func (h connContext) Value(key any) any { return h.values[key] }

// silent is a channel that panics on Read.
type silent struct{ gossh.Channel }

func (silent) Read([]byte) (int, error) { panic("typed") }

func TestPanicOfAChannelClosesItsConnection(t *testing.T) {
	d := startServer(t, largeLimits(), sit)
	for name, f := range map[string]func(*connection){
		"accepted": func(l *connection) {
			d.server.session(nil, nil, offered{}, connContext{values: map[any]any{connectionKey{}: l, ssh.ContextKeyPublicKey: d.ada.PublicKey()}})
		},
		"typed": func(l *connection) {
			v := d.server.newSession(l)
			v.Terminal = newTerminal(silent{}, v.touch, v.cancel)
			v.open()
			<-v.ctx.Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan struct{})
			f(&connection{close: func() error { close(closed); return nil }, grace: time.NewTimer(time.Hour)})
			<-closed
			if n := d.count(); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
		})
	}
}
