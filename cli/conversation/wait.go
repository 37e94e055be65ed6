package conversation

import (
	"context"
	"errors"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// commandUntilEnter runs a command until it ends or the user presses Enter.
func (c *Conversation) commandUntilEnter(ctx context.Context, args ...string) error {
	stopped, err := c.UntilEnter(ctx, func(ctx context.Context) error { return c.command(ctx, args...) })
	waiting, waits := errors.AsType[*out.WaitingError](err)
	switch {
	case !stopped || err != nil && !fail.Interrupted(err):
		return err
	case waits:
		waiting.Cause = nil
		c.Message("Stopped: %s.", waiting.Error())
	default:
		c.Message("Stopped.")
	}
	return nil
}

// UntilEnter calls work, and cancels its context if the user presses Enter. stopped
// reports whether the user did. The error is that of work or of reading the key.
func (c *Conversation) UntilEnter(ctx context.Context, work func(context.Context) error) (stopped bool, err error) {
	c.Message("Press Enter to stop.")
	working, stop := context.WithCancel(ctx)
	defer stop()
	var reading panicgroup.Group
	reading.Go(func() error {
		defer stop()
		_, err := out.ReadLine(ctx, c.In)
		return err
	})
	err = work(working)
	if stopped = working.Err() != nil; !stopped {
		// The next line that the user types ends the reading, so it must not be an
		// answer.
		c.Message("Done. Press Enter to go on.")
	}
	if readErr := reading.Wait(); readErr != nil {
		return false, readErr
	}
	return stopped, err
}
