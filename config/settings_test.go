package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// settingsOf returns the settings of a file. Origins and problems call it
// /home/ada/config.toml.
func settingsOf(t *testing.T, file string, env map[string]string, given ...FlagValue) (*Settings, []Problem) {
	t.Helper()
	h := At(t.TempDir())
	if err := os.WriteFile(h.SettingsPath(), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := h.LoadSettings(func(k string) string { return env[k] }, given...)
	var problems []Problem
	if e, ok := errors.AsType[*SettingsError](err); ok {
		problems = e.Problems
	} else if err != nil {
		t.Fatal(err)
	}
	for i := range problems {
		problems[i].Where = strings.TrimPrefix(problems[i].Where, h.Dir()+string(filepath.Separator))
	}
	for name, o := range s.origins {
		s.origins[name] = Origin{o.Source, strings.TrimPrefix(o.Where, h.Dir()+string(filepath.Separator))}
	}
	return s, problems
}

func defaults() *Settings {
	return &Settings{
		DeviceName: "mxinvite", Color: "auto", SyncOutput: "auto", Theme: "default", Background: "auto", Glyphs: "auto", Mouse: true, StaleAfter: 90 * day, CheckKeys: true, RevokeAccepted: true, InviteVia: ViaAuto, AddressBook: true, Vault: "auto", Notify: "off", LogLevel: "error",
		Sessions: 200, SessionsPerKey: 8, Idle: 30 * time.Minute,
	}
}

func diff(want, got *Settings) string {
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(Settings{}), cmpopts.EquateEmpty())
}

func TestDefaults(t *testing.T) {
	for name, h := range map[string]Home{"no home": {}, "no file": home(t)} {
		s, err := h.LoadSettings(func(string) string { return "" })
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := diff(defaults(), s); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestEverySettingIsReadFromFileAndEnvironment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its paths look otherwise")
	}
	want := &Settings{
		Account: "@ada:example.org", IdentityServer: "https://id.example.org:8090/x", DeviceName: "Ada's bastion", Color: "never", SyncOutput: "off",
		Theme: "mono", Background: "light", Glyphs: "ascii", Accessible: true,
		StaleAfter: 28 * day, CheckKeys: false, InviteVia: "link", LinkPage: "https://invite.example.org/x", LinksServer: "https://invite.example.org", LinksKeyFile: "/home/ada/my.key",
		AddressBook: false, VCards: []string{"/home/ada/contacts", "/srv/team.vcf"}, ContactCommand: []string{"khard", "email", "two words"},
		MailFrom: "Ada <ada@example.org>", MailCommand: []string{"msmtp", "-t"}, MailSMTP: "smtps://ada@example.org@mail.example.org:4650",
		MailText: "/home/ada/invite.txt", MailHTML: "/srv/invite.html",
		Vault: "sealed", PassphraseCommand: []string{"pass", "mxinvite"}, Notify: "bell", LogLevel: "debug",
		Sessions: 20, SessionsPerKey: 2, Idle: time.Hour,
	}
	fromFile, problems := settingsOf(t, `
account = "@ada:example.org"
identity_server = "https://id.example.org:8090/x"
device_name = "Ada's bastion"
color = "never"
notify = "bell"
sync_output = "off"
theme = "mono"
background = "light"
glyphs = "ascii"
mouse = false
accessible = true
invites = { stale_after = "4w", check_keys = false, revoke_accepted = false, via = "link", link_page = "https://invite.example.org/x", links_server = "https://invite.example.org", links_key_file = "~/my.key" }
vault.kind = "sealed"
vault.passphrase_command = "pass mxinvite"
[contacts]
address_book = false
vcards = ["~/contacts", "/srv//team.vcf"]
command = ["khard", "email", "two words"]
[mail]
from = "Ada <ada@example.org>"
command = "msmtp -t"
smtp = "smtps://ada@example.org@mail.example.org:4650"
text_template = "~/invite.txt"
html_template = "/srv//invite.html"
[log]
level = "debug"
[serve]
sessions = 20
sessions_per_key = 2
idle = "1h"
`, map[string]string{"HOME": "/home/ada"})
	if d := diff(want, fromFile) + cmp.Diff([]Problem(nil), problems); d != "" {
		t.Errorf("from the file: %s", d)
	}
	fromEnv, problems := settingsOf(t, "", map[string]string{
		"HOME":                     "/home/ada",
		"MXINVITE_ACCOUNT":         "@ada:example.org",
		"MXINVITE_IDENTITY_SERVER": "https://id.example.org:8090/x", "MXINVITE_DEVICE_NAME": "Ada's bastion",
		"MXINVITE_COLOR": "never", "MXINVITE_NOTIFY": "bell", "MXINVITE_INVITES_STALE_AFTER": "672h", "MXINVITE_INVITES_CHECK_KEYS": "0", "MXINVITE_INVITES_REVOKE_ACCEPTED": "0", "MXINVITE_INVITES_VIA": "link", "MXINVITE_INVITES_LINK_PAGE": "https://invite.example.org/x", "MXINVITE_INVITES_LINKS_SERVER": "https://invite.example.org", "MXINVITE_INVITES_LINKS_KEY_FILE": "/home/ada//my.key",
		"MXINVITE_THEME": "mono", "MXINVITE_BACKGROUND": "light", "MXINVITE_GLYPHS": "ascii", "MXINVITE_MOUSE": "false", "MXINVITE_ACCESSIBLE": "1",
		"MXINVITE_CONTACTS_ADDRESS_BOOK": "false", "MXINVITE_CONTACTS_VCARDS": "~/contacts:/srv/team.vcf",
		"MXINVITE_MAIL_FROM": "Ada <ada@example.org>", "MXINVITE_MAIL_COMMAND": "msmtp -t", "MXINVITE_MAIL_SMTP": "smtps://ada@example.org@mail.example.org:4650",
		"MXINVITE_MAIL_TEXT_TEMPLATE": "~/invite.txt", "MXINVITE_MAIL_HTML_TEMPLATE": "/srv/invite.html",
		"MXINVITE_CONTACTS_COMMAND": `khard email "two words"`, "MXINVITE_VAULT_KIND": "sealed",
		"MXINVITE_VAULT_PASSPHRASE_COMMAND": "pass mxinvite", "MXINVITE_LOG_LEVEL": "debug",
		"MXINVITE_SYNC_OUTPUT": "off", "MXINVITE_SERVE_SESSIONS": "20", "MXINVITE_SERVE_SESSIONS_PER_KEY": "2", "MXINVITE_SERVE_IDLE": "1h",
	})
	if d := diff(want, fromEnv) + cmp.Diff([]Problem(nil), problems); d != "" {
		t.Errorf("from the environment: %s", d)
	}
	for _, s := range AllSettings() {
		if o := fromFile.Origin(s.Name); o.Source != File {
			t.Errorf("%s of the file comes from %v", s.Name, o)
		}
		if o := fromEnv.Origin(s.Name); o != (Origin{Environment, s.Variable()}) {
			t.Errorf("%s of the environment comes from %v", s.Name, o)
		}
	}
}

func TestSourceWithHigherPriorityWins(t *testing.T) {
	const file = "device_name = \"file\"\ncolor = \"never\"\n[log]\nlevel = \"off\""
	s, problems := settingsOf(t, file,
		map[string]string{"MXINVITE_DEVICE_NAME": "environment", "MXINVITE_COLOR": "auto", "MXINVITE_LOG_LEVEL": ""},
		FlagValue{Flag: "--no-color", Name: "color", Value: "never"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := map[string]Origin{
		"device_name": {Environment, "MXINVITE_DEVICE_NAME"}, "color": {Flag, "--no-color"}, "log.level": {File, "config.toml:4"},
		"account": {Source: Default},
	}
	for name, o := range want {
		if got := s.Origin(name); got != o {
			t.Errorf("%s comes from %v, want %v", name, got, o)
		}
	}
	if s.DeviceName != "environment" || s.Color != ColorNever || s.LogLevel != "off" {
		t.Errorf("got %+v", s)
	}
}

func TestProblemsHaveLineAndReason(t *testing.T) {
	const ages = `an age such as 90s, 12h, 30d, 4w, 6mo, 1y or 1d12h, or "never"`
	for _, tt := range []struct{ file, want string }{
		// Unknown, with suggestions.
		{"\n\ncolour = 1", "config.toml:3: unknown setting colour; did you mean color?"},
		{"Color = 1", "config.toml:1: unknown setting Color; did you mean color?"},
		{"cloor = 1", "config.toml:1: unknown setting cloor; did you mean color?"},
		{"stale_after = '1d'", "config.toml:1: unknown setting stale_after; did you mean invites.stale_after?"},
		{"log_level = 'off'", "config.toml:1: unknown setting log_level; did you mean log.level?"},
		{"[vault]\nidentity_server = ''", "config.toml:2: unknown setting vault.identity_server; did you mean identity_server?"},
		{"[contact]\nvcards = []", "config.toml:1: unknown setting contact; did you mean [contacts]?"},
		{"[invites]\n\n[weather.today]\nrain = 1", "config.toml:3: unknown setting weather"},
		{"invites = { # how\n stale_after = '1d', nonsense = 1 }", "config.toml:2: unknown setting invites.nonsense"},
		{"'vault.kind' = 'auto'", `config.toml:1: unknown setting "vault.kind"; did you mean vault.kind?`},
		{`"\u001b[31m\u202e" = 1`, `config.toml:1: unknown setting "\u001B[31m\u202E"`},
		{strings.Repeat("x", 1000) + " = 1", "config.toml:1: unknown setting " + strings.Repeat("x", 60) + "…"},
		{"'' = 1", `config.toml:1: unknown setting ""`},
		// The wrong type.
		{"color = true", `config.toml:1: color is true; it must be "auto" or "never"`},
		{"[invites]\ncheck_keys = 'yes'", `config.toml:2: invites.check_keys is "yes"; it must be true or false`},
		{"[invites]\nstale_after = 90", "config.toml:2: invites.stale_after is 90; it must be " + ages},
		{"[invites]\nstale_after = 1979-05-27", "config.toml:2: invites.stale_after is 1979-05-27; it must be " + ages},
		{"[contacts]\nvcards = [1]", `config.toml:2: contacts.vcards is [1]; it must be a list of absolute paths, or of paths that begin with ~/: ["~/contacts"]`},
		{"vault = 'plain'", `config.toml:1: vault is "plain"; it must be a table: [vault]`},
		{"[color]\nx = 1", `config.toml:1: color is a table; it must be "auto" or "never"`},
		{"[[log]]\nlevel = 'off'", "config.toml:1: log is [a table]; it must be a table: [log]"},
		// The right type, but not valid.
		{"color = 'Never'", `config.toml:1: color is "Never"; it must be "auto" or "never"`},
		{"[invites]\nstale_after = '0d'", `config.toml:2: invites.stale_after is "0d"; it must be ` + ages},
		{"[invites]\nstale_after = '-1d'", `config.toml:2: invites.stale_after is "-1d"; it must be ` + ages},
		{"identity_server = 'vector.im'", `config.toml:1: identity_server is "vector.im"; it must be a base URL such as "https://vector.im", or empty`},
		{"identity_server = 'https://ada:secret@vector.im'", `config.toml:1: identity_server is "https://…@vector.im"; it must be a base URL such as "https://vector.im", or empty`},
		{"account = 'ada'", `config.toml:1: account is "ada"; it must be a Matrix ID such as "@you:example.org", or empty`},
		{`device_name = "a\u0007"`, `config.toml:1: device_name is "a\u0007"; it must be a name of 1 to 100 characters`},
		{"device_name = ' '", `config.toml:1: device_name is " "; it must be a name of 1 to 100 characters`},
		{"[contacts]\ncommand = 'khard \"'", `config.toml:2: contacts.command is "khard \""; it must be a program and its arguments: ["khard", "email"], or "khard email"`},
		{"[contacts]\ncommand = ['']", `config.toml:2: contacts.command is [""]; it must be a program and its arguments: ["khard", "email"], or "khard email"`},
		{"[contacts]\nvcards = ['cards']", `config.toml:2: contacts.vcards is ["cards"]; it must be a list of absolute paths, or of paths that begin with ~/: ["~/contacts"]`},
		{"[contacts]\nvcards = ['~grace/cards']", `config.toml:2: contacts.vcards is ["~grace/cards"]; it must be a list of absolute paths, or of paths that begin with ~/: ["~/contacts"]`},
		// Not TOML.
		{"color = 'auto'\nx = [", "config.toml:2: "},
		{"color = auto", "config.toml:1: "},
		{"color = 'auto'\r\ncolor = 'auto'", "config.toml:2: "},
		{"color = \"\xff\"", "config.toml:1: "},
		{"\n\n=", "config.toml:3: "},
		{"x = " + strings.Repeat("[", 60_000), "config.toml:1: "},
		{strings.Repeat("a.", 30_000) + "a = 1", "config.toml:1: unknown setting a"},
		{strings.Repeat("#", maxSettings+1), "config.toml: it is longer than 64 KiB"},
	} {
		s, problems := settingsOf(t, tt.file, map[string]string{"HOME": t.TempDir()})
		name := tt.file[:min(len(tt.file), 40)]
		got := fmt.Sprint(problems)
		if strings.HasSuffix(tt.want, ": ") { // followed by the message of the library
			got = got[:min(len(got), len(tt.want)+1)] + "]"
		}
		if want := "[" + tt.want + "]"; got != want {
			t.Errorf("%q: got\n\t%s, want\n\t%s", name, got, want)
		}
		if s.Color != ColorAuto || s.DeviceName != "mxinvite" {
			t.Errorf("%q: an invalid value was accepted: %+v", name, s)
		}
	}
}

func TestAllProblemsAreReported(t *testing.T) {
	s, problems := settingsOf(t, "z = 1\ncolor = 1\na = 1\ndevice_name = 'mine'\n", map[string]string{"MXINVITE_LOG_LEVEL": "loud"},
		FlagValue{"--identity-server", "identity_server", "ftp://x"})
	var where []string
	for _, p := range problems {
		where = append(where, p.Where)
	}
	if d := cmp.Diff([]string{"config.toml:1", "config.toml:2", "config.toml:3", "MXINVITE_LOG_LEVEL", "--identity-server"}, where); d != "" {
		t.Error(d)
	}
	if s.DeviceName != "mine" {
		t.Error("a valid value was not accepted")
	}
}

func TestFileFromWindowsIsRead(t *testing.T) {
	s, problems := settingsOf(t, "\ufeff# mine\r\n[log]\r\nlevel = \"off\"\r\n", nil)
	if len(problems) > 0 || s.LogLevel != "off" || s.Origin("log.level").Where != "config.toml:3" {
		t.Errorf("got %v, %v, %v", s.LogLevel, s.Origin("log.level"), problems)
	}
}

func TestUnreadableFileIsAProblem(t *testing.T) {
	h := At(t.TempDir())
	if err := os.Mkdir(h.SettingsPath(), 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := h.LoadSettings(func(string) string { return "" })
	if err == nil || !strings.HasPrefix(err.Error(), h.SettingsPath()+": ") || strings.Count(err.Error(), h.SettingsPath()) != 1 {
		t.Errorf("got %v", err)
	}
	if d := diff(defaults(), s); d != "" {
		t.Error(d)
	}
}

func TestExampleContainsTheDefaults(t *testing.T) {
	if s, problems := settingsOf(t, Example(), nil); len(problems) > 0 || len(s.origins) > 0 {
		t.Errorf("the example chooses: %v, %v", s.origins, problems)
	}
	var chosen []string
	for line := range strings.Lines(Example()) {
		if rest, ok := strings.CutPrefix(line, "# "); ok && strings.Contains(rest, " = ") && rest[0] != ' ' {
			line = rest
		}
		chosen = append(chosen, line)
	}
	s, problems := settingsOf(t, strings.Join(chosen, ""), nil)
	if d := diff(defaults(), s); d != "" || len(problems) > 0 || len(s.origins) != len(AllSettings()) {
		t.Errorf("%v, %d of %d settings, %s", problems, len(s.origins), len(AllSettings()), d)
	}
}

func TestSettingsFileIsNeverOverwritten(t *testing.T) {
	h := home(t)
	if err := h.InitSettings(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(h.SettingsPath()); err != nil || (runtime.GOOS != "windows" && info.Mode() != 0o600) {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(h.SettingsPath(), []byte("# mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.InitSettings(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if data, _ := os.ReadFile(h.SettingsPath()); string(data) != "# mine" {
		t.Errorf("there is %q", data)
	}
}

func TestValuesSurviveTOML(t *testing.T) {
	for _, name := range []string{"plain", `"quoted" \ back`, "🦀 日本\u3000語", "~", "a\U000e0041b"[:1]} {
		s, problems := settingsOf(t, "device_name = "+TOML(name), nil)
		if len(problems) > 0 {
			continue // not a valid value of the kind
		}
		if s.DeviceName != name {
			t.Errorf("%q came back as %q", name, s.DeviceName)
		}
	}
	for _, d := range []time.Duration{0, day, 36 * time.Hour, 90 * time.Minute, 365 * day} {
		file := "invites.stale_after = " + TOML(age().write(d))
		if s, problems := settingsOf(t, file, nil); len(problems) > 0 || s.StaleAfter != d {
			t.Errorf("%s came back as %v, %v", file, s.StaleAfter, problems)
		}
	}
}

// FuzzSettings reads hostile files: there is no panic, every problem has a
// line, and settings that are written as TOML are the same when they are read
// again.
func FuzzSettings(f *testing.F) {
	f.Add([]byte(Example()))
	f.Add([]byte("colour = 1\n[invites]\nstale_after = '3w'\ncheck_keys = false\n[contacts]\nvcards = ['/a', '~/b']\ncommand = 'a \"b c\"'"))
	f.Add([]byte("invites = { stale_after = '1d', x = [1, {y = 2}] }\n[[log]]\n[log.level]\n'a.b'.c = 1979-05-27T07:32:00Z"))
	f.Add([]byte("\ufeffdevice_name = \"\"\"\n\\u0041\\U0001F980\"\"\"\r\nx = [[[[\r\n"))
	const path = "/home/ada/config.toml"
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newSettingsLoader("/home/ada")
		r.setFile(path, data)
		for _, p := range r.problems {
			if line, ok := strings.CutPrefix(p.Where, path+":"); !ok || line == "0" || strings.HasPrefix(line, "-") {
				t.Errorf("no line number: %v", p)
			}
		}
		var written strings.Builder
		for _, setting := range AllSettings() {
			written.WriteString(setting.Name + " = " + TOML(setting.Value(r.settings)) + "\n")
		}
		again := newSettingsLoader("/home/ada")
		again.setFile(path, []byte(written.String()))
		if d := diff(r.settings, again.settings); d != "" || len(again.problems) > 0 {
			t.Errorf("%v %s\n%s", again.problems, d, written.String())
		}
	})
}
