package config

import (
	"cmp"
	"strings"
	"time"
)

// A Setting is something that a person can choose. Reading and checking, what
// the config command prints and the documentation all come from one table of
// these.
type Setting struct {
	Name  string   // as in the file: a key, or its table, a dot and the key
	Takes string   // what it may be, in words
	Words []string // the words that it may be; nil if it may be anything else
	Doc   string   // sentences

	reset func(*Settings)
	read  func(*Settings, any) bool // false if the value is none it takes
	value func(*Settings) any       // as a value of TOML
}

// Variable is the environment variable that holds the setting.
func (s Setting) Variable() string {
	return "MXINVITE_" + strings.ToUpper(strings.ReplaceAll(s.Name, ".", "_"))
}

// Value is what the setting is, in TOML.
func (s Setting) Value(of *Settings) any { return s.value(of) }

// Split is the table, empty if there is none, and the key.
func (s Setting) Split() (table, key string) {
	table, key, ok := strings.Cut(s.Name, ".")
	if !ok {
		return "", s.Name
	}
	return table, key
}

// define returns a setting that is kept in a field.
func define[T any](name string, field func(*Settings) *T, def T, k kind[T], doc string) Setting {
	return Setting{
		Name: name, Takes: k.takes, Words: k.words, Doc: doc,
		reset: func(s *Settings) { *field(s) = def },
		read: func(s *Settings, given any) bool {
			v, ok := k.read(given)
			if ok {
				*field(s) = v
			}
			return ok
		},
		value: func(s *Settings) any { return k.write(*field(s)) },
	}
}

// AllSettings are the settings there are, those of a table together.
func AllSettings() []Setting { return table("") }

// userHome is what ~ stands for.
func userHome(getenv func(string) string) string {
	return cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
}

const day = 24 * time.Hour

// table is the settings there are, for a person whose directory is home.
func table(home string) []Setting {
	return []Setting{
		define("account", func(s *Settings) *string { return &s.Account }, "",
			matrixID(), "Which account is used if there are several."),
		define("identity_server", func(s *Settings) *string { return &s.IdentityServer }, "",
			baseURL(), "The identity server to use when neither your account nor your homeserver names one."),
		define("device_name", func(s *Settings) *string { return &s.DeviceName }, "mxinvite",
			label(), "How sessions that sign in from now on are called in your list of sessions."),
		define("color", func(s *Settings) *string { return &s.Color }, ColorAuto,
			word(ColorAuto, ColorNever), "Whether there are colors where a terminal has them. The variable NO_COLOR forbids them as well."),
		define("accessible", func(s *Settings) *bool { return &s.Accessible }, false,
			yesNo(), "Whether mxinvite asks and answers in plain lines instead of drawing a screen, as a screen reader needs it. "+
				"The variable ACCESSIBLE=1 does the same."),
		define("sync_output", func(s *Settings) *string { return &s.SyncOutput }, SyncAuto,
			word(SyncAuto, SyncOn, SyncOff), "Whether the terminal is told to show each picture of the screen at once (mode 2026). "+
				"auto asks the terminal, and over SSH, where many do not understand the question, assumes that it can."),

		define("notify", func(s *Settings) *string { return &s.Notify }, "off",
			word("off", "bell", "osc9", "osc777", "osc99"), "How a terminal is told that an invite was taken, while nobody looks: by the bell, "+
				"or by a notification as the terminal knows them (osc9: iTerm2, WezTerm, Windows Terminal; osc777: foot, Ghostty; osc99: kitty)."),

		define("theme", func(s *Settings) *string { return &s.Theme }, "default",
			word("default", "high-contrast", "16-color", "mono"), "How the screen looks. 16-color uses the colors that your terminal is set to, mono uses none."),
		define("background", func(s *Settings) *string { return &s.Background }, "auto",
			word("auto", "dark", "light"), "Whether the terminal's background is dark or light. auto asks the terminal; "+
				"as long as it does not answer, the colors are such as can be read on both."),
		define("glyphs", func(s *Settings) *string { return &s.Glyphs }, "auto",
			word("auto", "unicode", "ascii"), "What signs and lines are drawn with. auto is ascii where LC_ALL, LC_CTYPE or LANG name an encoding other than UTF-8."),
		define("mouse", func(s *Settings) *bool { return &s.Mouse }, true,
			yesNo(), "Whether the mouse works on the screen. Then terminals select text only while shift is held; "+
				"without it most of them turn the wheel into arrow keys."),

		define("invites.stale_after", func(s *Settings) *time.Duration { return &s.StaleAfter }, 90*day,
			age(), "How long an invite may be out before it is worth a look."),
		define("invites.check_keys", func(s *Settings) *bool { return &s.CheckKeys }, true,
			yesNo(), "Whether the screen asks your identity server and trusted hosts about the keys of invites. "+
				"Commands ask only with --check."),

		define("contacts.address_book", func(s *Settings) *bool { return &s.AddressBook }, true,
			yesNo(), "Whether the addresses that you invite are remembered, sealed, so that the list can say whom an invite is for."),
		define("contacts.vcards", func(s *Settings) *[]string { return &s.VCards }, nil,
			paths(home), "vCard files, or directories of them, whose addresses are offered while you type."),
		define("contacts.command", func(s *Settings) *[]string { return &s.ContactCommand }, nil,
			command("khard", "email"), "A command whose output is offered while you type: an address, a tab and a name on each line, "+
				"as for aerc's address-book-cmd."),

		define("vault.kind", func(s *Settings) *string { return &s.Vault }, "auto",
			word("auto", "keyring", "sealed", "plain", "agent"),
			"Where the secrets of your session are kept: in the system's keyring, in a file sealed with a passphrase or by a key "+
				"of your ssh-agent, or in a plain file. auto is the keyring where there is one, and else a sealed file."),
		define("vault.passphrase_command", func(s *Settings) *[]string { return &s.PassphraseCommand }, nil,
			command("pass", "mxinvite"), "A command that writes the passphrase of the sealed file, so that nobody has to type it."),

		define("log.level", func(s *Settings) *string { return &s.LogLevel }, "error",
			word("off", "error", "info", "debug"), "How much is written to the log."),

		define("serve.sessions", func(s *Settings) *int { return &s.Sessions }, 200,
			number(1, 10_000), "How many sessions all visitors of mxinvite serve may have at once."),
		define("serve.sessions_per_key", func(s *Settings) *int { return &s.SessionsPerKey }, 8,
			number(1, 10_000), "How many sessions each visitor may have at once."),
		define("serve.idle", func(s *Settings) *time.Duration { return &s.Idle }, 30*time.Minute,
			age(), "When a visitor's session ends in which nothing is typed."),
	}
}
