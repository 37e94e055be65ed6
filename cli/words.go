package cli

import (
	"strings"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/wording"
)

// words puts words beside each other.
func words[S ~string](all []S, sep string) string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return strings.Join(out, sep)
}

// standingCell is the state of the keys, or of the proof once the invite is
// accepted, in a column of a table.
func standingCell(f finding) cell {
	word := f.invite.Standing(f.facts)
	t, ok := wording.Standing(word)
	if !ok {
		return cell{}
	}
	return cell{shown: t.Column(), exact: word, look: roleLook(t.Role)}
}

// termCell is a term that explains itself. Scripts get exact.
func termCell(t wording.Term, exact string) cell {
	return cell{shown: t.Glyph + " " + t.Sentence(), exact: exact, spoken: cut(t.Sentence(), fieldWidth), look: roleLook(t.Role)}
}

func verdictCell(f finding) cell {
	return termCell(wording.Verdict(f.Verdict, f.invite), string(f.Verdict))
}

func checkCell(c invite.Check) cell {
	t := wording.Check(c)
	return cell{shown: t.String(), exact: string(c.Result) + " " + c.Name + ": " + c.Detail, look: roleLook(t.Role)}
}

func warningCell(w invite.Warning) cell { return termCell(wording.Warning(w), string(w)) }

func proofCell(p invite.Proof) cell { return termCell(wording.Proof(p), string(p)) }

func validityCell(k invite.Key, v invite.Validity) cell {
	return termCell(wording.Key(k, v), string(v))
}
