package cli

import (
	"strings"

	"github.com/mxinvite/mxinvite/client/invite"
)

// verdicts lists every verdict there is.
func verdicts() []invite.Verdict {
	return []invite.Verdict{invite.Honoured, invite.Refused, invite.Unknown}
}

// warnings lists every warning there is.
func warnings() []invite.Warning {
	return []invite.Warning{
		invite.Replaced, invite.Duplicate, invite.LeaksAddress, invite.InsecureURL, invite.ForeignHost,
		invite.InviterGone, invite.RejoinHazard, invite.Reusable, invite.Stale,
	}
}

// words puts words beside each other.
func words[S ~string](all []S, sep string) string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return strings.Join(out, sep)
}

// inWords says what a warning means.
func inWords(w invite.Warning) string {
	switch w {
	case invite.Replaced:
		return "another member overwrote it, so nobody can take it any more"
	case invite.Duplicate:
		return "another one with this name, by the same sender, is pending too"
	case invite.LeaksAddress:
		return "the name holds a whole address, for all the room to see"
	case invite.InsecureURL:
		return "its keys are vouched for without encryption"
	case invite.ForeignHost:
		return "its keys are vouched for by different hosts"
	case invite.InviterGone:
		return "the inviter has left the room; the invite works all the same"
	case invite.RejoinHazard:
		return "looks like one to somebody who is in the room: taking it throws them back to invited"
	case invite.Reusable:
		return "it was taken and not revoked, so its link still works"
	case invite.Stale:
		return "it has been out for a long time"
	default:
		return string(w)
	}
}

// keyLook is the sign that stands beside the word for how keys stand, and its role.
func keyLook(word string) (sign string, l look) {
	switch word {
	case string(invite.Valid), string(invite.Perpetual), string(invite.ProofVerified):
		return "✓", good
	case string(invite.Invalid), string(invite.Unusable), string(invite.ProofForged):
		return "✗", bad
	case string(invite.Unreachable), string(invite.ProofUnverifiable):
		return "?", warn
	default:
		return "·", faint
	}
}

func keyWordCell(word string) cell {
	if word == "" {
		return cell{}
	}
	sign, l := keyLook(word)
	return cell{shown: sign + " " + word, exact: word, look: l}
}

func verdictCell(v invite.Verdict) cell {
	switch v {
	case invite.Honoured:
		return cell{shown: "✓ honoured", exact: string(v), look: good}
	case invite.Refused:
		return cell{shown: "✗ refused", exact: string(v), look: bad}
	default:
		return cell{shown: "? unknown", exact: string(v), look: warn}
	}
}

func checkCell(c invite.Check) cell {
	exact := string(c.Result) + " " + c.Name + ": " + c.Detail
	switch c.Result {
	case invite.Pass:
		return cell{shown: "✓ " + c.Detail, exact: exact, look: good}
	case invite.Fail:
		return cell{shown: "✗ " + c.Detail, exact: exact, look: bad}
	default:
		return cell{shown: "? " + c.Detail, exact: exact, look: warn}
	}
}

func warningCell(w invite.Warning) cell {
	return cell{shown: "! " + inWords(w), exact: string(w), look: warn}
}
