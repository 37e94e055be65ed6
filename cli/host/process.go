package host

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/budget"
	"github.com/mxinvite/mxinvite/internal/lineedit"
)

// localMemory limits the memory for responses of servers, in bytes, if the program
// runs for one user. It is enough for the first sync of 12,500 rooms with 125,000
// invites.
const localMemory = 1 << 30

// Process returns the world of a process with these streams. zone is the time zone
// of its user.
func Process(stdin, stdout, stderr *os.File, env []string, now func() time.Time, location *time.Location, transport http.RoundTripper) World {
	width, height, _ := term.GetSize(stdout.Fd()) // 0 if stdout is not a terminal
	memory := budget.New(localMemory, localMemory).Share(nil)
	w := World{
		Streams: out.Streams{
			In:           stdin,
			Out:          stdout,
			Err:          stderr,
			InTTY:        term.IsTerminal(stdin.Fd()),
			OutTTY:       term.IsTerminal(stdout.Fd()),
			ErrTTY:       term.IsTerminal(stderr.Fd()),
			Width:        width,
			Height:       height,
			ReadPassword: func(ctx context.Context) (string, error) { return readPassword(ctx, stdin) },
			Env:          env,
			Now:          now,
			Location:     location,
		},
		Machine: Machine{
			Transport:    memory.Transport(transport),
			KeyTransport: func(o keycheck.TransportOptions) http.RoundTripper { return keycheck.NewTransport(o) },
			Memory:       memory,
			Keyring:      vault.SystemKeyring{},
			Descriptor:   func(fd int) io.Reader { return os.NewFile(uintptr(fd), "passphrase") },
		},
	}
	if socket := w.Getenv("SSH_AUTH_SOCK"); socket != "" {
		w.Agent = vault.AgentAt(socket)
	}
	w.Browse = browser(runtime.GOOS, w.Getenv)
	return w
}

// readPassword reads a line from a terminal without echo. It restores the echo
// if ctx ends first.
func readPassword(ctx context.Context, terminal *os.File) (string, error) {
	before, err := term.GetState(terminal.Fd())
	if err != nil {
		return "", err
	}
	password, err := out.Await(ctx, func() (string, error) {
		line, err := term.ReadPassword(terminal.Fd())
		return lineedit.Clean(string(line)), err
	})
	if ctx.Err() != nil {
		_ = term.Restore(terminal.Fd(), before) // the program is ending
	}
	return password, err
}
