package wording

import (
	"strconv"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Validity is the term for what is known about a key.
func Validity(v invite.Validity) Term {
	t := Term{Word: string(v)}
	switch v {
	case invite.Valid:
		t.Glyph, t.Role = "✓", Good
	case invite.Invalid:
		t.Glyph, t.Role = "✗", Bad
	case invite.Unreachable:
		t.Glyph, t.Role, t.Short = "?", Warn, "no answer"
	case invite.Unchecked:
		t.Glyph, t.Role = "·", Faint
	case invite.Perpetual:
		t.Glyph, t.Role, t.Text = "✓", Good, "no validity URL"
	case invite.Unusable:
		t.Glyph, t.Role = "✗", Bad
	}
	return t
}

// Proof is the term for the proof of an acceptance.
func Proof(p invite.Proof) Term {
	t := Term{Word: string(p)}
	switch p {
	case invite.ProofVerified:
		t.Glyph, t.Role, t.Text = "✓", Good, "signed with a key of the invite"
	case invite.ProofForged:
		t.Glyph, t.Role, t.Text = "✗", Bad, "not signed with a key of the invite"
	case invite.ProofUnverifiable:
		t.Glyph, t.Role, t.Short, t.Text = "?", Warn, "no proof", "the keys of the invite are gone"
	}
	return t
}

// Standing returns the term for a result of [invite.Invite.Standing]: for the
// keys of a pending invite, or for the proof of an accepted one. It reports
// false if the result is empty.
func Standing(word string) (Term, bool) {
	for _, v := range invite.Validities() {
		if string(v) == word {
			return Validity(v), true
		}
	}
	for _, p := range invite.Proofs() {
		if string(p) == word {
			return Proof(p), true
		}
	}
	return Term{}, false
}

// KeyOf returns the term for a key in the details of an invite. It reports false if
// there is nothing to say: the key is usable, and the invite is no longer pending, so
// that its keys are not checked.
func KeyOf(i invite.Invite, k invite.Key, v invite.Validity) (Term, bool) {
	if k.Usable() && k.Host() != "" && !i.Live() {
		return Term{}, false
	}
	return Key(k, v), true
}

// Key is the term for one key of an invite and its validity. The text names the
// host that is asked about the key, or says why the key cannot be used.
func Key(k invite.Key, v invite.Validity) Term {
	switch {
	case !k.Usable():
		t := Validity(invite.Unusable)
		t.Text = k.Problem
		return t
	case k.Expires() && k.Host() == "":
		return Term{Word: "not a valid validity URL", Glyph: "!", Role: Warn}
	case !k.Expires():
		return Validity(invite.Perpetual)
	default:
		t := Validity(v)
		t.Text = k.Host()
		return t
	}
}

// OwnKey says that this program issued an invite with a key of the account, and how long
// its link works: for a number of people, or any number if uses is 0, and for the time
// left, which is empty without an expiry and "now" after it.
func OwnKey(i invite.Invite, uses int, left string) string {
	text := "issued by mxinvite, no identity server"
	switch {
	case i.Revocation != nil && i.Status != invite.Revoked:
		return text + "; revoked after it was accepted"
	case i.Revocation != nil:
		return text
	case uses == 0:
		return text + "; its link works until it is revoked"
	case left == "now":
		return text + "; its link has expired"
	}
	people := "1 person"
	if uses != 1 {
		people = strconv.Itoa(uses) + " people"
	}
	text += "; its link works for " + people
	if left != "" {
		text += " and expires in " + left
	}
	return text
}
