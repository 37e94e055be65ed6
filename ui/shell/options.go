package shell

import (
	"context"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/style"
)

// Options are what the program needs of the world around it.
type Options struct {
	Account *client.Account // a resumed account; nil begins with signing in
	Client  client.Options  // for signing in, and the clock
	// Location is the time zone of the user. If it is not known (nil), times are in
	// UTC, and say so.
	Location *time.Location
	// Ended is a session that its homeserver has ended, if the person may go on
	// with it by signing in again.
	Ended client.Session
	// Remember keeps a new session, and returns the account that goes on from it.
	// Nil keeps nothing.
	Remember func(context.Context, client.Session) (*client.Account, error)
	Forget   func(client.Session) error // after signing out
	End      func(client.Session) error // after the homeserver has ended it
	Accounts *Accounts                  // nil where there is but one
	Trust    func(host string) error    // remembers a host that may be asked about keys
	// Browse returns a browser that comes back until ctx ends. Nil if there is
	// none on the machine of who looks at the screen, as over SSH.
	Browse func(ctx context.Context) (Browser, error)
	// Vault is where Remember keeps sessions; nil if it needs to ask nothing.
	Vault *Vault

	// What stands in the sign-in form to begin with.
	Homeserver, User, Password string

	// Sender is what other programs call this one while it sends from the
	// outbox, such as "the screen (process 4711)".
	Sender string
	// Complete finds people whose name or address begins as typed; nil finds
	// none. It may return some beside an error.
	Complete func(ctx context.Context, typed string) ([]Contact, error)
	// Export writes invites into files; nil offers no export.
	Export *Exporter
	// SyncOutput has each picture shown at once, without asking the terminal
	// whether it can do that.
	SyncOutput bool

	// Demo is set where there is one, which somebody who is not signed in may
	// choose; see [Model.WantsDemo].
	Demo bool
	// Inspect reads a file of saved room state, for somebody who is not signed in;
	// nil reads none.
	Inspect func(ctx context.Context, file string) (Dump, error)

	// Keys are those a person chose, by action; [keymap.Check] has seen them.
	Keys map[string][]string

	Display

	// Settings are those that the palette lets the user change; nil for none.
	Settings *Settings

	// Suspend has ctrl+z stop the process, as a shell expects it. Without it ctrl+z
	// says why not.
	Suspend bool

	// Rehearsal is set in the demo.
	Rehearsal *Rehearsal

	// Visitor is set if the user is on another machine, with no command line on this one.
	Visitor bool

	// Banner is a word beside the title, such as "demo"; a rehearsal has its own.
	Banner string
}

// A Display is what the user can change about the screen while the program runs.
type Display struct {
	Theme      style.Theme
	Background style.Background
	ASCII      bool // draws signs and lines without Unicode
	Mouse      bool // takes the mouse from the terminal, which then selects no text with it

	// Notify gives what a terminal writes to show a desktop notification. It is
	// called only while the terminal has no focus; nil shows none.
	Notify func(title, text string) string
}

// A Contact is a person that [Options.Complete] knows.
type Contact struct{ Name, Address string }
