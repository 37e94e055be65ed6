package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

func newConfig(a *host.Program) *cobra.Command {
	var wrong error // an error in the settings; config reports it and shows the rest
	c := &cobra.Command{
		Use:   "config",
		Short: "Show the effective settings, and where each comes from",
		Long: "Show the effective settings in the format of the settings file, each with its\n" +
			"source: a default, a line of the settings file, an environment variable or a\n" +
			"flag. A later source overrides an earlier one. If a setting is not valid, the\n" +
			"error is shown and the exit code is not 0.",
		Example: "  mxinvite config init  (write a settings file that explains itself)\n" +
			"  MXINVITE_INVITES_STALE_AFTER=2w mxinvite config",
		Args: fail.Args(0, 0),
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			wrong = readSettings(a, c)
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return errors.Join(runConfig(a), wrong) },
	}
	c.AddCommand(
		&cobra.Command{
			Use:   "path",
			Short: "Show the paths of the files that mxinvite uses",
			Args:  fail.Args(0, 0),
			RunE:  func(*cobra.Command, []string) error { return runConfigPath(a) },
		},
		&cobra.Command{
			Use:   "init",
			Short: "Write a settings file that explains every setting",
			Long: "Write a settings file that explains every setting and changes none. A file that\n" +
				"exists already is not overwritten.",
			Args: fail.Args(0, 0),
			RunE: func(*cobra.Command, []string) error { return runConfigInit(a) },
		},
	)
	return c
}

// jsonSetting is the stable JSON output of config for a setting.
type jsonSetting struct {
	Name   string        `json:"name"`
	Value  any           `json:"value"`
	Source config.Source `json:"source"`
	Where  string        `json:"where,omitempty"`
}

func runConfig(a *host.Program) error {
	if a.JSON {
		var all []jsonSetting
		for _, s := range config.AllSettings() {
			from := a.Settings.Origin(s.Name)
			all = append(all, jsonSetting{s.Name, s.Value(&a.Settings), from.Source, from.Where})
		}
		for _, action := range slices.Sorted(maps.Keys(a.Settings.Keys)) {
			from := a.Settings.Origin("keys." + action)
			all = append(all, jsonSetting{"keys." + action, a.Settings.Keys[action], from.Source, from.Where})
		}
		return a.WriteJSON(all)
	}
	var b strings.Builder
	in := ""
	for _, s := range config.AllSettings() {
		table, key := s.Split()
		if table != in {
			fmt.Fprintf(&b, "\n[%s]\n", table)
			in = table
		}
		from := safetext.Line(a.Settings.Origin(s.Name).String())
		fmt.Fprintf(&b, "%s = %s # %s\n", key, config.TOML(s.Value(&a.Settings)), from)
	}
	writeKeys(&b, &a.Settings)
	_, err := fmt.Fprint(a.Out, b.String())
	return err
}

// writeKeys writes the changed keys in the form of the settings file.
func writeKeys(b *strings.Builder, s *config.Settings) {
	if len(s.Keys) == 0 {
		return
	}
	b.WriteString("\n[keys]\n")
	for _, action := range slices.Sorted(maps.Keys(s.Keys)) {
		var keys []any
		for _, k := range s.Keys[action] {
			keys = append(keys, k)
		}
		fmt.Fprintf(b, "%s = %s # %s\n", action, config.TOML(keys), safetext.Line(s.Origin("keys."+action).String()))
	}
}

// jsonPath is the stable JSON output of config path.
type jsonPath struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

func runConfigPath(a *host.Program) error {
	home, err := a.Home()
	if err != nil {
		return err
	}
	all := []jsonPath{
		{"settings", home.SettingsPath()},
		{"sessions", vault.PathIn(home.Dir())},
		{"trusted hosts", home.TrustPath()},
		{"store", home.StorePath()},
		{"logs", home.StateDir()},
	}
	if a.JSON {
		return a.WriteJSON(all)
	}
	t := &out.Table{Columns: []out.Column{{}, {}}}
	for _, p := range all {
		t.Add(out.Text(p.Name), out.Text(p.Path))
	}
	return a.WriteTable(t)
}

func runConfigInit(a *host.Program) error {
	home, err := a.Home()
	if err != nil {
		return err
	}
	err = home.InitSettings()
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s already exists, and was not changed", home.SettingsPath())
	}
	if err == nil {
		a.Note("Every setting is explained in %s.", home.SettingsPath())
	}
	return err
}
