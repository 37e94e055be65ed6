package config

import (
	"cmp"
	"strings"
	"time"
)

// A Setting is one setting of the program. The table of all settings is used to
// read, check, print and document them.
type Setting struct {
	Name  string   // as in the file: a key, or a table, a dot and a key
	Takes string   // the valid values, for error messages
	Words []string // the valid values; nil if they cannot be listed
	Doc   string   // sentences

	reset func(*Settings)
	read  func(*Settings, any) bool // false if the value is not valid
	value func(*Settings) any       // in TOML
}

// Variable returns the environment variable of the setting.
func (s Setting) Variable() string {
	return "MXINVITE_" + strings.ToUpper(strings.ReplaceAll(s.Name, ".", "_"))
}

// Value returns the value in TOML.
func (s Setting) Value(of *Settings) any { return s.value(of) }

// Split returns the table, which may be empty, and the key.
func (s Setting) Split() (table, key string) {
	table, key, ok := strings.Cut(s.Name, ".")
	if !ok {
		return "", s.Name
	}
	return table, key
}

// define returns a setting that is stored in a field.
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

// AllSettings returns all settings, those of a table together.
func AllSettings() []Setting { return table("") }

// userHome returns the user's home directory, which replaces ~ in paths.
func userHome(getenv func(string) string) string {
	return cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
}

const day = 24 * time.Hour

// table returns all settings for a user with the directory home.
func table(home string) []Setting {
	return []Setting{
		define("account", func(s *Settings) *string { return &s.Account }, "",
			matrixID(), "The account to use if several are signed in."),
		define("identity_server", func(s *Settings) *string { return &s.IdentityServer }, "",
			baseURL(), "The identity server to use if neither your account nor your homeserver names one."),
		define("device_name", func(s *Settings) *string { return &s.DeviceName }, "mxinvite",
			label(), "The name of new sessions in your list of devices."),
		define("color", func(s *Settings) *string { return &s.Color }, ColorAuto,
			word(ColorAuto, ColorNever), "Whether to use colors if the terminal has them. The variable NO_COLOR turns them off, too."),
		define("accessible", func(s *Settings) *bool { return &s.Accessible }, false,
			yesNo(), "Whether mxinvite asks and answers in plain lines, for screen readers, instead of drawing a screen. "+
				"The variable ACCESSIBLE=1 does the same."),
		define("sync_output", func(s *Settings) *string { return &s.SyncOutput }, SyncAuto,
			word(SyncAuto, SyncOn, SyncOff), "Whether to use synchronized output (mode 2026), which avoids flicker. "+
				"auto asks the terminal whether it has it; over SSH, where many terminals do not answer, auto means on."),

		define("notify", func(s *Settings) *string { return &s.Notify }, "off",
			word("off", "bell", "osc9", "osc777", "osc99"), "How to notify you that an invite was accepted: with the terminal's bell, or with a desktop notification "+
				"(osc9: iTerm2, WezTerm, Windows Terminal; osc777: foot, Ghostty; osc99: kitty). "+
				"The screen notifies you only while its terminal does not have the focus."),

		define("theme", func(s *Settings) *string { return &s.Theme }, "default",
			word("default", "high-contrast", "16-color", "mono"), "The colors of the screen. 16-color uses the palette of your terminal, mono uses no colors."),
		define("background", func(s *Settings) *string { return &s.Background }, "auto",
			word("auto", "dark", "light"), "Whether the terminal's background is dark or light. auto asks the terminal; "+
				"until it answers, mxinvite uses colors that can be read on both."),
		define("glyphs", func(s *Settings) *string { return &s.Glyphs }, "auto",
			word("auto", "unicode", "ascii"), "The characters for symbols and lines. auto means ascii if LC_ALL, LC_CTYPE or LANG name an encoding other than UTF-8, and unicode otherwise."),
		define("mouse", func(s *Settings) *bool { return &s.Mouse }, true,
			yesNo(), "Whether the screen uses the mouse. If it does, hold shift to select text in most terminals; "+
				"if not, most terminals send arrow keys when you turn the wheel."),

		define("invites.stale_after", func(s *Settings) *time.Duration { return &s.StaleAfter }, 90*day,
			age(), "The age at which a pending invite gets the warning stale."),
		define("invites.check_keys", func(s *Settings) *bool { return &s.CheckKeys }, true,
			yesNo(), "Whether the screen asks your identity server and trusted hosts whether the keys of invites are valid. "+
				"Commands ask only with --check."),
		define("invites.via", func(s *Settings) *string { return &s.InviteVia }, ViaAuto,
			word(ViaAuto, "identity-server", "link", "mail"), "How people without a known Matrix ID are invited: by e-mail through the identity server, by a link that you pass on, "+
				"or by a link that mxinvite mails, which needs the settings in [mail]. auto means link if your account has no identity server. A key on the screen, and --via of mxinvite send, choose another way."),
		define("invites.revoke_accepted", func(s *Settings) *bool { return &s.RevokeAccepted }, true,
			yesNo(), "Whether a link that mxinvite made is revoked when it was accepted, so that it works once. "+
				"The screen, mxinvite watch and the commands that send the outbox do that while they run."),
		define("invites.link_page", func(s *Settings) *string { return &s.LinkPage }, "",
			pageURL(), "The web page of the links that mxinvite makes. The part after # has the secrets; browsers do not send it to the page's server, "+
				"but scripts of the page can read it. If empty, the links have no page: they begin with mxinvite:// and are pasted into mxinvite."),
		define("invites.links_server", func(s *Settings) *string { return &s.LinksServer }, "",
			linksURL(), "The URL of a links server (mxinvite serve --links). Links then open on its page, work for a limited number of people, and can expire. "+
				"It must have the same links key."),
		define("invites.links_key_file", func(s *Settings) *string { return &s.LinksKeyFile }, "",
			path(home, "~/links.key"), "The file with the links key. The default is links.key beside the settings file."),

		define("contacts.address_book", func(s *Settings) *bool { return &s.AddressBook }, true,
			yesNo(), "Whether mxinvite remembers the addresses of your invitees, encrypted, so that lists can show them."),
		define("contacts.vcards", func(s *Settings) *[]string { return &s.VCards }, nil,
			paths(home), "vCard files, or directories of vCard files. Their addresses are suggested while you type."),
		define("contacts.command", func(s *Settings) *[]string { return &s.ContactCommand }, nil,
			command("khard", "email"), "A command that writes suggestions while you type: an address, a tab and a name on each line, "+
				"as for aerc's address-book-cmd."),

		define("mail.from", func(s *Settings) *string { return &s.MailFrom }, "",
			mailbox(), "The address that mxinvite mails links from, with or without your name. "+
				"Mails need it and either mail.command or mail.smtp."),
		define("mail.command", func(s *Settings) *[]string { return &s.MailCommand }, nil,
			command("msmtp", "-t"), "A program that sends a mail: it gets the whole message on standard input, with the recipient in its header."),
		define("mail.smtp", func(s *Settings) *string { return &s.MailSMTP }, "",
			smtpURL(), "The mail server to send mails with, and your user name there: smtps for TLS, smtp for STARTTLS, which is required except on this machine. "+
				"mxinvite vault password mail stores the password in the vault."),
		define("mail.text_template", func(s *Settings) *string { return &s.MailText }, "",
			path(home, "~/invite.txt"), "A file with the text of mails, in place of the built-in one."),
		define("mail.html_template", func(s *Settings) *string { return &s.MailHTML }, "",
			path(home, "~/invite.html"), "A file with the HTML part of mails. If only the text is set, mails have no HTML part."),

		define("vault.kind", func(s *Settings) *string { return &s.Vault }, "auto",
			word("auto", "keyring", "sealed", "plain", "agent"),
			"How the vault, the file with your sessions, is encrypted: with a key in the system's keyring (keyring), "+
				"with a passphrase (sealed), with a key of your ssh-agent (agent), or not at all (plain). "+
				"auto means keyring if the system has one, and sealed otherwise; the screen asks before it creates the vault."),
		define("vault.passphrase_command", func(s *Settings) *[]string { return &s.PassphraseCommand }, nil,
			command("pass", "mxinvite"), "A command that writes the passphrase of the vault, so that you need not type it."),

		define("log.level", func(s *Settings) *string { return &s.LogLevel }, "error",
			word("off", "error", "info", "debug"), "The level of the log."),

		define("serve.sessions", func(s *Settings) *int { return &s.Sessions }, 200,
			number(1, 10_000), "The number of sessions that all visitors of mxinvite serve may have at the same time."),
		define("serve.sessions_per_key", func(s *Settings) *int { return &s.SessionsPerKey }, 8,
			number(1, 10_000), "The number of sessions that each visitor may have at the same time."),
		define("serve.idle", func(s *Settings) *time.Duration { return &s.Idle }, 30*time.Minute,
			age(), "The time without input after which a visitor's session ends."),
	}
}
