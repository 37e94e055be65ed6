package wording

import "github.com/mxinvite/mxinvite/client/invite"

// Verdict is the term for the verdict on an invite.
func Verdict(v invite.Verdict, of invite.Invite) Term {
	t := Term{Word: string(v)}
	accepted := of.Acceptance != nil && of.Status != invite.Revoked
	switch v {
	case invite.Honoured:
		t.Glyph, t.Role, t.Text = "✓", Good, "it can be accepted"
		if accepted {
			t.Text = "its acceptance is valid"
		}
	case invite.Refused:
		t.Glyph, t.Role, t.Text = "✗", Bad, "it cannot be accepted"
		if accepted {
			t.Text = "its acceptance is not valid"
		}
	case invite.Unknown:
		t.Glyph, t.Role, t.Text = "?", Warn, "not known whether it can be accepted"
		if accepted {
			t.Text = "not known whether its acceptance is valid"
		}
	}
	return t
}

// HasVerdict reports whether users are shown the verdict on an invite, its checks and
// its warnings. The status of a revoked invite says that it cannot be accepted.
func HasVerdict(i invite.Invite) bool { return i.Status != invite.Revoked }

// Check is the term for a check that a verdict is based on. Its word is the
// detail of the check.
func Check(c invite.Check) Term {
	t := Result(c.Result)
	t.Word = c.Detail
	return t
}

// Result is the term for the result of a check.
func Result(r invite.Result) Term {
	t := Term{Word: string(r)}
	switch r {
	case invite.Pass:
		t.Glyph, t.Role = "✓", Good
	case invite.Fail:
		t.Glyph, t.Role = "✗", Bad
	case invite.Undecidable:
		t.Glyph, t.Role = "?", Warn
	}
	return t
}
