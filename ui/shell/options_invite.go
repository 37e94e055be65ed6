package shell

import (
	"context"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"

	"github.com/mxinvite/mxinvite/client"
)

// A Dump is the result of [Options.Inspect]: the invites in a file of saved room
// state.
type Dump struct {
	Invites []invite.Invite // the newest first
	Rooms   map[id.RoomID]client.Room
	Facts   invite.Facts // the rooms of the invites
	Unread  string       // a text about the parts that could not be read; empty if there are none
}

// An Exporter writes invites of an account in a format ("csv", "json" or
// "markdown").
type Exporter struct {
	// Path suggests the absolute path of a new file. It is nil where the program must
	// not write files, as over SSH: then the text is copied.
	Path  func(ctx context.Context, account *client.Account, format string, invites []invite.Invite) string
	Write func(context.Context, Export) (Exported, error)
}

// An Export is a request to export invites.
type Export struct {
	Account   *client.Account
	Format    string
	Path      string // as typed by the user; empty if the text is copied
	Overwrite bool   // replace an existing file
	Invites   []invite.Invite
}

// Exported is the result of an export.
type Exported struct {
	Path   string // absolute path of the written file
	Text   string // the text to copy, if no file is written
	Exists bool   // nothing was written, because the file exists
}
