package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChangeSettingKeepsTheRestOfTheFile(t *testing.T) {
	for name, c := range map[string]struct{ before, setting, value, after string }{
		"no file": {"", "accessible", "true", "accessible = true\n"},
		"no file, in a table": {
			"", "invites.stale_after", "30d", "[invites]\nstale_after = \"30d\"\n",
		},
		"its old place, with a comment behind it": {
			"# mine\ntheme   =  'mono'   # on paper\nmouse = false\n", "theme", "default",
			"# mine\ntheme   =  \"default\"   # on paper\nmouse = false\n",
		},
		"its old place below a table": {
			"[invites]\ncheck_keys = false\n\n[log]\nlevel = 'off'\n", "invites.check_keys", "true",
			"[invites]\ncheck_keys = true\n\n[log]\nlevel = 'off'\n",
		},
		"a dotted key": {"vault.kind = 'plain'\n", "vault.kind", "sealed", "vault.kind = \"sealed\"\n"},
		"before the first table and its comment": {
			"theme = 'mono'\n\n# Keys.\n\n# of the log\n[log]\nlevel = 'off'\n", "mouse", "false",
			"theme = 'mono'\n\n# Keys.\nmouse = false\n\n# of the log\n[log]\nlevel = 'off'\n",
		},
		"only a table": {"[log]\nlevel = 'off'\n", "mouse", "false", "mouse = false\n[log]\nlevel = 'off'\n"},
		"at the end of its table": {
			"[invites]\ncheck_keys = false\n\n[log]\n", "invites.stale_after", "never",
			"[invites]\ncheck_keys = false\nstale_after = \"never\"\n\n[log]\n",
		},
		"a last line without an end":    {"mouse = true", "theme", "mono", "mouse = true\ntheme = \"mono\"\n"},
		"a table that is the last line": {"[invites]", "invites.check_keys", "false", "[invites]\ncheck_keys = false\n"},
		"a file of Windows": {
			"\ufeff# mine\r\ntheme = 'mono'\r\n[log]\r\nlevel = 'off'\r\n", "mouse", "false",
			"\ufeff# mine\r\ntheme = 'mono'\r\nmouse = false\r\n[log]\r\nlevel = 'off'\r\n",
		},
		"a value in a file of Windows": {"\ufefftheme = 'mono'\r\n", "theme", "default", "\ufefftheme = \"default\"\r\n"},
		"a list over several lines": {
			"[contacts]\nvcards = [\n  '/a', # one\n  '/b',\n]\n", "contacts.vcards", "/c",
			"[contacts]\nvcards = [\"/c\"]\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := At(filepath.Join(t.TempDir(), "new"))
			if c.before != "" {
				writeSettings(t, h, c.before)
			}
			if err := h.ChangeSetting(noEnvironment, c.setting, c.value); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(h.SettingsPath())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.after, string(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func noEnvironment(string) string { return "" }

func writeSettings(t *testing.T, h Home, text string) {
	t.Helper()
	if err := os.MkdirAll(h.Dir(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.SettingsPath(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every setting can be changed in the example file, which gets one line longer.
func TestEverySettingCanBeChangedInTheExample(t *testing.T) {
	for _, s := range AllSettings() {
		h := home(t)
		if err := h.InitSettings(); err != nil {
			t.Fatal(err)
		}
		value := map[string]string{
			"account": "@you:example.org", "identity_server": "https://id.example.org", "device_name": "laptop",
			"contacts.vcards": "/cards", "contacts.command": "khard email", "vault.passphrase_command": "pass x",
			"mail.from": "Ada <ada@example.org>", "mail.command": "msmtp -t", "mail.smtp": "smtps://ada@mail.example.org",
			"mail.text_template": "/invite.txt", "mail.html_template": "/invite.html",
			"invites.stale_after": "2w", "invites.via": "link", "invites.link_page": "https://invite.example.org", "invites.links_server": "https://invite.example.org", "invites.links_key_file": "/links.key", "serve.idle": "1h", "serve.sessions": "3", "serve.sessions_per_key": "3",
		}[s.Name]
		switch {
		case value != "":
		case s.Words != nil:
			value = s.Words[len(s.Words)-1]
		default:
			value = "true"
		}
		if err := h.ChangeSetting(noEnvironment, s.Name, value); err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		settings, err := h.LoadSettings(noEnvironment)
		if err != nil || settings.Origin(s.Name).Source != File {
			t.Errorf("%s: %v, from %v", s.Name, err, settings.Origin(s.Name))
		}
		data, err := os.ReadFile(h.SettingsPath())
		if err != nil || strings.Count(string(data), "\n") != strings.Count(Example(), "\n")+1 {
			t.Errorf("%s: %v:\n%s", s.Name, err, data)
		}
	}
}

func TestInvalidValueDoesNotChangeTheFile(t *testing.T) {
	for name, c := range map[string]struct{ file, setting, value, says string }{
		"a wrong value":      {"mouse = true\n", "mouse", "perhaps", "it must be true or false"},
		"no setting":         {"mouse = true\n", "mice", "true", "unknown setting"},
		"a file that is bad": {"mouse = true\n[[[\n", "mouse", "false", "line 2: "},
		"an inline table":    {"invites = {check_keys = true}\n", "invites.check_keys", "false", ErrByHand.Error()},
	} {
		h := home(t)
		writeSettings(t, h, c.file)
		err := h.ChangeSetting(noEnvironment, c.setting, c.value)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := os.ReadFile(h.SettingsPath()); err != nil || string(got) != c.file {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestChangeSettingFollowsASymbolicLink(t *testing.T) {
	h, elsewhere := home(t), filepath.Join(t.TempDir(), "dotfiles.toml")
	if err := os.WriteFile(elsewhere, []byte("mouse = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, h.SettingsPath()); err != nil {
		t.Skip(err)
	}
	if err := h.ChangeSetting(noEnvironment, "mouse", "false"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(elsewhere); err != nil || string(got) != "mouse = false\n" {
		t.Errorf("%q, %v", got, err)
	}
	if info, err := os.Lstat(h.SettingsPath()); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone", err)
	}
	if err := h.ChangeSetting(noEnvironment, "serve.sessions", "0"); errors.Is(err, ErrByHand) || err == nil {
		t.Error(err)
	}
}

func TestChangeSettingKeepsTheMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	h := home(t)
	writeSettings(t, h, "mouse = true\n")
	if err := os.Chmod(h.SettingsPath(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := h.ChangeSetting(noEnvironment, "mouse", "false"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(h.SettingsPath()); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
