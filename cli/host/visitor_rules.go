package host

import (
	"strings"
)

// RestrictVisitor removes settings that would run programs or read files on this
// machine. The keyring and the ssh-agent belong to the user who runs serve, so a
// new vault is encrypted with a passphrase unless the visitor chooses otherwise.
func (p *Program) RestrictVisitor() {
	s := &p.Settings
	s.VCards, s.ContactCommand, s.PassphraseCommand, s.LinksKeyFile = nil, nil, nil, ""
	s.MailFrom, s.MailCommand, s.MailSMTP, s.MailText, s.MailHTML = "", nil, "", "", ""
	p.Keyring, p.Agent, p.Browse, p.Descriptor = nil, nil, nil, nil
}

// MayChange reports whether the user may change the named setting. Visitors may
// not change settings for files, programs and limits of the host.
func (p *Program) MayChange(name string) bool { return p.Guest == nil || HasWord(GuestSettings, name) }

// HasWord reports whether a space-separated list contains a word.
func HasWord(in, name string) bool {
	for word := range strings.FieldsSeq(in) {
		if word == name {
			return true
		}
	}
	return false
}

// GuestSettings are the settings that visitors may change, separated by spaces.
const GuestSettings = "account identity_server device_name color accessible sync_output notify theme background glyphs mouse" +
	" invites.stale_after invites.check_keys invites.via invites.revoke_accepted invites.link_page contacts.address_book"
