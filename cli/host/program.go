package host

import (
	"cmp"
	"fmt"
	"runtime"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/link"
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

	Silent   bool // set for completions: only an existing store is opened
	HomeDir  string
	Settings config.Settings

	PassphraseFile string
	PassphraseFD   string // number of the file descriptor

	SealFor string // Matrix ID of the account whose session will be encrypted with a new passphrase, if known

	Store        *store.Store // opened at the first use
	storeProblem error        // why the stored data cannot be read in this run
	lossTold     bool         // a message about a lost store was written
	OpenSessions *Sessions    // opened at the first use
	contacts     addressSource
	Log          *logfile.File
	current      *client.Account // the account of the command
}

// NewProgram returns a run of the program that has read no settings yet.
func NewProgram(w World) *Program {
	if w.Transport != nil {
		w.Transport = withName(w.Transport)
	}
	return &Program{Printer: &out.Printer{Streams: w.Streams}, Machine: w.Machine, Log: logfile.Discard()}
}

// Home returns the directories for settings and data.
func (p *Program) Home() (config.Home, error) {
	if p.HomeDir != "" {
		return config.At(p.HomeDir), nil
	}
	return config.FindHome(p.Getenv, runtime.GOOS)
}

// ClientOptions returns the options for accounts of this run.
func (p *Program) ClientOptions() client.Options {
	mailer, err := p.mailer()
	return client.Options{
		Mailer: mailer, MailerErr: err, LinkBase: p.LinkBase(),
		Transport: p.Transport, Now: p.Now,
		IdentityServer: p.Settings.IdentityServer, StaleAfter: p.Settings.StaleAfter, DeviceName: p.Settings.DeviceName,
		RevokeAccepted: p.Settings.RevokeAccepted,
		FormerKey:      p.formerKey, SaveSession: p.saveSession, NoAddressBook: !p.Settings.AddressBook,
		Memory: p.Memory, LinksServer: p.linksServer(),
	}
}

// linksServer returns the links server of the settings.
func (p *Program) linksServer() client.LinksServer {
	s := client.LinksServer{URL: p.Settings.LinksServer}
	if s.URL == "" {
		return s
	}
	home, err := p.Home()
	if err == nil {
		s.Key.Key, err = config.ReadLinksKey(home.LinksKeyPath(p.Settings))
	}
	if err != nil {
		s.Problem = fmt.Errorf("read the links key: %w", err)
	}
	return s
}

// LinkBase returns the base of the links that mxinvite makes (see [link.Link.Format]).
func (p *Program) LinkBase() string { return cmp.Or(p.Settings.LinkPage, link.DefaultBase) }

// InviteWay returns how addresses are invited by the setting invites.via.
func (p *Program) InviteWay() client.Way {
	if p.Settings.InviteVia == config.ViaAuto || p.Guest != nil && p.Settings.InviteVia == string(client.ByMail) {
		return client.ByDefault
	}
	return client.Way(p.Settings.InviteVia)
}

// World returns the world of the program.
func (p *Program) World() World { return World{Streams: p.Streams, Machine: p.Machine} }

// ChosenColors returns the colors that the settings choose.
func (p *Program) ChosenColors() out.Colors {
	return out.Colors{
		Theme: style.Theme(p.Settings.Theme), Background: style.Background(p.Settings.Background),
		Never: p.Settings.Color == config.ColorNever,
	}
}
