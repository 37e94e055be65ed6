// Package vcard reads names and e-mail addresses from vCards of the versions 2.1, 3.0
// and 4.0 (RFC 6350).
package vcard

import (
	"cmp"
	"io"
	"iter"
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

// A Card is the vCard of a person.
type Card struct {
	Name   string
	Emails []Email // the preferred one first
	Line   int     // number of its first line
	Ended  bool    // it has an end
	Err    error   // it cannot be parsed
}

// An Email is a value of the property EMAIL.
type Email struct {
	Value string
	Line  int // number of its first line
	Lines int // number of its lines
}

// Cards yields all cards in a text.
func Cards(text string) iter.Seq[Card] {
	return func(yield func(Card) bool) {
		var card []line
		open := 0 // number of the line that begins the current card
		for l := range lines(strings.TrimPrefix(text, "\ufeff")) {
			switch name, value := property(l.text); {
			case name == "BEGIN" && strings.EqualFold(value, "VCARD"):
				if open > 0 && !yield(parse(card, open, false)) {
					return
				}
				open, card = l.number, card[:0]
			case open == 0:
			case name == "END":
				if !yield(parse(card, open, true)) {
					return
				}
				open = 0
			case slices.Contains(usedProperties, name) && len(card) < maxFields:
				l.text = spell(l.text)
				card = append(card, l)
			}
		}
		if open > 0 {
			yield(parse(card, open, false))
		}
	}
}

// usedProperties are the properties to parse. Others, such as photos, are skipped.
var usedProperties = []string{"FN", "N", "NICKNAME", "ORG", "EMAIL"}

// lineParam is the parameter that holds the index of a line while the library parses it.
const lineParam = "X-MXINVITE-LINE"

func parse(lines []line, first int, ended bool) Card {
	c := Card{Line: first, Ended: ended}
	var text strings.Builder
	text.WriteString("BEGIN:VCARD\n")
	for n, l := range lines {
		head, value := cutHead(l.text)
		text.WriteString(head + ";" + lineParam + "=" + strconv.Itoa(n) + ":" + value + "\n")
	}
	text.WriteString("END:VCARD\n")
	card, err := vcard.NewDecoder(strings.NewReader(text.String())).Decode()
	if err != nil {
		c.Err = err
		return c
	}
	c.Name = nameOn(card)
	emails := slices.Clone(card[vcard.FieldEmail])
	slices.SortStableFunc(emails, func(a, b *vcard.Field) int {
		return cmp.Or(cmp.Compare(preference(a), preference(b)), cmp.Compare(place(a), place(b)))
	})
	for _, f := range emails {
		e := Email{Value: value(f)}
		if n, err := strconv.Atoi(f.Params.Get(lineParam)); err == nil && 0 <= n && n < len(lines) {
			e.Line, e.Lines = lines[n].number, lines[n].length
		}
		c.Emails = append(c.Emails, e)
	}
	return c
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

// place puts the addresses of a person at home last.
func place(f *vcard.Field) int {
	if f.Params.HasType("home") {
		return 1
	}
	return 0
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
