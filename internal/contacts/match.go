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

// An entry is a contact with the folded texts that are searched.
type entry struct {
	Contact
	name    string // folded
	letters string // the address, folded
}

// newEntry returns an entry. ok is false if the address is not valid.
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

const maxName = 1000 // in bytes, also for addresses

// fold removes case, accents and compatibility forms: é and Ｅ become e.
func fold(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	s = cases.Fold().String(norm.NFKD.String(s))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ø': // Unicode does not decompose strokes
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

// maxTyped limits the search text, in bytes.
const maxTyped = 200

// A query is the folded search text: words that all have to match.
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

// never is the rank of a contact that does not match.
const never = math.MaxInt

// rank returns how well e matches; smaller is better.
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

// rankWord ranks where a word is found: at the beginning of a word, inside a
// word, or as a sequence of letters with others in between.
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
	if local, _, _ := strings.Cut(e.letters, "@"); inOrder(local, w) { // without the domain, which would match too often
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
		// Skip the rest of this word.
		for s != "" {
			r, size := utf8.DecodeRuneInString(s)
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				break
			}
			s = s[size:]
		}
	}
}

// inOrder reports whether s has all letters of w in order, with others in
// between.
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
