// Package cli is the commands of mxinvite. It is told everything it may touch
// in a [host.World], so that the same commands run in a process, in a test, and
// for a visitor over SSH.
package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

// cancelOnHangup ends what is done for a terminal that is gone.
func cancelOnHangup(ctx context.Context, a *host.Program, end func()) {
	select {
	case <-a.Hangup:
		end()
	case <-ctx.Done():
	}
}

// Run carries out a command line, without the program's own name, and returns
// the exit code.
func Run(ctx context.Context, w host.World, args []string) int {
	a := host.NewProgram(w)
	defer a.Close()
	if w.Guest != nil && asksToComplete(args) {
		complain(a, fail.ErrNotForVisitors)
		return exitError
	}
	root := newRoot(a)
	if asksToComplete(args) {
		(&completer{a, func(c *cobra.Command) error { return readSettings(a, c) }}).completes(root)
	}
	root.SetArgs(append([]string{}, args...)) // of nil Cobra makes the arguments of this process
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if c, _, err := root.Find(args); err != nil || c.Name() != serveName {
		go cancelOnHangup(ctx, a, cancel)
	}
	err := execute(ctx, root)
	a.RecordSignedOut(context.WithoutCancel(ctx), err)
	if err != nil {
		complain(a, err)
		a.Log.Error("ended", "code", exitCode(err), "err", err)
	}
	return exitCode(err)
}
