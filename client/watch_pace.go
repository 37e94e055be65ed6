package client

import (
	"context"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/sleep"
)

const (
	// A response within quickPoll was not held by the homeserver. So many in a row are
	// normal when much happens; after them there are pauses.
	quickPoll  = time.Second
	quickPolls = 3
	// busyPause is the pause if each response has changes, and idlePause the longest
	// if they have none, or repeat the token.
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
	if p.quick <= quickPolls {
		return nil
	}
	pause := busyPause
	if p.useless > 0 {
		pause = growing(p.useless-1, idlePause)
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
