package cli

import (
	"context"
	"errors"

	"github.com/mxinvite/mxinvite/internal/together"
)

// untilEnter runs a command that may take long, until it is done or the user
// presses Enter.
func (c *conversation) untilEnter(ctx context.Context, args ...string) error {
	c.tell("Press Enter to stop.")
	running, stop := context.WithCancel(ctx)
	defer stop()
	var reading together.Group
	reading.Go(func() error {
		defer stop()
		_, err := readLine(ctx, c.In)
		return err
	})
	err := c.command(running, args...)
	stopped := running.Err() != nil
	if !stopped {
		// The line that is being read must not be taken for the next answer.
		if err != nil {
			c.complain(err)
		}
		c.tell("That is all. Press Enter to go on.")
	}
	if readErr := reading.Wait(); readErr != nil {
		return unlessEnd(readErr)
	}
	if !stopped {
		return nil
	}
	return c.stopped(ctx, err)
}

// stopped says how a command ended that was stopped.
func (c *conversation) stopped(ctx context.Context, err error) error {
	waiting, waits := errors.AsType[*waitingError](err)
	switch {
	case ctx.Err() != nil || err != nil && !interrupted(err):
		return err
	case waits:
		waiting.cause = nil
		c.tell("Stopped: %s.", waiting.Error())
	default:
		c.tell("Stopped.")
	}
	return nil
}
