package polling

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

// A Pace limits the polls of a homeserver that does not hold its responses: one that is
// broken, or that wants to keep the program busy.
type Pace struct {
	quick   int // responses in a row that were not held
	useless int // of them, those without a change
}

// Wait waits before the next poll.
func (p *Pace) Wait(ctx context.Context) error {
	var pause time.Duration
	switch {
	case p.useless > idlePolls:
		pause = sleep.Growing(p.useless-idlePolls-1, idlePause)
	case p.quick > busyPolls:
		pause = busyPause
	}
	if !sleep.For(ctx, pause) {
		return ctx.Err()
	}
	return nil
}

// Note records how long a response took, and whether it had a change.
func (p *Pace) Note(took time.Duration, useful bool) {
	switch {
	case took >= quickPoll || took < 0: // the clock was set back
		*p = Pace{}
	case useful:
		p.quick, p.useless = p.quick+1, 0
	default:
		p.quick, p.useless = p.quick+1, p.useless+1
	}
}
