package send

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

type outboxRunOptions struct {
	*host.Program

	watch bool
}

func newOutboxRun(a *host.Program) *cobra.Command {
	o := outboxRunOptions{Program: a}
	c := &cobra.Command{
		Use:   "run",
		Short: "Send the invites in the outbox until it is empty",
		Long: "Send the invites that are queued in the outbox, as fast as the server's limit\n" +
			"allows, and end when no invite is left; with --watch keep running and send\n" +
			"invites that are queued later. Only one program sends for an account at a time:\n" +
			"if another one does, this command waits. If it is interrupted, it completes the\n" +
			"current request and ends; the other invites stay queued. With --json it writes\n" +
			"one object on a line for every result.",
		Example: "  mxinvite outbox run\n" +
			"  tmux new -d -s outbox mxinvite outbox run --watch",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return runOutboxRun(c.Context(), o) },
	}
	c.Flags().BoolVarP(&o.watch, "watch", "w", false, "keep running when the outbox is empty")
	return c
}

// An outboxRun is one run of the command mxinvite outbox run.
type outboxRun struct {
	outboxRunOptions
	*out.Status

	account   *client.Account
	done      int            // number of items with a result
	failures  []fail.Failure // results that are failures
	trouble   string         // last error that was reported
	elsewhere string         // the other program that sends
	paused    bool
	err       error // the error that ends the run
}

func runOutboxRun(ctx context.Context, o outboxRunOptions) error {
	account, _, err := o.OfflineOutbox(ctx)
	if err != nil {
		return err
	}
	r := &outboxRun{outboxRunOptions: o, account: account, Status: o.StartStatus("Reading the outbox…")}
	left, err := r.run(ctx)
	switch {
	case r.err != nil:
		return r.err
	case fail.Interrupted(err) && (o.watch || left.Count == 0):
		return nil // interrupting is the normal way to end it
	case err != nil && left.Count > 0:
		left.Cause = err
		return left
	case err != nil:
		return err
	}
	o.Note("There are no queued invites.")
	return fail.Batch("sent", r.done, r.failures)
}

// run sends the outbox and meanwhile syncs the rooms. The sync resolves
// uncertain invites and reports the end of the session.
func (r *outboxRun) run(ctx context.Context) (*out.WaitingError, error) {
	defer r.End()
	left := &out.WaitingError{Location: r.Location}
	following, stop := context.WithCancelCause(ctx)
	links := host.RevokeAccepted(following, r.account, notRevoked(r.Status))
	defer links.Close()
	var follows panicgroup.Group
	follows.Go(func() error {
		defer stop(nil)
		for watcher := r.account.Watch(); following.Err() == nil; {
			c := watcher.Next(following)
			if c.Final && following.Err() == nil {
				stop(c.Err)
			}
			if c.Err == nil {
				links.Check()
			}
		}
		return nil
	})
	see := func(turn *client.Turn, outbox client.Outbox) bool {
		waiting := outbox.Count(client.ItemQueued, client.ItemSending)
		left.Take(r.Now(), outbox, waiting)
		r.Set(out.SendingLine(r.Now(), r.Location, outbox, r.done, r.done+waiting))
		if turn != nil {
			r.tellTurn(*turn, outbox)
		}
		r.tellOutbox(outbox)
		if waiting > 0 && outbox.Stall.Decision() && !r.watch && r.err == nil {
			left.Cause, r.err = nil, left
		}
		return r.err != nil || waiting == 0 && !r.watch
	}
	outbox, err := r.account.Outbox(ctx)
	if err == nil && !see(nil, outbox) {
		err = sendQueued(following, r.account, runnerName("outbox run"), see)
	}
	if fail.Interrupted(err) {
		err = context.Cause(following) // such as that the session has ended
	}
	stop(nil)
	_ = follows.Wait() // the cause has its error
	return left, err
}

// tellTurn reports the result of an invite, or why no invite is sent.
func (r *outboxRun) tellTurn(turn client.Turn, outbox client.Outbox) {
	switch {
	case turn.Err != nil:
		if fail.Is[*client.TermsError](turn.Err) && !r.watch {
			r.err = turn.Err
			return
		}
		if s := turn.Err.Error(); s != r.trouble && !outbox.Stall.Decision() {
			r.trouble = s
			r.Note("No invites are sent for now: %s", s)
		}
	case turn.Elsewhere != "":
		// Another program may hold the lock only for a moment; then it is not the sender.
		if !slices.Contains([]string{"", runnerName("outbox run"), r.elsewhere}, outbox.Sender) {
			r.elsewhere = outbox.Sender
			r.Note("%s is sending for this account. This command waits until it ends.", r.elsewhere)
		}
	case turn.Item.Number != 0:
		r.trouble = ""
		r.tellItem(turn.Item, outbox)
	}
}

func (r *outboxRun) tellItem(i client.Item, outbox client.Outbox) {
	room, _ := r.account.Room(i.Room) // the account may have left the room
	if r.JSON {
		if err := r.WriteJSONLine(newJSONItem(i, room)); err != nil {
			r.err = err
		}
	}
	to := out.ItemRoom(room, i)
	switch i.State {
	case client.ItemQueued:
		if i.InRoom() {
			r.Note("%s to %s is mailed later: %s", i.Invitee().String(), to, i.Reason)
			return
		}
		r.Note("The server accepts no more invites for now%s.", out.Forecast(r.Now(), outbox.Next, outbox.Last, r.Location))
		return
	case client.ItemSent:
		if i.Way == client.ByLink {
			r.Note("The link for %s to %s is ready. To show it, run: mxinvite show --link %s %s", i.Invitee(), to, i.Room, i.Token)
			break
		}
		r.Note("%s was sent a mail for %s.", i.Address.Address, to)
	case client.ItemResolved:
		if i.Address.Address == "" {
			r.Note("%s was invited to %s.", string(i.UserID), to)
			break
		}
		r.Note("%s is %s, who was invited to %s.", i.Address.Address, string(i.UserID), to)
	default:
		err := &ItemError{i}
		r.failures = append(r.failures, fail.Failure{Subject: i.Invitee().String(), Err: err})
		r.Note("%s to %s is %s: %s", i.Invitee().String(), to, string(i.State), err.Error())
	}
	r.done++
}

// tellOutbox reports when the outbox was paused or resumed.
func (r *outboxRun) tellOutbox(outbox client.Outbox) {
	if outbox.Paused == r.paused {
		return
	}
	r.paused = outbox.Paused
	switch {
	case r.paused && outbox.Stall.Decision() && !r.watch: // the command ends with the reason
	case r.paused && outbox.Stall.Decision():
		r.Note("Sending has stopped: %s. To resume, run: mxinvite outbox resume", outbox.Stall.Reason)
	case r.paused:
		r.Note("The outbox is paused. To resume, run: mxinvite outbox resume")
	default:
		r.Note("The outbox is no longer paused.")
	}
}
