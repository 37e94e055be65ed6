package host

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// ScreenSettings returns the settings that can be changed on the screen. Changes in
// the demo are not saved.
func (p *Program) ScreenSettings(demo bool) *shell.Settings {
	start := p.Settings
	s := &shell.Settings{
		Keep: p.keepSetting,
		Display: func(values map[string]string) shell.Display {
			settings := &start
			for name, value := range values {
				settings = settings.With(name, value)
			}
			return p.display(settings)
		},
	}
	if demo {
		s.Keep = func(context.Context, string, string) (string, error) { return "The demo does not save it.", nil }
	}
	for name := range strings.FieldsSeq(settingsNow + " " + settingsLater) {
		if p.MayChange(name) {
			s.List = append(s.List, p.screenSetting(name))
		}
	}
	return s
}

// The settings that the screen can change, immediately or from the next start on.
const (
	settingsNow   = "theme background glyphs mouse notify"
	settingsLater = "color sync_output invites.check_keys invites.via invites.revoke_accepted accessible"
)

func (p *Program) screenSetting(name string) shell.Setting {
	for _, s := range config.AllSettings() {
		if s.Name != name {
			continue
		}
		values := s.Words
		if values == nil {
			values = []string{strconv.FormatBool(true), strconv.FormatBool(false)}
		}
		return shell.Setting{Name: name, Doc: s.Doc, Values: values, Value: fmt.Sprint(s.Value(&p.Settings)), Later: HasWord(settingsLater, name)}
	}
	panic("there is no setting " + name) // impossible; a test reads all of them
}

// keepSetting saves a setting in the settings file and returns its path. Visitors
// are not shown paths of the host.
func (p *Program) keepSetting(_ context.Context, name, value string) (string, error) {
	if !p.MayChange(name) {
		return "", fmt.Errorf("the setting %s is %w", name, fail.ErrNotForVisitors)
	}
	home, err := p.Home()
	if errors.Is(err, config.ErrNoHome) {
		return "It is not saved: " + err.Error() + ".", nil
	}
	if err != nil {
		return "", err
	}
	if err := home.ChangeSetting(p.Getenv, name, value); err != nil {
		return "", err
	}
	where := "It is saved for your next visits."
	if p.Guest == nil {
		where = "It is saved in " + p.tilde(home.SettingsPath()) + "."
	}
	if from := p.Settings.Origin(name); from.Source == config.Environment || from.Source == config.Flag {
		where += fmt.Sprintf(" %s overrides it.", safetext.Line(from.Where))
	}
	return where, nil
}

// tilde returns a path with ~ in place of the user's home directory.
func (p *Program) tilde(path string) string {
	home := p.Getenv("HOME")
	if rest, ok := strings.CutPrefix(path, home+"/"); ok && home != "" && runtime.GOOS != "windows" {
		return "~/" + rest
	}
	return path
}
