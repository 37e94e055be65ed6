// Package cli is the commands of mxinvite. It is told everything it may touch
// in a [World], so that the same commands run in a process, in a test, and for
// a visitor from elsewhere.
package cli

import (
	"context"
	"io"
	"net/http"
	"os"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// A World is what a command may touch of the process around it.
type World struct {
	out.Streams
	Machine
}

// A Machine is what the program may use of the machine that it runs on.
type Machine struct {
	Keyring    vault.Keyring              // nil if there is none
	Agent      vault.DialAgent            // the ssh-agent; nil if there is none
	Descriptor func(fd int) io.Reader     // that the process was started with; nil if there are none
	Browse     func(address string) error // opens a browser on the user's display; nil if there is none

	Transport http.RoundTripper // the one way out to the network
	// KeyTransport makes the guarded way to URLs that strangers wrote into
	// invites. Nil leaves keys unchecked.
	KeyTransport func(keycheck.TransportOptions) http.RoundTripper
	// Hangup tells that the terminal is gone; a server reads its settings anew
	// instead. It may be nil.
	Hangup <-chan os.Signal
	// Guest is the visitor over SSH whose world this is; nil for a user of this
	// machine. Visitors have no access to this machine.
	Guest *serve.Session
}

// endOnHangup ends what is done for a terminal that is gone.
func (a *app) endOnHangup(ctx context.Context, end func()) {
	select {
	case <-a.Hangup:
		end()
	case <-ctx.Done():
	}
}

// Run carries out a command line, without the program's own name, and returns
// the exit code.
func Run(ctx context.Context, w World, args []string) int {
	a := newApp(w)
	defer a.close()
	if w.Guest != nil && asksToComplete(args) {
		a.complain(fail.ErrNotForVisitors)
		return exitError
	}
	root := newRoot(a)
	if asksToComplete(args) {
		a.completes(root)
	}
	root.SetArgs(append([]string{}, args...)) // of nil Cobra makes the arguments of this process
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if c, _, err := root.Find(args); err != nil || c.Name() != serveName {
		go a.endOnHangup(ctx, cancel)
	}
	err := execute(ctx, root)
	a.noteEnd(context.WithoutCancel(ctx), err)
	if err != nil {
		a.complain(err)
		a.log.Error("ended", "code", exitCode(err), "err", err)
	}
	return exitCode(err)
}
