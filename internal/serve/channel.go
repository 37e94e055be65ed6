package serve

import (
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"charm.land/ssh"
	"github.com/kballard/go-shellquote"
	gossh "golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

const (
	// maxRequests is how many a session may make, not counting changes of the
	// window's size.
	maxRequests = 200
	// maxCommand is more than any command line needs, in bytes. Addresses come by
	// standard input.
	maxCommand = 16 << 10
	// startGrace is how long a channel may be open before it says what for.
	startGrace = 30 * time.Second
	// closeGrace is how long the visitor's side may take to close its end.
	closeGrace = 30 * time.Second
)

// session is one channel of a connection, from its being asked for to its end.
//
// It stands in place of the handler of charm.land/ssh: that takes any number of
// variables, says yes to agent forwarding, and waits for ever to deliver a
// window's size that nobody reads.
func (s *Server) session(_ *ssh.Server, _ *gossh.ServerConn, offer gossh.NewChannel, ctx ssh.Context) {
	l, _ := ctx.Value(lineKey{}).(*line)
	shown, _ := ctx.Value(ssh.ContextKeyPublicKey).(gossh.PublicKey)
	v := s.newSession(l)
	defer v.cancel()
	defer v.caught()
	if no := s.admit(v, shown); no != nil {
		s.metrics.refused.WithLabelValues(no.reason).Inc()
		_ = offer.Reject(gossh.ResourceShortage, no.told)
		return
	}
	defer s.dismiss(v)
	channel, requests, err := offer.Accept()
	if err != nil {
		return // the connection is gone
	}
	v.channel = channel
	v.Err = channel.Stderr()
	v.hear(requests)
}

// hear takes the visitor's requests until the channel is closed, and returns
// when what they have started has ended.
func (v *Session) hear(requests <-chan *gossh.Request) {
	late := time.AfterFunc(startGrace, func() { _ = v.channel.Close() })
	defer late.Stop()
	started, n := false, 0
	for r := range requests {
		if r.Type != "window-change" {
			n++
		}
		ok := n <= maxRequests && v.request(r, started)
		if r.WantReply {
			_ = r.Reply(ok, nil) // before the end of what is so short that it ends at once
		}
		if ok && begins(r) {
			started = true
			late.Stop()
			go v.run()
		}
		if n > maxRequests {
			_ = v.channel.Close()
		}
	}
	close(v.heard)
	v.leave(reasonGone)
	if started {
		<-v.ended
	} else {
		close(v.ended)
	}
}

func begins(r *gossh.Request) bool { return r.Type == "shell" || r.Type == "exec" }

// request does what a visitor may ask for. Everything else is refused:
// subsystems such as SFTP, forwarding of agents and of X11.
func (v *Session) request(r *gossh.Request, started bool) bool {
	switch {
	case r.Type == "window-change" && v.Terminal != nil:
		var size windowSize
		if gossh.Unmarshal(r.Payload, &size) != nil {
			return false
		}
		v.Terminal.resize(size)
		return true
	case r.Type == "signal" && started:
		var signal struct{ Name string }
		return gossh.Unmarshal(r.Payload, &signal) == nil && v.signal(signal.Name)
	case started:
		return false
	}
	switch r.Type {
	case "env":
		var variable struct{ Name, Value string }
		if gossh.Unmarshal(r.Payload, &variable) != nil || !passes(variable.Name, variable.Value) {
			return false
		}
		v.Env = append(v.Env, variable.Name+"="+variable.Value)
		return true
	case "pty-req":
		return v.allocate(r.Payload)
	case "shell":
		return true
	case "exec":
		return v.command(r.Payload)
	}
	return false
}

// allocate gives the visitor a terminal.
func (v *Session) allocate(payload []byte) bool {
	var want struct {
		Term                                   string
		Columns, Rows, PixelWidth, PixelHeight uint32
		Modes                                  string
	}
	if v.Terminal != nil || v.Key.NoTerminal || gossh.Unmarshal(payload, &want) != nil || !passes("TERM", want.Term) {
		return false
	}
	// It is stronger than a variable of that name.
	v.Env = slices.DeleteFunc(v.Env, func(kv string) bool { return strings.HasPrefix(kv, "TERM=") })
	v.Env = append(v.Env, "TERM="+want.Term)
	v.Terminal = newTerminal(v.channel, v.touch, v.cancel)
	v.Terminal.resize(windowSize{Columns: want.Columns, Rows: want.Rows})
	return true
}

// command takes the words of a command line apart. No shell ever sees it.
func (v *Session) command(payload []byte) bool {
	var line struct{ Text string }
	if gossh.Unmarshal(payload, &line) != nil || len(line.Text) > maxCommand {
		return false
	}
	words, err := shellquote.Split(line.Text)
	if err != nil || strings.ContainsRune(line.Text, 0) {
		return false
	}
	v.Args = words
	return true
}

// signal does what a person can do to a program in a shell.
func (v *Session) signal(name string) bool {
	switch name {
	case "INT":
		v.cancel()
	case "TERM", "HUP":
		v.leave(reasonGone)
	default:
		return false
	}
	return true
}

// run does what the visitor came for, and says how it went.
func (v *Session) run() {
	defer close(v.ended)
	defer v.caught()
	v.open()
	go v.beside(v.watch)
	v.server.opt.Log.Info("visitor comes", "name", v.Key.Name, "key", v.Key.Fingerprint)
	code := v.handle()
	if why := v.farewell(); why != "" {
		fmt.Fprintf(v.Err, "mxinvite: %s\n", why)
	}
	v.server.metrics.end(code)
	v.server.opt.Log.Info("visitor leaves", "name", v.Key.Name, "key", v.Key.Fingerprint, "code", code)
	if v.Terminal != nil {
		v.Terminal.close()
	}
	_, _ = v.channel.SendRequest("exit-status", false, gossh.Marshal(struct{ Code uint32 }{uint32(code)}))
	_ = v.channel.Close()
	select {
	case <-v.heard:
	case <-time.After(closeGrace): // the visitor's side does not close its end
		_ = v.line.Close()
	}
}

// open connects the program with the visitor.
func (v *Session) open() {
	if t := v.Terminal; t != nil {
		go v.beside(t.listen)
		v.In, v.Out, v.Err = t, t, t
		return
	}
	// Who has no terminal types nothing while a command works.
	in := lively{v.channel, v.touch}
	v.In, v.Out, v.Err = in, in, lively{v.channel.Stderr(), v.touch}
}

// handle runs the program. What goes wrong in it ends this session and no other.
func (v *Session) handle() (code int) {
	defer func() {
		if r := recover(); r != nil {
			v.panicked(r, debug.Stack())
			fmt.Fprintln(v.Err, "mxinvite: a mistake in the program has ended this session; it is in the server's log")
			code = 1
		}
	}()
	return v.server.opt.Handle(v.ctx, v)
}

// beside does what is done for a session while its program runs.
func (v *Session) beside(f func()) {
	defer v.caught()
	f()
}

// caught is deferred around everything that is done for a session but its
// program. What goes wrong there ends the session and its connection.
func (v *Session) caught() {
	if r := recover(); r != nil {
		v.panicked(r, debug.Stack())
		v.cancel()
		_ = v.line.Close()
	}
}

// panicked writes down a panic, but nothing that a visitor may have typed: of a
// value that is not the runtime's own only the type is told.
func (v *Session) panicked(value any, stack []byte) {
	what := fmt.Sprintf("%T", value)
	if e, ok := value.(runtime.Error); ok {
		what = safetext.Line(e.Error())
	}
	v.server.metrics.panics.Inc()
	v.server.opt.Log.Error("a session panicked", "name", v.Key.Name, "key", v.Key.Fingerprint,
		"panic", what, slog.String("stack", string(stack)))
}
