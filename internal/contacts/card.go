package contacts

import (
	"strings"

	"github.com/mxinvite/mxinvite/internal/vcard"
)

// cards returns the addresses of all cards of a file, the preferred address of each card
// first, and the number of malformed cards.
func cards(text string) (entries []entry, broken int) {
	for card := range vcard.Cards(text) {
		valid := 0
		if card.Ended {
			for _, e := range card.Emails {
				if found, ok := newEntry(card.Name, e.Value); ok {
					entries = append(entries, found)
					valid++
				}
			}
		}
		if !card.Ended || card.Err != nil || valid == 0 && len(card.Emails) > 0 {
			broken++
		}
	}
	if len(entries) == 0 && broken == 0 && strings.TrimSpace(text) != "" && !strings.Contains(strings.ToUpper(text), "BEGIN:VCARD") {
		broken++
	}
	return entries, broken
}
