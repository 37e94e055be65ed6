package recipients

import (
	"errors"
	"strings"

	"github.com/mxinvite/mxinvite/internal/vcard"
)

var errCard = errors.New("a vCard that cannot be read")

func isVCard(text string) bool { return beginsWith(text, "begin:vcard") }

// beginsWith reports whether a text begins with a word in any case, after spaces and
// invisible characters.
func beginsWith(text, word string) bool {
	text = trimInvisible(text[:min(len(text), maxText)])
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}

// vcards reads the preferred address of each card. Its other addresses, and those in
// other properties, are left out.
func (r *reader) vcards(text string) {
	cards := map[int]vcard.Card{}                      // by the line of the preferred address, or of the card if it has none
	others, folded := map[int]string{}, map[int]bool{} // by line
	for c := range vcard.Cards(text) {
		if len(c.Emails) == 0 {
			cards[c.Line] = c
			continue
		}
		for n, e := range c.Emails {
			if n == 0 {
				cards[e.Line] = c
			} else {
				others[e.Line] = e.Value
			}
			for line := e.Line + 1; line < e.Line+e.Lines; line++ {
				folded[line] = true
			}
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		r.line++
		card, ok := cards[r.line]
		switch {
		case ok && card.Err != nil:
			r.refuse(line, errCard)
		case ok && len(card.Emails) == 0:
			r.refuse(or(card.Name, line), ErrNoAddress)
		case ok:
			r.people(strings.ReplaceAll(card.Emails[0].Value, "\n", ";"), oneLine(card.Name))
		case others[r.line] != "":
			r.leaveOut(others[r.line], "another address of the same person")
		case !folded[r.line]:
			r.leaveOut(line, "not in the property EMAIL of a vCard")
		}
		if r.err != nil {
			return
		}
	}
}
