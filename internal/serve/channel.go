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
	// maxRequests limits the requests of a session, not counting changes of the
	// window size.
	maxRequests = 200
	// maxCommand limits the length of a command line, in bytes.
	maxCommand = 16 << 10
	// startGrace is the time in which a new channel has to request a shell or a
	// command.
	startGrace = 30 * time.Second
	// closeGrace is the time in which the client has to close its end.
	closeGrace = 30 * time.Second
)

// session handles one SSH channel from the request to open it until its end.
//
// It replaces the handler of charm.land/ssh, which accepts any number of
// environment variables, accepts agent forwarding, and blocks for ever if a
// window size is not read.
func (s *Server) session(_ *ssh.Server, _ *gossh.ServerConn, offer gossh.NewChannel, ctx ssh.Context) {
	l, _ := ctx.Value(connectionKey{}).(*connection)
	shown, _ := ctx.Value(ssh.ContextKeyPublicKey).(gossh.PublicKey)
	v := s.newSession(l)
	defer v.cancel()
	defer v.recoverPanic()
	if refused := s.admit(v, shown); refused != nil {
		s.metrics.refused.WithLabelValues(refused.reason).Inc()
		_ = offer.Reject(gossh.ResourceShortage, refused.message)
		return
	}
	defer s.dismiss(v)
	channel, requests, err := offer.Accept()
	if err != nil {
		return // the connection is closed
	}
	v.channel = channel
	v.Err = channel.Stderr()
	v.serveRequests(requests)
}

// serveRequests handles the requests of the client until the channel is closed,
// and returns when the program has ended.
func (v *Session) serveRequests(requests <-chan *gossh.Request) {
	late := time.AfterFunc(startGrace, func() { _ = v.channel.Close() })
	defer late.Stop()
	started, n := false, 0
	for r := range requests {
		if r.Type != "window-change" {
			n++
		}
		ok := n <= maxRequests && v.request(r, started)
		if r.WantReply {
			_ = r.Reply(ok, nil) // the reply has to be sent before the program can end
		}
		if ok && startsProgram(r) {
			started = true
			late.Stop()
			go v.run()
		}
		if n > maxRequests {
			_ = v.channel.Close()
		}
	}
	close(v.inputClosed)
	v.leave(reasonGone)
	if started {
		<-v.ended
	} else {
		close(v.ended)
	}
}

func startsProgram(r *gossh.Request) bool { return r.Type == "shell" || r.Type == "exec" }

// request handles one request. Only the types below are accepted: no subsystems
// such as SFTP, no agent forwarding and no X11 forwarding.
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

// allocate gives the session a terminal.
func (v *Session) allocate(payload []byte) bool {
	var want struct {
		Term                                   string
		Columns, Rows, PixelWidth, PixelHeight uint32
		Modes                                  string
	}
	if v.Terminal != nil || v.Key.NoTerminal || gossh.Unmarshal(payload, &want) != nil || !passes("TERM", want.Term) {
		return false
	}
	// TERM in the request for a terminal overrides the variable.
	v.Env = slices.DeleteFunc(v.Env, func(kv string) bool { return strings.HasPrefix(kv, "TERM=") })
	v.Env = append(v.Env, "TERM="+want.Term)
	v.Terminal = newTerminal(v.channel, v.touch, v.cancel)
	v.Terminal.resize(windowSize{Columns: want.Columns, Rows: want.Rows})
	return true
}

// command splits a command line into words. It is not passed to a shell.
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

// signal handles a signal as a shell does.
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

// run runs the program and reports its exit code.
func (v *Session) run() {
	defer close(v.ended)
	defer v.recoverPanic()
	v.open()
	go v.callSafely(v.watch)
	v.server.opt.Log.Info("session started", "name", v.Key.Name, "key", v.Key.Fingerprint)
	code := v.handle()
	if why := v.farewell(); why != "" {
		fmt.Fprintf(v.Err, "mxinvite: %s\n", why)
	}
	v.server.metrics.end(code)
	v.server.opt.Log.Info("session ended", "name", v.Key.Name, "key", v.Key.Fingerprint, "code", code)
	if v.Terminal != nil {
		v.Terminal.close()
	}
	_, _ = v.channel.SendRequest("exit-status", false, gossh.Marshal(struct{ Code uint32 }{uint32(code)}))
	_ = v.channel.Close()
	select {
	case <-v.inputClosed:
	case <-time.After(closeGrace): // the client has not closed its end
		_ = v.conn.Close()
	}
}

// open connects the program's streams to the channel.
func (v *Session) open() {
	if t := v.Terminal; t != nil {
		go v.callSafely(t.listen)
		v.In, v.Out, v.Err = t, t, t
		return
	}
	// Without a terminal, output counts as activity, too: the visitor of a
	// long-running command types nothing.
	in := activityStream{v.channel, v.touch}
	v.In, v.Out, v.Err = in, in, activityStream{v.channel.Stderr(), v.touch}
}

// handle runs the program. A panic ends this session only.
func (v *Session) handle() (code int) {
	defer func() {
		if r := recover(); r != nil {
			v.logPanic(r, debug.Stack())
			fmt.Fprintln(v.Err, "mxinvite: an internal error ended this session; the details are in the server's log")
			code = 1
		}
	}()
	return v.server.opt.Handle(v.ctx, v)
}

// callSafely calls f and recovers a panic. It is for goroutines beside the program.
func (v *Session) callSafely(f func()) {
	defer v.recoverPanic()
	f()
}

// recoverPanic is deferred in every goroutine of a session except the program's. A
// panic there ends the session and its connection.
func (v *Session) recoverPanic() {
	if r := recover(); r != nil {
		v.logPanic(r, debug.Stack())
		v.cancel()
		_ = v.conn.Close()
	}
}

// logPanic logs a panic without anything that the visitor may have typed: for a
// value that is not a runtime.Error, only its type is logged.
func (v *Session) logPanic(value any, stack []byte) {
	what := fmt.Sprintf("%T", value)
	if e, ok := value.(runtime.Error); ok {
		what = safetext.Line(e.Error())
	}
	v.server.metrics.panics.Inc()
	v.server.opt.Log.Error("a session panicked", "name", v.Key.Name, "key", v.Key.Fingerprint,
		"panic", what, slog.String("stack", string(stack)))
}
