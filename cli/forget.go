package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
)

func newForget(a *host.Program) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "forget",
		Short: "Delete the remembered addresses of invitees",
		Long: "Delete the address book, which holds the addresses of your invitees, and the\n" +
			"finished invites in the outbox. Queued invites stay in the outbox, and invites\n" +
			"that were sent stay valid. With the setting contacts.address_book = false no\n" +
			"addresses are remembered.",
		Args: fail.Args(0, 0),
		PreRunE: func(c *cobra.Command, _ []string) error {
			if !yes && !a.MayAsk() {
				return fail.MissingYes(c)
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return runForget(c.Context(), a, yes) },
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func runForget(ctx context.Context, a *host.Program, yes bool) error {
	account, outbox, err := a.OfflineOutbox(ctx)
	if err != nil {
		return err
	}
	remembered, err := account.AddressCount(ctx)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("the addresses of %s and %s in the outbox that are finished",
		out.Count(remembered, "invite"), out.Count(outbox.Finished(), "invite"))
	if !yes {
		agreed, err := a.Confirm(ctx, "Delete "+what+"?")
		if err != nil {
			return err
		}
		if !agreed {
			return fail.ErrDeclined
		}
	}
	if err := account.ForgetAddresses(ctx); err != nil {
		return err
	}
	a.Note("Deleted: %s.", what)
	return nil
}
