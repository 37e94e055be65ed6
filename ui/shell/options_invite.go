package shell

import (
	"context"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"

	"github.com/mxinvite/mxinvite/client"
)

// A Dump is what [Options.Inspect] found in a file of saved room state.
type Dump struct {
	Invites []invite.Invite // the newest first
	Rooms   map[id.RoomID]client.Room
	Facts   invite.Facts // to judge them by
	Unread  string       // what could not be read; empty if all could
}

// An Exporter writes invites of an account in a format ("csv", "json" or
// "markdown").
type Exporter struct {
	// Path suggests a file, with its whole path. It is nil where there are no
	// files, as over SSH: there the text is copied.
	Path  func(ctx context.Context, account *client.Account, format string, invites []invite.Invite) string
	Write func(context.Context, Export) (Exported, error)
}

// An Export is what is written where.
type Export struct {
	Account   *client.Account
	Format    string
	Path      string // as the user typed it; empty where there are no files
	Overwrite bool   // a file that is there already
	Invites   []invite.Invite
}

// Exported is what came of an export.
type Exported struct {
	Path   string // that was written, in full
	Text   string // to copy, where there are no files
	Exists bool   // nothing was written, because there is such a file already
}
