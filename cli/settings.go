package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/ui/keymap"
)

// readSettings reads the settings from the file, the environment and the flags. If
// it returns an error, a.Settings still has the values that are valid.
func readSettings(a *host.Program, c *cobra.Command) error {
	home, err := a.Home()
	if err != nil {
		home = config.Home{} // not every command needs a directory
	}
	settings, err := home.LoadSettings(a.Getenv, givenFlags(c)...)
	err = settings.RefuseKeys(keymap.Check(settings.Keys), err)
	a.Settings = *settings
	a.Colors = a.ChosenColors()
	a.Accessible = wantsAccessible(a)
	if a.Guest != nil {
		a.RestrictVisitor()
	}
	if e, ok := errors.AsType[*config.SettingsError](err); ok && slices.ContainsFunc(e.Problems, ofFlag) {
		return fail.Usage(c, err)
	}
	return err
}

func ofFlag(p config.Problem) bool { return p.Source == config.Flag }

// givenFlags returns the settings that are set by flags.
func givenFlags(c *cobra.Command) []config.FlagValue {
	var given []config.FlagValue
	for _, f := range []struct{ flag, setting string }{
		{"identity-server", "identity_server"}, {"account", "account"}, {"vault", "vault.kind"}, {"theme", "theme"}, {"background", "background"},
	} {
		if value := c.Flag(f.flag); value.Changed {
			given = append(given, config.FlagValue{Flag: "--" + f.flag, Name: f.setting, Value: value.Value.String()})
		}
	}
	if f := c.Flag("no-color"); f.Value.String() == "true" {
		given = append(given, config.FlagValue{Flag: "--no-color", Name: "color", Value: config.ColorNever})
	}
	if f := c.Flag("accessible"); f.Changed {
		given = append(given, config.FlagValue{Flag: "--accessible", Name: "accessible", Value: f.Value.String()})
	}
	if f := c.Flag("log-level"); f.Changed {
		given = append(given, config.FlagValue{Flag: "--log-level", Name: "log.level", Value: f.Value.String()})
	}
	return given
}

// wantsAccessible reports whether the accessible mode is on, which writes plain
// lines for screen readers and braille displays and never moves the cursor. The
// variable ACCESSIBLE is weaker than the flag and MXINVITE_ACCESSIBLE, and stronger
// than the settings file.
func wantsAccessible(a *host.Program) bool {
	source, v := a.Settings.Origin("accessible").Source, a.Getenv("ACCESSIBLE")
	if v != "" && source != config.Flag && source != config.Environment {
		return v != "0"
	}
	return a.Settings.Accessible
}
