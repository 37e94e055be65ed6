package cli

import (
	"runtime"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/logfile"
	"github.com/mxinvite/mxinvite/ui/style"
)

// A program is one run of mxinvite: its world, the flags that every command has,
// the user's settings, and what it has opened.
type program struct {
	*out.Printer
	Machine

	silent   bool // a shell asks for completions while the user is typing
	homeDir  string
	settings config.Settings

	passphraseFile string
	passphraseFD   string // a number

	sealFor string // the Matrix ID whose session a new passphrase seals, if it is known

	store    *store.Store // opened when first needed,
	vaulted  *sessions    // and so is the vault
	contacts addressSource
	log      *logfile.File
	current  *client.Account // that a command uses
}

// newProgram returns a run of the program that has read no settings yet.
func newProgram(w World) *program {
	if w.Transport != nil {
		w.Transport = withName(w.Transport)
	}
	return &program{Printer: &out.Printer{Streams: w.Streams}, Machine: w.Machine, log: logfile.Nowhere()}
}

// home is where this run keeps things.
func (a *app) home() (config.Home, error) {
	if a.homeDir != "" {
		return config.At(a.homeDir), nil
	}
	return config.FindHome(a.Getenv, runtime.GOOS)
}

// clientOptions is what an account gets of this world.
func (a *app) clientOptions() client.Options {
	return client.Options{
		Transport: a.Transport, Now: a.Now,
		IdentityServer: a.settings.IdentityServer, StaleAfter: a.settings.StaleAfter, DeviceName: a.settings.DeviceName,
		FormerKey: a.formerKey, SaveSession: a.saveSession, NoAddressBook: !a.settings.AddressBook,
	}
}

// world is the world that the program runs in.
func (a *app) world() World { return World{Streams: a.Streams, Machine: a.Machine} }

// chosenColors are the colors of the settings.
func (a *app) chosenColors() out.Colors {
	return out.Colors{
		Theme: style.Theme(a.settings.Theme), Background: style.Background(a.settings.Background),
		Never: a.settings.Color == config.ColorNever,
	}
}
