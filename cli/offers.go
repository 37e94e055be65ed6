package cli

import (
	"context"

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
