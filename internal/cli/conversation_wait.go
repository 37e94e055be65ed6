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
	if running.Err() == nil {
		// The line that is being read must not be taken for the next answer.
		if err != nil {
			c.complain(err)
			err = nil
		}
		c.tell("That is all. Press Enter to go on.")
	}
	if readErr := reading.Wait(); readErr != nil {
		return unlessEnd(readErr)
	}
	if ctx.Err() != nil || !interrupted(err) {
		return err
	}
	if waiting, ok := errors.AsType[*waitingError](err); ok {
		waiting.cause = nil
		c.tell("Stopped: %s.", waiting.Error())
		return nil
	}
	c.tell("Stopped.")
	return nil
}
