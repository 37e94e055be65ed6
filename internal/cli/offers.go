package cli

import (
	"context"
	"path/filepath"

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
// the program was started in. Visitors have no files here, and get it to copy.
func (a *app) exportForScreen(_ context.Context, account *client.Account, format string, invites []invite.Invite) (ui.Exported, error) {
	findings, err := findingsOf(account, invites)
	if err != nil {
		return ui.Exported{}, err
	}
	data, err := exported(findings, format)
	if err != nil {
		return ui.Exported{}, err
	}
	if a.Guest != nil {
		return ui.Exported{Text: string(data)}, nil
	}
	path, err := exportNew(".", format, data, findings)
	if err != nil {
		return ui.Exported{}, err
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return ui.Exported{Where: path}, nil
}
