package wording

import "github.com/mxinvite/mxinvite/client/invite"

// Status is the term for a status.
func Status(s invite.Status) Term {
	t := Term{Word: string(s)}
	switch s {
	case invite.Pending:
		t.Glyph, t.Role = "◔", Plain
	case invite.Invited:
		t.Glyph, t.Role = "◑", Accent
	case invite.Joined:
		t.Glyph, t.Role = "●", Good
	case invite.Left:
		t.Glyph, t.Role = "○", Faint
	case invite.Banned:
		t.Glyph, t.Role = "✗", Bad
	case invite.Revoked:
		t.Glyph, t.Role = "○", Faint
	case invite.Malformed:
		t.Glyph, t.Role = "!", Bad
	}
	return t
}
