package cli

import (
	"context"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui"
)

// completeForScreen finds people while somebody types on the screen.
func (a *app) completeForScreen(ctx context.Context, typed string) ([]ui.Contact, error) {
	found, err := a.complete(ctx, typed)
	people := make([]ui.Contact, len(found))
	for n, c := range found {
		people[n] = ui.Contact{Name: c.Name, Address: c.Address}
	}
	return people, err
}

// exportForScreen writes what the screen shows into a file of the directory that
// the program was started in.
func exportForScreen(_ context.Context, account *client.Account, format string, invites []invite.Invite) (ui.Exported, error) {
	path, err := exportInvites(account, ".", format, invites)
	return ui.Exported{Where: path}, err
}
