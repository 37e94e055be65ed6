package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func newForget(a *app) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "forget",
		Short: "Delete the remembered addresses of invitees",
		Long: "Empty the address book, which says whom an invite is for, and forget what is\n" +
			"over in the outbox. What still waits there stays, and so do the invites. To\n" +
			"have nothing remembered from the beginning: contacts.address_book = false.",
		Args: takes(0, 0),
		PreRunE: func(c *cobra.Command, _ []string) error {
			if !yes && !a.mayAsk() {
				return usage(c, fmt.Errorf("--yes is missing, and %w", errNoTerminal))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return runForget(c.Context(), a, yes) },
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func runForget(ctx context.Context, a *app, yes bool) error {
	account, err := a.offline(ctx)
	if err != nil {
		return err
	}
	remembered, err := account.Remembered(ctx)
	if err != nil {
		return err
	}
	outbox, err := account.Outbox(ctx)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("the addresses of %s and %s that are over in the outbox",
		count(remembered, "invite"), count(outbox.Over(), "invite"))
	if !yes {
		agreed, err := a.confirm(ctx, "Forget "+what+"?")
		if err != nil {
			return err
		}
		if !agreed {
			return errDeclined
		}
	}
	if err := account.ForgetAddresses(ctx); err != nil {
		return err
	}
	a.say("Forgotten: %s.", what)
	return nil
}
