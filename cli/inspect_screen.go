package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/dump"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
)

var errNoFile = errors.New("not a regular file")

// inspectForScreen reads a file for the screen, as inspect does. It expands ~ at
// the beginning of the path, because no shell does.
func inspectForScreen(ctx context.Context, a *host.Program, file string) (shell.Dump, error) {
	file = a.Expand(file)
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() || file == "-" {
		// A pipe or device might never end, and standard input belongs to the screen.
		return shell.Dump{}, fmt.Errorf("read %s: %w", file, errNoFile)
	}
	unread := ""
	o := inspectOptions{Program: a, files: []string{file}, note: func(format string, values ...any) {
		unread = cmp.Or(unread, fmt.Sprintf(format, values...)) // only the first message is shown
	}}
	d := &dump.Dump{}
	cut, err := o.readAll(ctx, d)
	if err != nil {
		return shell.Dump{}, err
	}
	found := shell.Dump{Facts: invite.Facts{Now: a.Now(), StaleAfter: a.Settings.StaleAfter}}
	found.Invites, found.Rooms = foldDump(d)
	unread = strings.TrimPrefix(unread, file+": ")
	switch {
	case len(cut) > 0 && unread != "":
		found.Unread = "read in part: " + unread
	case len(cut) > 0:
		found.Unread = "read in part: " + cut[0].Err.Error()
	case d.Unreadable > 0:
		found.Unread = fmt.Sprintf("%s unread: %s", out.Count(d.Unreadable, "thing"), unread)
	}
	return found, nil
}
