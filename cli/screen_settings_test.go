package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/serve"
	"github.com/mxinvite/mxinvite/ui/style"
)

// appWith returns a run of the program with settings from this environment.
func appWith(t *testing.T, env ...string) *host.Program {
	t.Helper()
	a := host.NewProgram(host.World{Streams: out.Streams{Env: env}})
	c := newRoot(a)
	if err := readSettings(a, c); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestScreenSavesSettings(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, "mxinvite")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte("# mine\ntheme = \"mono\" # for paper\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env   []string
		guest bool
		says  string
	}{
		"at home":               {nil, false, "It is saved in ~/mxinvite/config.toml."},
		"a variable overrides":  {[]string{"MXINVITE_THEME=mono"}, false, "It is saved in ~/mxinvite/config.toml. MXINVITE_THEME overrides it."},
		"a visitor, of no path": {nil, true, "It is saved for your next visits."},
	} {
		a := appWith(t, append(c.env, "HOME="+home, "MXINVITE_HOME="+dir)...)
		if c.guest {
			a.Guest = new(serve.Session)
		}
		says, err := a.ScreenSettings(false).Keep(t.Context(), "theme", "high-contrast")
		if err != nil || says != c.says {
			t.Errorf("%s: %q, %v", name, says, err)
		}
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "# mine\ntheme = \"high-contrast\" # for paper\n" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestScreenSavesNoHostSettingsForVisitors(t *testing.T) {
	dir := t.TempDir()
	a := appWith(t, "MXINVITE_HOME="+dir)
	a.Guest = new(serve.Session)
	s := a.ScreenSettings(false)
	for _, setting := range s.List {
		if !host.HasWord(host.GuestSettings, setting.Name) {
			t.Errorf("%s is offered", setting.Name)
		}
	}
	for _, setting := range config.AllSettings() {
		if host.HasWord(host.GuestSettings, setting.Name) {
			continue
		}
		if _, err := s.Keep(t.Context(), setting.Name, "touch /tmp/x"); !errors.Is(err, fail.ErrNotForVisitors) {
			t.Errorf("%s: %v", setting.Name, err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("kept: %v", files)
	}
}

func TestScreenReportsUnsavedSettings(t *testing.T) {
	home := t.TempDir()
	if says, err := appWith(t, "MXINVITE_HOME="+home).ScreenSettings(true).Keep(t.Context(), "mouse", "false"); err != nil || says != "The demo does not save it." {
		t.Errorf("%q, %v", says, err)
	}
	if files, _ := os.ReadDir(home); len(files) > 0 {
		t.Errorf("the demo has left %v", files)
	}
	if says, err := appWith(t).ScreenSettings(false).Keep(t.Context(), "mouse", "false"); err != nil || !strings.HasPrefix(says, "It is not saved: no home directory") {
		t.Errorf("%q, %v", says, err)
	}
}

func TestScreenShowsEffectiveSettings(t *testing.T) {
	a := appWith(t, "MXINVITE_HOME="+t.TempDir(), "MXINVITE_THEME=mono", "MXINVITE_NOTIFY=bell", "LANG=C")
	s := a.ScreenSettings(false)
	values := map[string]string{}
	for _, setting := range s.List {
		values[setting.Name] = setting.Value
	}
	if values["theme"] != "mono" || values["mouse"] != "true" || values["invites.check_keys"] != "true" || values["accessible"] != "false" {
		t.Errorf("%v", values)
	}
	d := s.Display(map[string]string{"background": "light", "mouse": "false"})
	if d.Theme != style.Mono || d.Background != style.LightBackground || d.Mouse || !d.ASCII || d.Notify == nil {
		t.Errorf("%+v", d)
	}
}
