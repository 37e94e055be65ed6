package send

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// outboxInterval is the interval at which a command reads the outbox.
const outboxInterval = 5 * time.Second

// runnerName is the name of this program in the messages of other programs while it
// sends.
func runnerName(command string) string {
	return fmt.Sprintf("mxinvite %s (process %d)", command, os.Getpid())
}

// notRevoked reports why an accepted link cannot be revoked.
func notRevoked(s *out.Status) func(error) {
	return func(err error) { s.Note("%s", phrase.Sentence(err.Error())) }
}

// sendQueued sends the queued invites of the outbox. It calls see with the outbox
// after each turn of the runner, and every 5 seconds with a nil turn. It ends when
// see reports that it is done, when sending cannot go on, or when ctx ends; a
// request that is running then is completed first.
func sendQueued(ctx context.Context, account *client.Account, name string, see func(*client.Turn, client.Outbox) (done bool)) error {
	running, stop := context.WithCancel(ctx)
	turns := make(chan client.Turn)
	var sending panicgroup.Group
	sending.Go(func() error {
		defer close(turns)
		runner := account.Runner(name)
		defer runner.Close()
		for {
			turn := runner.Next(running)
			turns <- turn
			if turn.Final {
				return nil
			}
		}
	})
	defer func() {
		stop()
		for range turns { // if see has panicked, the runner must still release the outbox
		}
	}()
	ticker := time.NewTicker(outboxInterval)
	defer ticker.Stop()
	var failure error
	for {
		var turn *client.Turn
		select {
		case t, more := <-turns:
			if !more {
				_ = sending.Wait() // its errors are in the turns
				return failure
			}
			turn = &t
		case <-ticker.C:
			if running.Err() != nil {
				continue // the runner is stopping
			}
		}
		if turn != nil && turn.Final {
			if ctx.Err() != nil || running.Err() == nil {
				failure = turn.Err
			}
			continue
		}
		outbox, err := account.Outbox(context.WithoutCancel(ctx))
		if err != nil {
			failure = err
		}
		if err != nil || see(turn, outbox) {
			stop()
		}
	}
}
