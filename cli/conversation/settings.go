package conversation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config"
)

// changeSettings reads all settings, reads one, or changes one.
func (c *Conversation) changeSettings(_ context.Context, args []string) error {
	if len(args) == 0 {
		t := &out.Table{Columns: []out.Column{{}}, Of: "setting"}
		for _, s := range config.AllSettings() {
			if c.MayChange(s.Name) {
				t.Add(out.Text(s.Name + " is " + c.value(s)))
			}
		}
		return c.WriteTable(t)
	}
	name := strings.ToLower(args[0])
	all := config.AllSettings()
	n := slices.IndexFunc(all, func(s config.Setting) bool { return s.Name == name && c.MayChange(name) })
	if n < 0 {
		return fmt.Errorf("there is no setting %q; type settings for all of them", name)
	}
	if len(args) == 1 {
		from := "the default value"
		switch o := c.Settings.Origin(name); {
		case o.Source == config.File && c.Guest != nil: // visitors are not shown paths of the host
			from = "as you have chosen"
		case o.Source != config.Default:
			from = "as " + o.String() + " says"
		}
		c.Message("%s is %s, %s.", name, c.value(all[n]), from)
		c.Message("%s It takes %s.", all[n].Doc, all[n].Takes)
		return nil
	}
	return c.set(name, strings.Join(args[1:], " "))
}

// value returns the value of a setting, as text in a sentence.
func (c *Conversation) value(s config.Setting) string {
	switch toml := config.TOML(s.Value(&c.Settings)); toml {
	case `""`, "[]":
		return "not set"
	default:
		return toml
	}
}

// set saves a setting, and says if a variable or a flag overrides it.
func (c *Conversation) set(name, value string) error {
	if err := c.home.ChangeSetting(c.Getenv, name, value); err != nil {
		return err
	}
	c.Message("%s is %s from now on.", name, value)
	if from := c.Settings.Origin(name); from.Source == config.Environment || from.Source == config.Flag {
		c.Message("But %s overrides it.", from.String())
	}
	return nil
}

// keepAccessible saves whether mxinvite starts in this mode.
func (c *Conversation) keepAccessible(_ context.Context, args []string) error {
	switch strings.ToLower(strings.Join(args, " ")) {
	case "on":
		if err := c.home.ChangeSetting(c.Getenv, "accessible", "true"); err != nil {
			return err
		}
		c.Message("From now on mxinvite starts in this mode. Type accessible off to change that; --accessible=false opens the screen once.")
		return nil
	case "off":
		if err := c.home.ChangeSetting(c.Getenv, "accessible", "false"); err != nil {
			return err
		}
		c.Message("From now on mxinvite opens the screen. --accessible starts this mode once.")
		return nil
	}
	return fail.UsageOf("mxinvite", errors.New("type accessible on or accessible off"))
}
