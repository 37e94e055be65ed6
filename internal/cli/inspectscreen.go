package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui"
)

// inspectForScreen reads a file for the screen, as inspect does. It may begin
// with ~, which no shell is there to understand.
func (a *app) inspectForScreen(ctx context.Context, file string) (ui.Dump, error) {
	if rest, ok := strings.CutPrefix(file, "~/"); ok {
		file = filepath.Join(cmp.Or(a.getenv("HOME"), a.getenv("USERPROFILE")), rest)
	}
	o := inspectOptions{app: a, files: []string{file}, note: func(string, ...any) {}}
	d := &dump{}
	cut, err := o.readAll(ctx, d)
	if err != nil {
		return ui.Dump{}, err
	}
	found := ui.Dump{Facts: invite.Facts{Now: a.Now(), StaleAfter: a.settings.StaleAfter}}
	found.Invites, found.Rooms = d.fold()
	switch {
	case len(cut) > 0:
		found.Unread = "! read in part"
	case d.bad > 0:
		found.Unread = fmt.Sprintf("! %s unread", count(d.bad, "thing"))
	}
	return found, nil
}
