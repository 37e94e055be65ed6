package contacts

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

// An entry is a contact as it is looked for.
type entry struct {
	Contact
	name    string // folded
	letters string // the address, folded
}

// newEntry makes an entry of what a source holds, and reports whether that is
// somebody who can be invited.
func newEntry(name, address string) (entry, bool) {
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	if len(address) > maxName {
		return entry{}, false
	}
	id, err := threepid.ParseEmail(address)
	if err != nil {
		return entry{}, false
	}
	return entry{Contact{name, id.Address}, fold(name), fold(id.Address)}, true
}

const maxName = 1000 // bytes, and of an address

// fold takes case, accents and compatibility forms out: é and Ｅ are e.
func fold(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	s = cases.Fold().String(norm.NFKD.String(s))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ø': // strokes do not come apart
			return 'o'
		case r == 'ł':
			return 'l'
		case r == 'đ':
			return 'd'
		case r == 'ı':
			return 'i'
		}
		return r
	}, s)
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// maxTyped is how much of what was typed is looked for.
const maxTyped = 200

// A query is what was typed, folded: words that must all be found.
type query struct {
	whole string
	words []string
}

func newQuery(typed string) query {
	typed = strings.ToValidUTF8(typed[:min(len(typed), maxTyped)], "")
	words := strings.FieldsFunc(fold(typed), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>"(),;`, r) })
	return query{strings.Join(words, " "), words}
}

func (q query) empty() bool { return len(q.words) == 0 }

// never is the rank of what does not fit.
const never = math.MaxInt

// rank says how well e fits; less is better.
func (q query) rank(e entry) int {
	switch {
	case e.letters == q.whole:
		return 0
	case strings.HasPrefix(e.name, q.whole):
		return 1
	case strings.HasPrefix(e.letters, q.whole):
		return 2
	}
	worst := 0
	for _, w := range q.words {
		worst = max(worst, rankWord(e, w))
	}
	return worst
}

// rankWord says where a word is found: at the beginning of a word, within one, or only
// its letters, in order.
func rankWord(e entry, w string) int {
	switch {
	case begins(e.name, w):
		return 3
	case begins(e.letters, w):
		return 4
	case strings.Contains(e.name, w):
		return 5
	case strings.Contains(e.letters, w):
		return 6
	case utf8.RuneCountInString(w) < 3:
		return never
	case inOrder(e.name, w):
		return 7
	}
	if local, _, _ := strings.Cut(e.letters, "@"); inOrder(local, w) { // a domain's letters fit too much
		return 8
	}
	return never
}

// begins reports whether a word of s begins with w.
func begins(s, w string) bool {
	for {
		i := strings.Index(s, w)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		if i == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return true
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		s = s[i+size:]
		// What is left does not begin a word.
		for s != "" {
			r, size := utf8.DecodeRuneInString(s)
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				break
			}
			s = s[size:]
		}
	}
}

// inOrder reports whether s has all letters of w, others between them.
func inOrder(s, w string) bool {
	for _, r := range w {
		i := strings.IndexRune(s, r)
		if i < 0 {
			return false
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		s = s[i+size:]
	}
	return true
}
