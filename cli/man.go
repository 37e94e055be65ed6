package cli

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/manpage"
)

func newMan(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Write the manual page",
		Long:   "Write the manual page, for packages of this program.",
		Hidden: true,
		Args:   fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(a.Out, manual(c.Root()))
			return err
		},
	}
}

// manualDate is the date of the newest entry in CHANGELOG.md. It is a constant
// because go run and a build from an archive have no commit date.
const manualDate = "2026-11-26"

// manual returns the manual page of the program.
func manual(root *cobra.Command) string {
	p := manpage.New(root.Name(), root.Short, manualDate)
	p.Section("Synopsis")
	p.Usage(root.Name(), " [OPTION...]")
	p.Usage(root.Name(), " COMMAND [OPTION...] [ARGUMENT...]")
	p.Section("Description")
	p.Text(root.Long)
	p.Text("Data goes to standard output, messages to standard error. If the output is not a\n" +
		"terminal, its columns are separated by tabs, and there are no colors and no\n" +
		"questions. --json writes JSON wherever there is output.")
	p.Section("Commands")
	for _, g := range root.Groups() {
		p.Subsection(strings.TrimSuffix(g.Title, ":"))
		for _, c := range root.Commands() {
			if c.GroupID == g.ID {
				p.Command(c)
			}
		}
	}
	p.Section("Options")
	p.Text("All commands accept these options.")
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	p.Flags(root.LocalFlags())
	p.Section("Keys")
	p.Text("The bottom line of the screen shows the most important keys, ? shows all keys of\n" +
		"the page, and : or ctrl+p finds an action by its name. To change keys, use the\n" +
		"table [keys] of the settings file.")
	manualSettings(p)
	manualPlaces(p)
	p.Section("Exit status")
	for code, words := range exit.Meanings() {
		p.Item(words, strconv.Itoa(code))
	}
	p.Section("Examples")
	p.Literal(root.Example)
	p.SeeAlso("ssh(1)", "ssh-agent(1)", "tmux(1)")
	p.Text("Invites by e-mail in the specification of Matrix:\n" +
		"https://spec.matrix.org/latest/client-server-api/#third-party-invites")
	return p.String()
}

func manualSettings(p *manpage.Page) {
	p.Section("Settings")
	p.Text("No settings are required. Flags override environment variables, which override\n" +
		"config.toml. mxinvite config init writes a config.toml that explains every\n" +
		"setting; mxinvite config shows the effective settings and where each comes from.")
	for _, s := range config.AllSettings() {
		p.Item(s.Doc+"\nIt must be "+s.Takes+".", s.Name, s.Variable())
	}
}

func manualPlaces(p *manpage.Page) {
	p.Section("Environment")
	p.Text("The variables of the settings, and those below. An empty variable is ignored.")
	p.Item("The directory for all files, as with --home.", "MXINVITE_HOME")
	p.Item("Replace the directories below.", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
	p.Item("If it is set, no colors are used, as with --no-color.", "NO_COLOR")
	p.Item("If it is 1, mxinvite asks and answers in plain lines, as with --accessible.", "ACCESSIBLE")
	p.Item("The ssh-agent that a vault of kind agent needs.", "SSH_AUTH_SOCK")
	p.Section("Files")
	p.Text("To see the paths on macOS and Windows, run: mxinvite config path")
	home, err := config.FindHome(func(name string) string { return map[string]string{"HOME": "~"}[name] }, "linux")
	if err != nil {
		return // the page describes the path relative to HOME
	}
	file := func(path, text string) { p.Item(text, filepath.ToSlash(path)) }
	file(home.SettingsPath(), "The settings.")
	file(vault.PathIn(home.Dir()), "The sessions.")
	file(home.TrustPath(), "The hosts that are trusted to check keys, one on a line.")
	file(home.StorePath(), "The state of your rooms, the outbox and the address book. Addresses are\nencrypted.")
	file(home.StateDir(), "The log, without secrets.")
}
