package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/lineedit"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// Process returns the world of a process with these streams.
func Process(in, out, errs *os.File, env []string, now func() time.Time, transport http.RoundTripper) World {
	width, height, _ := term.GetSize(out.Fd()) // 0 of what is no terminal
	w := World{
		In: in, Out: out, Err: errs,
		InTTY:        term.IsTerminal(in.Fd()),
		OutTTY:       term.IsTerminal(out.Fd()),
		ErrTTY:       term.IsTerminal(errs.Fd()),
		Width:        width,
		Height:       height,
		ReadPassword: func(ctx context.Context) (string, error) { return readPassword(ctx, in) },
		Env:          env,
		Now:          now,
		Transport:    transport,
		KeyTransport: func(o keycheck.TransportOptions) http.RoundTripper { return keycheck.NewTransport(o) },
		Keyring:      vault.SystemKeyring{},
		Descriptor:   func(fd int) io.Reader { return os.NewFile(uintptr(fd), "passphrase") },
	}
	if socket := w.getenv("SSH_AUTH_SOCK"); socket != "" {
		w.Agent = vault.AgentAt(socket)
	}
	w.Browse = browser(runtime.GOOS, w.getenv)
	return w
}

// readPassword reads a line from a terminal that does not show it. When ctx
// ends first the terminal shows again what is typed.
func readPassword(ctx context.Context, terminal *os.File) (string, error) {
	before, err := term.GetState(terminal.Fd())
	if err != nil {
		return "", err
	}
	password, err := await(ctx, func() (string, error) {
		line, err := term.ReadPassword(terminal.Fd())
		return lineedit.Clean(string(line)), err
	})
	if ctx.Err() != nil {
		_ = term.Restore(terminal.Fd(), before) // the program is ending
	}
	return password, err
}

// readLine reads a line, and nothing of what follows it: that may be for
// somebody else.
func readLine(ctx context.Context, r io.Reader) (string, error) {
	if t, ok := r.(*serve.Terminal); ok {
		line, err := t.ReadLine(ctx, true)
		if err != nil {
			return "", err
		}
		return line + "\n", nil
	}
	return await(ctx, func() (string, error) {
		line, err := bufio.NewReaderSize(oneByte{r}, 16).ReadString('\n')
		if err == io.EOF && line != "" {
			err = nil
		}
		return line, err
	})
}

// oneByte reads a byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

// await returns what f does. If ctx ends first f is left behind: nothing can
// wake who waits for a person to type.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = panicgroup.Try(func() (err error) {
			r.value, err = f()
			return err
		})
		done <- r
	}()
	select {
	case r := <-done:
		panicgroup.Raise(r.err)
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}
