package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/keymap"
)

// TestSettingsAreDocumented compares docs/config.md with the table of settings;
// with -update it writes the page instead.
func TestSettingsAreDocumented(t *testing.T) {
	documented(t, "../docs/config.md", settingsPage(t))
}

// TestKeysAreDocumented does the same for docs/keys.md and the table of actions.
func TestKeysAreDocumented(t *testing.T) { documented(t, "../docs/keys.md", keysPage()) }

// TestManualMatchesCommands does the same for docs/mxinvite.1 and the commands.
func TestManualMatchesCommands(t *testing.T) {
	documented(t, "../docs/mxinvite.1", manual(newRoot(host.NewProgram(host.World{}))))
}

func TestManualDateMatchesChangelog(t *testing.T) {
	if err := hasLine("CHANGELOG.md", `^## .*\(`+manualDate+`\)$`); err != nil {
		t.Error(err)
	}
}

// documented compares a page with the wanted text or, with -update, writes it.
func documented(t *testing.T, page, want string) {
	t.Helper()
	if termtest.Update() {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("make golden writes it anew: %s", d)
	}
}

func keysPage() string {
	var b strings.Builder
	b.WriteString(`# Keys

` + "`?`" + ` shows the keys that work on the current page. ` + "`:`" + ` (` + "`ctrl+p`" + ` while you type text) finds an action by its name, and gives
the reason if the action is not available. If an action has several keys, pages show the first one.

To change the keys of an action, give its name and one or several keys in the settings file:

` + "```toml\n[keys]\nrevoke = [\"x\", \"delete\"]\nup = \"ctrl+k\"\n```" + `

A key is a character, ` + "`space`, `enter`, `esc`, `tab`, `delete`, `f5`" + ` and so on, with ` + "`ctrl+`, `alt+` or `shift+`" + ` before it. An unknown
action, and a key that another action has on the same page, are errors that name the line. ` + "`ctrl+c`" + ` always quits.

| action | keys | | works on |
|---|---|---|---|
`)
	for _, a := range keymap.Actions() {
		var keys []string
		for _, k := range a.Keys {
			keys = append(keys, "`"+k+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", a.Name, strings.Join(keys, " "), a.Does, strings.Join(a.Where, ", "))
	}
	return b.String()
}

func settingsPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# Settings

No settings are required. ` + "`mxinvite config init`" + ` writes a settings file, ` + "`config.toml`" + `, that explains every setting and
changes none. It does not overwrite an existing file. ` + "`mxinvite config path`" + ` shows where the file is.

Flags override environment variables, environment variables override ` + "`config.toml`" + `, and ` + "`config.toml`" + ` overrides the
defaults. An empty variable is ignored. ` + "`mxinvite config`" + ` shows the effective settings and the source of each. An error in
the settings is reported with its line; until it is corrected only ` + "`mxinvite config`" + ` and ` + "`mxinvite doctor`" + ` work.

The table ` + "`[keys]`" + ` sets the keys of the screen; see [keys.md](keys.md).

In a variable, separate paths as in ` + "`PATH`" + `. Write a command as in a shell; it is run without one.

| setting | default | variable | |
|---|---|---|---|
`)
	defaults, err := config.Home{}.LoadSettings(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range config.AllSettings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | `%s` | %s It must be %s. |\n",
			s.Name, config.TOML(s.Value(defaults)), s.Variable(), s.Doc, s.Takes)
	}
	b.WriteString(`
## Where files are

| | Linux and others | macOS | Windows |
|---|---|---|---|
| settings, session, trusted hosts | ` + "`~/.config/mxinvite`" + ` | ` + "`~/Library/Application Support/mxinvite`" + ` | ` + "`%AppData%\\mxinvite`" + ` |
| store (state of your rooms) | ` + "`~/.local/share/mxinvite`" + ` | ` + "`~/Library/Application Support/mxinvite`" + ` | ` + "`%LocalAppData%\\mxinvite`" + ` |
| logs | ` + "`~/.local/state/mxinvite`" + ` | ` + "`~/Library/Logs/mxinvite`" + ` | ` + "`%LocalAppData%\\mxinvite`" + ` |

` + "`XDG_CONFIG_HOME`, `XDG_DATA_HOME` and `XDG_STATE_HOME`" + ` work on every system. With ` + "`--home DIR`" + ` or
` + "`MXINVITE_HOME`" + ` all files are in one directory.

## The file that ` + "`mxinvite config init`" + ` writes

` + "```toml\n" + config.Example() + "```\n")
	return b.String()
}
