package send

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
)

func newOutboxPause(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "pause",
		Short: "Pause sending",
		Args:  fail.Args(0, 0),
		RunE:  func(c *cobra.Command, _ []string) error { return runOutboxPause(c.Context(), a, true) },
	}
}

func newOutboxResume(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "resume",
		Short: "Resume sending",
		Args:  fail.Args(0, 0),
		RunE:  func(c *cobra.Command, _ []string) error { return runOutboxPause(c.Context(), a, false) },
	}
}

func runOutboxPause(ctx context.Context, a *host.Program, pause bool) error {
	account, _, err := a.OfflineOutbox(ctx)
	if err != nil {
		return err
	}
	if err := account.PauseOutbox(ctx, pause); err != nil {
		return err
	}
	outbox, err := account.Outbox(ctx)
	if err != nil {
		return err
	}
	noteOutlook(a, outbox)
	return nil
}

// A choice selects items of the outbox: by their numbers, or all items in certain
// states.
type choice struct {
	numbers []string
	all     bool
	of      []client.ItemState // the states that the operation is possible in
	done    string             // past participle of the operation, such as "cancelled"
}

// flags adds the flag that selects all items, and checks the arguments.
func (ch *choice) flags(c *cobra.Command, name, usageText string) {
	c.Flags().BoolVar(&ch.all, name, false, usageText)
	c.Args = func(c *cobra.Command, args []string) error {
		switch {
		case ch.all && len(args) > 0:
			return fail.Usage(c, fmt.Errorf("use either numbers or --%s", name))
		case !ch.all && len(args) == 0:
			return fail.Args(1, -1)(c, args)
		}
		ch.numbers = args
		return nil
	}
}

// pick returns the numbers of the selected items. It returns an error if the
// operation is not possible for all of them.
func (ch *choice) pick(c *cobra.Command, outbox client.Outbox) ([]int64, error) {
	var picked []int64
	for _, i := range outbox.Items {
		if ch.all && slices.Contains(ch.of, i.State) {
			picked = append(picked, i.Number)
		}
	}
	for _, word := range ch.numbers {
		number, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, fail.Usage(c, fmt.Errorf("%q is not a number of the outbox", word))
		}
		n := slices.IndexFunc(outbox.Items, func(i client.Item) bool { return i.Number == number })
		switch {
		case n < 0:
			return nil, &noItemError{number}
		case !slices.Contains(ch.of, outbox.Items[n].State):
			return nil, &itemStateError{outbox.Items[n], ch}
		case !slices.Contains(picked, number):
			picked = append(picked, number)
		}
	}
	return picked, nil
}

// A noItemError reports a number that the outbox does not have.
type noItemError struct{ number int64 }

func (e *noItemError) Error() string {
	return fmt.Sprintf("there is no number %d in the outbox", e.number)
}

// An itemStateError reports that an operation is not possible in the state of an
// item.
type itemStateError struct {
	item   client.Item
	choice *choice
}

func (e *itemStateError) Error() string {
	return fmt.Sprintf("number %d is %s; only an invite that is %s can be %s",
		e.item.Number, e.item.State, out.Join(e.choice.of, " or "), e.choice.done)
}

// changeItems calls do for the selected items, or for none if there is an error.
func changeItems(a *host.Program, c *cobra.Command, ch *choice, do func(*client.Account, context.Context, ...int64) error) error {
	ctx := c.Context()
	account, outbox, err := a.OfflineOutbox(ctx)
	if err != nil {
		return err
	}
	numbers, err := ch.pick(c, outbox)
	if err != nil {
		return err
	}
	if len(numbers) > 0 {
		if err := do(account, ctx, numbers...); err != nil {
			return err
		}
	}
	a.Note("%s.", out.Count(len(numbers), "invite")+" "+ch.done)
	return nil
}

func newOutboxCancel(a *host.Program) *cobra.Command {
	ch := &choice{of: []client.ItemState{client.ItemQueued}, done: "cancelled"}
	c := &cobra.Command{
		Use:     "cancel NUMBER... | --all",
		Short:   "Cancel invites that have not been sent",
		Long:    "Cancel invites that are queued in the outbox. An invite that is being sent cannot\nbe cancelled. To revoke an invite that was sent, use mxinvite revoke.",
		Example: "  mxinvite outbox cancel 12 13",
		RunE:    func(c *cobra.Command, _ []string) error { return changeItems(a, c, ch, (*client.Account).Cancel) },
	}
	ch.flags(c, "all", "cancel all queued invites")
	return c
}

func newOutboxRetry(a *host.Program) *cobra.Command {
	ch := &choice{of: []client.ItemState{client.ItemFailed, client.ItemCancelled}, done: "queued again"}
	now := false
	c := &cobra.Command{
		Use:   "retry NUMBER... | --failed | --now",
		Short: "Send failed or cancelled invites again, or do not wait any longer",
		Long: "Queue failed or cancelled invites again. For uncertain invites use\n" +
			"mxinvite outbox settle. If an invite is in the room and only its mail failed,\n" +
			"the mail is sent again, with the same link.\n\n" +
			"With --now, resume sending, and send the next queued invite at once, even if a\n" +
			"server asked to wait. If the server refuses it again, the outbox waits again.",
		Example: "  mxinvite outbox retry --failed\n" +
			"  mxinvite outbox retry --now",
		RunE: func(c *cobra.Command, _ []string) error {
			if now {
				return runRetryNow(c.Context(), a)
			}
			if ch.all {
				ch.of = []client.ItemState{client.ItemFailed}
			}
			return changeItems(a, c, ch, (*client.Account).Retry)
		},
	}
	ch.flags(c, "failed", "retry all failed invites")
	c.Flags().BoolVar(&now, "now", false, "send the next queued invite without waiting")
	numbers := c.Args
	c.Args = func(c *cobra.Command, args []string) error {
		switch {
		case now && (ch.all || len(args) > 0):
			return fail.Usage(c, errors.New("use --now without numbers and without --failed"))
		case now:
			return nil
		}
		return numbers(c, args)
	}
	return c
}

// runRetryNow ends the wait for a server, and resumes sending.
func runRetryNow(ctx context.Context, a *host.Program) error {
	account, err := a.Offline(ctx)
	if err != nil {
		return err
	}
	if err := account.RetryNow(ctx); err != nil {
		return err
	}
	outbox, err := account.Outbox(ctx)
	if err != nil {
		return err
	}
	noteOutlook(a, outbox)
	return nil
}

func newOutboxSettle(a *host.Program) *cobra.Command {
	ch := &choice{of: []client.ItemState{client.ItemUncertain}, done: "settled"}
	var sent, resend bool
	c := &cobra.Command{
		Use:   "settle NUMBER... --sent | --resend",
		Short: "Record whether uncertain invites were sent",
		Long: "Record whether uncertain invites were sent. An invite is uncertain if the server\n" +
			"did not answer the request. Use --sent if the invitee got the mail. Use --resend\n" +
			"if not: the invite is queued again.",
		Example: "  mxinvite outbox settle 12 --resend",
		PreRunE: func(c *cobra.Command, args []string) error {
			if sent == resend {
				return fail.Usage(c, errors.New("either --sent or --resend is required"))
			}
			ch.numbers = args
			return nil
		},
		Args: fail.Args(1, -1),
		RunE: func(c *cobra.Command, _ []string) error {
			if resend {
				ch.done = "queued again"
				return changeItems(a, c, ch, (*client.Account).Retry)
			}
			return changeItems(a, c, ch, (*client.Account).MarkSent)
		},
	}
	c.Flags().BoolVar(&sent, "sent", false, "they were sent")
	c.Flags().BoolVar(&resend, "resend", false, "they were not sent; send them again")
	return c
}

func newOutboxClear(a *host.Program) *cobra.Command {
	var lost bool
	c := &cobra.Command{
		Use:   "clear",
		Short: "Delete finished invites from the outbox",
		Long: "Delete sent, failed and cancelled invites from the outbox. Queued and uncertain\n" +
			"invites stay, and so does the address book (see mxinvite forget).\n\n" +
			"A damaged store is renamed, and its outbox is lost. The outbox commands then fail,\n" +
			"because the new outbox is not complete, until you confirm that with --lost. The\n" +
			"damaged file is not deleted.",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return runOutboxClear(c.Context(), a, lost) },
	}
	c.Flags().BoolVar(&lost, "lost", false, "confirm that the outbox of a damaged store is lost")
	return c
}

func runOutboxClear(ctx context.Context, a *host.Program, lost bool) error {
	if lost {
		if err := a.ConfirmLostStore(); err != nil {
			return err
		}
	}
	account, outbox, err := a.OfflineOutbox(ctx)
	if err != nil {
		return err
	}
	if err := account.ClearOutbox(ctx); err != nil {
		return err
	}
	a.Note("%s deleted from the outbox.", out.Count(outbox.Finished(), "invite"))
	return nil
}
