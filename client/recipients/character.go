package recipients

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"
)

// misleading returns why an address or a Matrix ID may not be what it looks like: the
// first character that is invisible or that looks like another one. It returns an
// empty text if there is none.
func misleading(s string) string {
	if ascii(s) {
		return ""
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
		case invisible(r):
			return "it contains an invisible character: " + nameOf(r)
		case unicode.IsSpace(r):
			return "it contains a space: " + nameOf(r)
		case !unicode.In(r, unicode.L, unicode.M, unicode.Nd):
			return "it contains a character that looks like another one: " + nameOf(r)
		case folded(r), 0x0250 <= r && r <= 0x02af: // the last are letters of the International Phonetic Alphabet
			return "it contains a character that looks like another one: " + nameOf(r)
		}
	}
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune("@.:", r) }) {
		if r, mixed := otherScript(part); mixed {
			return "it contains a letter that looks like a Latin one: " + nameOf(r)
		}
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
		for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune("@.:", r) }) {
			if r, all := latinLookAlike(part); all {
				return "it contains a letter that looks like a Latin one: " + nameOf(r)
			}
		}
	}
	return ""
}

// invisible reports whether a character takes no space on the screen or is blank, as
// the zero width space, the soft hyphen, direction marks and fillers are.
func invisible(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector)
}

// folded reports whether a character is another form of other characters, as the full
// width letters and the ligatures are.
func folded(r rune) bool {
	s := string(r)
	return norm.NFKC.String(s) != norm.NFC.String(s)
}

// otherScript returns a letter of a script that is not written together with Latin
// letters, if the part of an address has both
// (https://www.unicode.org/reports/tr39/#Restriction_Level_Detection).
func otherScript(part string) (other rune, mixed bool) {
	latin := false
	for _, r := range part {
		switch {
		case !unicode.IsLetter(r):
		case unicode.Is(unicode.Latin, r):
			latin = true
		case !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
			other = r
		}
	}
	return other, latin && other != 0
}

// lookLatin are the Cyrillic and Greek letters that look like Latin ones.
const lookLatin = "аеорсухіјѕһӏԁԛԝѵցοανιкмтвнᴦεκρτυχ"

// latinLookAlike reports whether all letters of a part of an address are foreign, and
// look Latin.
func latinLookAlike(part string) (first rune, all bool) {
	for _, r := range part {
		switch {
		case !unicode.IsLetter(r):
		case !strings.ContainsRune(lookLatin, unicode.ToLower(r)):
			return 0, false
		case first == 0:
			first = r
		}
	}
	return first, first != 0
}

func nameOf(r rune) string { return fmt.Sprintf("%s (U+%04X)", runenames.Name(r), r) }

// visible removes invisible characters.
func visible(s string) string {
	if ascii(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == noBreak:
			return ' '
		case invisible(r) && r != '\u200d': // the joiner is a part of emoji
			return -1
		}
		return r
	}, s)
}

// trimInvisible removes invisible characters and spaces at both ends. They are left
// over from web pages and spreadsheets, and do not change the address.
func trimInvisible(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
}
