package ui

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
)

// A settingsFile stores settings for a test.
type settingsFile struct {
	kept map[string]string
	err  error
}

func newSettingsFile() *settingsFile { return &settingsFile{kept: map[string]string{}} }

func (f *settingsFile) settings() *shell.Settings {
	return &shell.Settings{
		List: []shell.Setting{
			{Name: "theme", Doc: "How the screen looks.", Values: []string{"default", "high-contrast", "mono"}, Value: "default"},
			{Name: "background", Doc: "Whether the background is dark or light.", Values: []string{"auto", "dark", "light"}, Value: "auto"},
			{Name: "notify", Doc: "How you are notified.", Values: []string{"off", "bell"}, Value: "off"},
			{Name: "mouse", Doc: "Whether the mouse works.", Values: []string{"true", "false"}, Value: "true"},
			{Name: "invites.check_keys", Doc: "Whether keys are checked.", Values: []string{"true", "false"}, Value: "true", Later: true},
		},
		Display: func(values map[string]string) shell.Display {
			return shell.Display{Theme: style.Theme(values["theme"]), Mouse: values["mouse"] != "false"}
		},
		Keep: func(_ context.Context, name, value string) (string, error) {
			if f.err != nil {
				return "", f.err
			}
			f.kept[name] = value
			return "It is kept in ~/config.toml.", nil
		},
	}
}

// startWith runs the program for Ada with changed options.
func (n *testWorld) startWith(t *testing.T, change func(*shell.Options)) *termtest.Terminal {
	t.Helper()
	opt := shell.Options{Client: n.options(), Account: n.account(t)}
	change(&opt)
	return termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model { return New(ctx, opt) })
}

func TestSettingIsSwitchedInThePalette(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		f := newSettingsFile()
		term := n.startWith(t, func(o *shell.Options) { o.Settings = f.settings() })
		term.Press(":")
		term.Send("mouse")
		term.Golden("on")
		term.Press("enter")
		term.Golden("switched off")
		term.Press(":")
		term.Send("mouse")
		term.Golden("off")
		term.Press("esc", ":")
		term.Send("check keys\r")
		shows(t, term, "Check keys is off after the next start. It is kept in ~/config.toml.")
		if want := map[string]string{"mouse": "false", "invites.check_keys": "false"}; !maps.Equal(f.kept, want) {
			t.Errorf("kept %v", f.kept)
		}
	})
}

func TestThemeIsPreviewedAndKept(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		f := newSettingsFile()
		term := n.startWith(t, func(o *shell.Options) { o.Settings = f.settings() })
		look := func() string { return strings.Join(term.Looks()[0][:12], " ") } // of the header
		before := look()
		term.Press(":")
		term.Send("theme\r")
		term.Golden("card")
		if look() != before {
			t.Error("the page behind the card has lost its colours")
		}
		term.Press("down", "down")
		preview := look()
		if preview == before {
			t.Error("there is no preview")
		}
		term.Press("esc")
		if look() != before || len(f.kept) > 0 {
			t.Errorf("the preview stays, and kept is %v", f.kept)
		}
		term.Press(":")
		term.Send("theme\r")
		term.Press("end", "enter")
		if look() != preview || f.kept["theme"] != "mono" {
			t.Errorf("kept is %v", f.kept)
		}
		shows(t, term, "Theme is mono. It is kept in ~/config.toml.")
	})
}

func TestSettingThatCannotBeStoredIsReported(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		f := newSettingsFile()
		f.err = errors.New("change the setting mouse: no space left on device")
		term := n.startWith(t, func(o *shell.Options) { o.Settings = f.settings() })
		term.Press(":")
		term.Send("mouse\r")
		shows(t, term, "Change the setting mouse: no space left on device.")
	})
}

func TestSuspendSaysWhyItDoesNotWork(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		term := n.startAsAda(t, 80, 24)
		term.Press("ctrl+z")
		shows(t, term, "mxinvite cannot be suspended here: it was not started from a Unix shell.")
	})
}
