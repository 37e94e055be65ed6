package contacts

import (
	"cmp"
	"io"
	"mime/quotedprintable"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-vcard"
	"golang.org/x/text/encoding/charmap"
)

const (
	maxLine   = 4 << 10 // bytes of an unfolded line; names and addresses are shorter
	maxFields = 100     // of a card
)

// cards parses all cards of a file and counts the malformed ones.
func cards(text string) (entries []entry, broken int) {
	var card []string
	open := false
	for line := range fields(strings.TrimPrefix(text, "\ufeff")) {
		switch name, value := property(line); {
		case name == "BEGIN" && strings.EqualFold(value, "VCARD"):
			if open {
				broken++
			}
			open, card = true, card[:0]
		case !open:
		case name == "END":
			open = false
			found, ok := people(card)
			if entries = append(entries, found...); !ok {
				broken++
			}
		case slices.Contains(usedProperties, name) && len(card) < maxFields:
			card = append(card, spell(line))
		}
	}
	if open || len(entries) == 0 && broken == 0 && strings.TrimSpace(text) != "" && !strings.Contains(strings.ToUpper(text), "BEGIN:VCARD") {
		broken++
	}
	return entries, broken
}

// usedProperties are the properties to parse. Others, such as photos, are skipped.
var usedProperties = []string{"FN", "N", "NICKNAME", "ORG", "EMAIL"}

// people returns the contacts of a card, the preferred address first. ok is
// false if the card cannot be parsed or none of its addresses is valid.
func people(lines []string) ([]entry, bool) {
	card, err := vcard.NewDecoder(strings.NewReader("BEGIN:VCARD\n" + strings.Join(lines, "\n") + "\nEND:VCARD\n")).Decode()
	if err != nil {
		return nil, false
	}
	name, emails := nameOn(card), slices.Clone(card[vcard.FieldEmail])
	slices.SortStableFunc(emails, func(a, b *vcard.Field) int { return cmp.Compare(preference(a), preference(b)) })
	var out []entry
	for _, f := range emails {
		if e, ok := newEntry(name, strings.TrimSpace(value(f))); ok {
			out = append(out, e)
		}
	}
	return out, len(out) > 0 || len(emails) == 0
}

// nameOn returns the name on a card. Cards before vCard 3.0 have no FN
// property.
func nameOn(card vcard.Card) string {
	if s := value(card.Preferred(vcard.FieldFormattedName)); s != "" {
		return s
	}
	if f := card.Preferred(vcard.FieldName); f != nil {
		parts := strings.Split(value(f), ";") // family, given, additional, ...
		if len(parts) > 1 {
			parts[0], parts[1] = parts[1], parts[0]
		}
		if s := strings.Join(strings.Fields(strings.Join(parts[:min(2, len(parts))], " ")), " "); s != "" {
			return s
		}
	}
	return cmp.Or(value(card.Preferred(vcard.FieldNickname)), strings.Trim(value(card.Preferred(vcard.FieldOrganization)), ";"))
}

// preference returns the PREF of an address; 1 is the most preferred
// (https://www.rfc-editor.org/rfc/rfc6350#section-5.3).
func preference(f *vcard.Field) int {
	if n, err := strconv.Atoi(f.Params.Get(vcard.ParamPreferred)); err == nil && n > 0 {
		return n
	}
	if f.Params.HasType("pref") {
		return 1
	}
	return 101
}

// value returns the text of a field, decoded if it is from vCard 2.1.
func value(f *vcard.Field) string {
	if f == nil {
		return ""
	}
	s := f.Value
	if strings.EqualFold(f.Params.Get("ENCODING"), "QUOTED-PRINTABLE") {
		if plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(s))); err == nil {
			s = string(plain)
		}
	}
	if !utf8.ValidString(s) {
		if decoded, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
			s = decoded
		}
	}
	return strings.TrimSpace(s)
}
