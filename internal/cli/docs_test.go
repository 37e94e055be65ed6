package cli

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/config"
)

var update = flag.Bool("update", false, "write the pages that are made from tables")

// TestSettingsAreDocumented compares docs/config.md with the table of settings;
// with -update it writes the page instead.
func TestSettingsAreDocumented(t *testing.T) {
	const page = "../../docs/config.md"
	want := settingsPage(t)
	if *update {
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

func settingsPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# Settings

Everything works without any. ` + "`mxinvite config init`" + ` writes a settings file in which each is explained and none is
chosen, and never over one that is there. ` + "`mxinvite config path`" + ` says where it lies.

A setting is, from the weakest to the strongest: its default, what ` + "`config.toml`" + ` says, what an environment variable
says (one that is empty counts as none), what a flag says. ` + "`mxinvite config`" + ` writes the settings that hold, each with
where it comes from. A mistake is told with its line; as long as there is one, only ` + "`mxinvite config`" + ` works.

In a variable a list of paths is written as in ` + "`PATH`" + `, and a command as for a shell, which it is not run by.

| setting | default | variable | |
|---|---|---|---|
`)
	defaults, err := config.Home{}.LoadSettings(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range config.AllSettings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | `%s` | %s It takes %s. |\n",
			s.Name, config.TOML(s.Value(defaults)), s.Variable(), s.Doc, s.Takes)
	}
	b.WriteString(`
## Where things lie

| | Linux and others | macOS | Windows |
|---|---|---|---|
| settings, session, trusted hosts | ` + "`~/.config/mxinvite`" + ` | ` + "`~/Library/Application Support/mxinvite`" + ` | ` + "`%AppData%\\mxinvite`" + ` |
| what is known of your rooms | ` + "`~/.local/share/mxinvite`" + ` | ` + "`~/Library/Application Support/mxinvite`" + ` | ` + "`%LocalAppData%\\mxinvite`" + ` |
| logs | ` + "`~/.local/state/mxinvite`" + ` | ` + "`~/Library/Logs/mxinvite`" + ` | ` + "`%LocalAppData%\\mxinvite`" + ` |

` + "`XDG_CONFIG_HOME`, `XDG_DATA_HOME` and `XDG_STATE_HOME`" + ` count on every system. With ` + "`--home DIR`" + ` or
` + "`MXINVITE_HOME`" + ` everything lies in one directory.

## The file that ` + "`mxinvite config init`" + ` writes

` + "```toml\n" + config.Example() + "```\n")
	return b.String()
}
