package host

import (
	"runtime"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/logfile"
	"github.com/mxinvite/mxinvite/ui/style"
)

// A Program is one run of mxinvite: its world, the flags that every command has,
// the user's settings, and what it has opened.
type Program struct {
	*out.Printer
	Machine

	Silent   bool // a shell asks for completions while the user is typing
	HomeDir  string
	Settings config.Settings

	PassphraseFile string
	PassphraseFD   string // a number

	SealFor string // the Matrix ID whose session a new passphrase seals, if it is known

	Store        *store.Store // opened when first needed,
	storeProblem error        // why what was stored before is not known in this run
	OpenSessions *Sessions    // and so is the vault
	contacts     addressSource
	Log          *logfile.File
	current      *client.Account // that a command uses
}

// NewProgram returns a run of the program that has read no settings yet.
func NewProgram(w World) *Program {
	if w.Transport != nil {
		w.Transport = withName(w.Transport)
	}
	return &Program{Printer: &out.Printer{Streams: w.Streams}, Machine: w.Machine, Log: logfile.Discard()}
}

// Home is where this run keeps things.
func (p *Program) Home() (config.Home, error) {
	if p.HomeDir != "" {
		return config.At(p.HomeDir), nil
	}
	return config.FindHome(p.Getenv, runtime.GOOS)
}

// ClientOptions is what an account gets of this world.
func (p *Program) ClientOptions() client.Options {
	return client.Options{
		Transport: p.Transport, Now: p.Now,
		IdentityServer: p.Settings.IdentityServer, StaleAfter: p.Settings.StaleAfter, DeviceName: p.Settings.DeviceName,
		FormerKey: p.formerKey, SaveSession: p.saveSession, NoAddressBook: !p.Settings.AddressBook,
		Memory: p.Memory,
	}
}

// World is the world that the program runs in.
func (p *Program) World() World { return World{Streams: p.Streams, Machine: p.Machine} }

// ChosenColors are the colors of the settings.
func (p *Program) ChosenColors() out.Colors {
	return out.Colors{
		Theme: style.Theme(p.Settings.Theme), Background: style.Background(p.Settings.Background),
		Never: p.Settings.Color == config.ColorNever,
	}
}
