package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/conversation"
	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// refusedFlags lists the flags that visitors must not use, as refusedToGuests the
// commands: they read or write files of this machine, run programs, open
// ports or access its network.
const (
	refusedFlags = "healthcheck public-url trusted-proxy home password-file token-file passphrase-file passphrase-fd new-passphrase-file log-level file csv output listen authorized-keys host-key metrics memory allow-private http private remove"
)

// TestEveryFlagIsAllowedOrRefusedForVisitors fails for a new command or flag: add
// it to guest.go, or to the lists above.
func TestEveryFlagIsAllowedOrRefusedForVisitors(t *testing.T) {
	decided := func(what, allowed, refused, name string) {
		if host.HasWord(allowed, name) == host.HasWord(refused, name) {
			t.Errorf("may visitors use the %s %s?", what, name)
		}
	}
	walk(newRoot(host.NewProgram(host.World{})), func(c *cobra.Command) {
		decided("command", guestCommands, refusedToGuests, c.Name())
		c.InheritedFlags() // adds the inherited flags to Flags
		c.Flags().VisitAll(func(f *pflag.Flag) { decided("flag", guestFlags, refusedFlags, f.Name) })
		c.PersistentFlags().VisitAll(func(f *pflag.Flag) { decided("flag", guestFlags, refusedFlags, f.Name) })
	})
}

// guest runs a command line as a visitor.
func guest(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var stdout bytes.Buffer
	w := host.World{
		Streams: out.Streams{
			In:  strings.NewReader(""),
			Out: &stdout,
			Err: &stdout,
			Env: []string{"MXINVITE_HOME=" + t.TempDir()},
		},
		Machine: host.Machine{
			Transport: scriptNetwork(""),
			Guest:     new(serve.Session),
		},
	}
	return Run(t.Context(), w, args), stdout.String()
}

func TestVisitorsCannotAccessTheHost(t *testing.T) {
	walk(newRoot(host.NewProgram(host.World{})), func(c *cobra.Command) {
		path := strings.Fields(c.CommandPath())[1:]
		if c.HasParent() && (host.HasWord(refusedToGuests, c.Name()) || host.HasWord(refusedToGuests, c.Parent().Name())) {
			for _, args := range [][]string{path, append(path, "x", "y"), append(path, "--help"), append([]string{"help"}, path...)} {
				if code, said := guest(t, args...); code == exit.OK || !strings.Contains(said, fail.ErrNotForVisitors.Error()) {
					t.Errorf("%v: %d, %s", args, code, said)
				}
			}
			return
		}
		refuse := func(f *pflag.Flag) {
			if !host.HasWord(refusedFlags, f.Name) {
				return
			}
			args := append(path, "--"+f.Name+"=true")
			if code, said := guest(t, args...); code != exit.Usage || !strings.Contains(said, fail.ErrNotForVisitors.Error()) {
				t.Errorf("%v: %d, %s", args, code, said)
			}
		}
		c.LocalFlags().VisitAll(refuse)
		c.InheritedFlags().VisitAll(refuse)
	})
	for _, args := range [][]string{
		{"inspect", "/etc/passwd"}, {"inspect", "-", "/dev/null"}, {"__complete", "inspect", ""}, {"completion", "bash"},
	} {
		if code, said := guest(t, args...); code == exit.OK {
			t.Errorf("%v: %s", args, said)
		}
	}
}

func TestVisitorHelpListsOnlyAllowedCommands(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"login", "--help"}, {"trust", "--help"}, {"demo", "--help"}} {
		code, said := guest(t, args...)
		if code != exit.OK {
			t.Errorf("%v ends with %d", args, code)
		}
		for name := range strings.FieldsSeq("serve config --home --password-file --listen --http --private") {
			if strings.Contains(said, "\n  "+name+" ") || strings.Contains(said, "\n      "+name+" ") {
				t.Errorf("%v names %s", args, name)
			}
		}
	}
}

func TestVisitorHelpNamesNothingThatIsRefused(t *testing.T) {
	flags := regexp.MustCompile("--(" + strings.ReplaceAll(refusedFlags, " ", "|") + `)\b`)
	commands := regexp.MustCompile(`mxinvite (` + strings.ReplaceAll(refusedToGuests, " ", "|") + `)\b`)
	walk(newRoot(host.NewProgram(host.World{})), func(c *cobra.Command) {
		path := strings.Fields(c.CommandPath())[1:]
		if slices.ContainsFunc(path, func(name string) bool { return host.HasWord(refusedToGuests, name) }) {
			return
		}
		code, said := guest(t, append(path, "--help")...)
		if code != exit.OK || c.Long != "" && !strings.Contains(said, strings.Fields(c.Long)[0]) {
			t.Errorf("%v: %d %s", path, code, said)
		}
		for line := range strings.Lines(said) {
			if flags.MatchString(line) || commands.MatchString(line) || hostInHelp.MatchString(line) {
				t.Errorf("%v: %s", path, line)
			}
			for _, s := range config.AllSettings() {
				if isRefusedSetting(s.Name) && strings.Contains(line, s.Name) {
					t.Errorf("%v: %s", path, line)
				}
			}
		}
	})
	for command, want := range map[string]string{
		"send":        "mxinvite send ROOM PERSON... | - [flags]",
		"inspect":     "mxinvite inspect - [flags]",
		"login":       "  password  asked for, or read from standard input\n",
		"vault":       "  sealed   encrypted with a passphrase\n  plain ",
		"trust":       "A host is asked over https only, and never at an address of this machine or of a\nprivate network.\n",
		"vault kind":  "Change the kind of the vault. Copies of the old file are not changed.",
		"vault aside": "Rename the vault",
	} {
		if _, said := guest(t, append(strings.Fields(command), "--help")...); !strings.Contains(said, want) {
			t.Errorf("%s: %q is missing: %s", command, want, said)
		}
	}
}

func TestUnknownCommandsOfVisitorsAreReported(t *testing.T) {
	for args, want := range map[string]string{
		"bogus":         `there is no command "bogus"`,
		"help lisst":    "did you mean list?",
		"outbox canel":  "did you mean outbox cancel?",
		"help servee":   `there is no command "servee"`,
		"outbox runner": `there is no command "outbox runner"`,
	} {
		code, said := guest(t, strings.Fields(args)...)
		if code != exit.Usage || !strings.Contains(said, want) || strings.Contains(said, "mean serve") {
			t.Errorf("%s: %d, %s", args, code, said)
		}
	}
}

func TestVisitorSettingsRunNoPrograms(t *testing.T) {
	a := host.NewProgram(host.World{Machine: host.Machine{Guest: new(serve.Session), Keyring: vault.SystemKeyring{}, Agent: vault.AgentAt("/agent")}})
	a.Settings = config.Settings{
		VCards: []string{"/srv"}, LinksKeyFile: "/key", ContactCommand: []string{"khard"}, PassphraseCommand: []string{"pass"}, Vault: "agent",
	}
	a.RestrictVisitor()
	if s := a.Settings; len(s.VCards)+len(s.ContactCommand)+len(s.PassphraseCommand)+len(s.LinksKeyFile) > 0 || a.Keyring != nil || a.Agent != nil {
		t.Errorf("%+v", s)
	}
}

// TestEverySettingIsAllowedOrRefusedForVisitors fails for a new setting: add it to
// guestSettings, or to the list here.
func TestEverySettingIsAllowedOrRefusedForVisitors(t *testing.T) {
	const refused = "invites.links_server invites.links_key_file contacts.vcards contacts.command mail.from mail.command mail.smtp mail.text_template mail.html_template vault.kind vault.passphrase_command log.level serve.sessions serve.sessions_per_key serve.idle"
	visitor := host.NewProgram(host.World{Machine: host.Machine{Guest: new(serve.Session)}})
	for _, s := range config.AllSettings() {
		if visitor.MayChange(s.Name) == host.HasWord(refused, s.Name) {
			t.Errorf("may visitors change the setting %s?", s.Name)
		}
		if !host.NewProgram(host.World{}).MayChange(s.Name) {
			t.Errorf("users may not change the setting %s", s.Name)
		}
	}
}

func TestCommandWordsOfTheAccessibleModeAreCommands(t *testing.T) {
	for _, name := range conversation.CommandWords() {
		if _, _, err := fullRoot().Find([]string{name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
