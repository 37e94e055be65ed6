package shell

import (
	"context"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/style"
)

// Options are the settings and functions that the screen gets from the program.
type Options struct {
	Account *client.Account // a resumed account; nil begins with signing in
	Client  client.Options  // for signing in, and the clock
	// Location is the time zone of the user. If it is nil (unknown), the screen shows
	// times in UTC, with the name of the zone.
	Location *time.Location
	// Ended is a session that its homeserver has ended, if the user may resume it by
	// signing in again.
	Ended client.Session
	// Remember stores a new session, and returns the account that continues it. Nil
	// stores no session.
	Remember func(context.Context, client.Session) (*client.Account, error)
	Forget   func(client.Session) error // after signing out
	End      func(client.Session) error // after the homeserver has ended it
	Accounts *Accounts                  // nil if there is only one account
	Trust    func(host string) error    // stores a host to which the program may send requests about keys
	// Browse returns a browser that can be redirected to this program until ctx ends.
	// It is nil if the program cannot open a browser for the user, as over SSH.
	Browse func(ctx context.Context) (Browser, error)
	// Vault is the place in which Remember stores sessions; nil if Remember needs no
	// input from the user.
	Vault *Vault

	// The initial values of the sign-in form.
	Homeserver, User, Password string

	// Sender is the name that other programs show for this one while it sends from
	// the outbox, such as "the screen (process 4711)".
	Sender string
	// Complete finds contacts whose name or address begins with the typed text; nil
	// finds none. It may return both contacts and an error.
	Complete func(ctx context.Context, typed string) ([]Contact, error)
	// Via is how people without a known Matrix ID are invited, until the user chooses
	// another way.
	Via client.Way
	// LinkBase is the base of links (see [link.Link.Format]); empty for the default.
	LinkBase string
	// Export writes invites into files; nil offers no export.
	Export *Exporter
	// SyncOutput makes the terminal show each frame at once. The program does not
	// first query the terminal for this feature.
	SyncOutput bool

	// OfferDemo offers the demo to a user who is not signed in; see [Model.WantsDemo].
	OfferDemo bool
	// Inspect reads a file of saved room state for a user who is not signed in. Nil
	// does not offer this.
	Inspect func(ctx context.Context, file string) (Dump, error)

	// Keys are the keys that the user configured, by action. [keymap.Check] has
	// checked them.
	Keys map[string][]string

	Display

	// Settings are the settings that the user can change in the palette; nil offers
	// none.
	Settings *Settings

	// Suspend lets ctrl+z stop the process, as a shell expects it. Otherwise ctrl+z
	// shows the reason why it does not.
	Suspend bool

	// Demo is set while the demo runs; otherwise nil.
	Demo *Demo

	// Lost says that the outbox of a damaged store is lost, until the user has confirmed
	// it. Otherwise it is empty.
	Lost string

	// Visitor is set if the user is on another machine, with no command line on this one.
	Visitor bool

	// Banner is a word beside the title. Without it, the running demo has a banner.
	Banner string
}

// A Display holds the display settings that the user can change while the program
// runs.
type Display struct {
	Theme      style.Theme
	Background style.Background
	ASCII      bool // draws signs and lines without Unicode
	Mouse      bool // enables the mouse; the terminal then selects no text with it

	// Notify returns the control sequence that makes the terminal show a desktop
	// notification. The shell calls it only while the terminal has no focus. Nil
	// shows no notifications.
	Notify func(title, text string) string
}

// A Contact is a person in the results of [Options.Complete].
type Contact struct{ Name, Address string }
