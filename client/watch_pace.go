package client

import (
	"context"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/sleep"
)

const (
	// A response within quickPoll was not held by the homeserver.
	quickPoll = time.Second
	// So many of them in a row are normal: with changes, and without a change or with
	// the same token as before. After them there are pauses.
	busyPolls, idlePolls = 20, 3
	// busyPause is the pause between responses with changes, and idlePause the longest
	// one between those without.
	busyPause = 500 * time.Millisecond
	idlePause = 30 * time.Second
)

// A pace limits the polls of a homeserver that does not hold its responses: one that is
// broken, or that wants to keep the program busy.
type pace struct {
	quick   int // responses in a row that were not held
	useless int // of them, those without a change
}

// wait waits before the next poll.
func (p *pace) wait(ctx context.Context) error {
	var pause time.Duration
	switch {
	case p.useless > idlePolls:
		pause = growing(p.useless-idlePolls-1, idlePause)
	case p.quick > busyPolls:
		pause = busyPause
	}
	if !sleep.For(ctx, pause) {
		return ctx.Err()
	}
	return nil
}

// note records a response.
func (p *pace) note(took time.Duration, useful bool) {
	switch {
	case took >= quickPoll || took < 0: // the clock was set back
		*p = pace{}
	case useful:
		p.quick, p.useless = p.quick+1, 0
	default:
		p.quick, p.useless = p.quick+1, p.useless+1
	}
}
