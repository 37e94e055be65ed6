package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/contacts"
)

func newContacts(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "contacts TEXT",
		Short: "List the contacts that match a text",
		Long: "List the contacts that the screen offers while TEXT is typed. They are from the\n" +
			"address book of mxinvite. The settings contacts.vcards and contacts.command add\n" +
			"those of vCards and of a command.",
		Example: "  mxinvite contacts grace",
		Args:    fail.Args(1, 1),
		RunE:    func(c *cobra.Command, args []string) error { return runContacts(c.Context(), a, args[0]) },
	}
}

// jsonContact is the stable JSON output of contacts.
type jsonContact struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
}

func runContacts(ctx context.Context, a *host.Program, typed string) error {
	var found []contacts.Contact
	err := a.During(ctx, "Looking for "+typed, func(ctx context.Context) (err error) {
		found, err = a.CompleteContact(ctx, typed)
		return err
	})
	all := make([]jsonContact, 0, len(found))
	t := &out.Table{Columns: []out.Column{{Title: "ADDRESS", Yields: true}, {Title: "NAME", Yields: true}}, Of: "contact"}
	for _, c := range found {
		all = append(all, jsonContact{c.Address, c.Name})
		t.Add(out.Text(c.Address), out.Text(c.Name))
		t.Call(c.Address)
	}
	if len(found) == 0 && err == nil {
		a.Note("No contacts were found.")
	}
	write := func() error { return a.WriteTable(t) }
	if a.JSON {
		write = func() error { return a.WriteJSON(all) }
	}
	if writeErr := write(); writeErr != nil {
		return writeErr
	}
	return err // one source failed; the contacts of the others were written
}
