package cli

import (
	"strings"

	"github.com/mxinvite/mxinvite/client/invite"
)

// verdicts lists every verdict there is.
func verdicts() []invite.Verdict {
	return []invite.Verdict{invite.Honoured, invite.Refused, invite.Unknown}
}

// words puts words beside each other.
func words[S ~string](all []S, sep string) string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return strings.Join(out, sep)
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
	return cell{shown: "! " + w.Words(), exact: string(w), look: warn}
}
