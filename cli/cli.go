// Package cli has the commands of mxinvite. A command uses only what its
// [host.World] provides, so that the same commands run in a process, in a test, and
// for a visitor over SSH.
package cli

import (
	"context"

	"github.com/mxinvite/mxinvite/cli/completion"
	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

// cancelOnHangup calls cancel when the terminal closes.
func cancelOnHangup(ctx context.Context, a *host.Program, cancel func()) {
	select {
	case <-a.Hangup:
		cancel()
	case <-ctx.Done():
	}
}

// Run runs a command line, given without the program's name, and returns the exit
// code.
func Run(ctx context.Context, w host.World, args []string) int {
	a := host.NewProgram(w)
	defer a.Close()
	if w.Guest != nil && asksToComplete(args) {
		exit.PrintError(a, fail.ErrNotForVisitors)
		return exit.Error
	}
	root := newRoot(a)
	if asksToComplete(args) {
		root.PersistentPreRunE = nil // completion works also with invalid settings
		walk(root, (&completion.Completer{Program: a, ReadSettings: readSettings}).Add())
	}
	root.SetArgs(append([]string{}, args...)) // if args is nil, Cobra uses the arguments of the process
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if c, _, err := root.Find(args); err != nil || c.Name() != serveName {
		go cancelOnHangup(ctx, a, cancel)
	}
	err := execute(ctx, root)
	a.RecordSignedOut(context.WithoutCancel(ctx), err)
	if err != nil {
		exit.PrintError(a, err)
		a.Log.Error("ended", "code", exit.Code(err), "err", err)
	}
	return exit.Code(err)
}
