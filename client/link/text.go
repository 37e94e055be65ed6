package link

import (
	"encoding/hex"
	"iter"
	"regexp"
	"strings"
)

var (
	// softBreak is where quoted-printable breaks a line that is too long (RFC
	// 2045, section 6.7). A form's field makes a space of the line break.
	softBreak = regexp.MustCompile(`=[ \t]*(\r?\n|\r)|= +`)
	qpByte    = regexp.MustCompile(`=[0-9A-Fa-f]{2}`)
	ampersand = regexp.MustCompile(`(?i)&(amp|#38|#x26);`)
	equals    = regexp.MustCompile(`(?i)&(#61|#x3d);`)
	blankLine = regexp.MustCompile(`\n[ \t\r>]*\n`)
)

// maxStarts is in how many places of a text a link is looked for.
const maxStarts = 64

// candidates are what may be the link in a text, the likeliest first.
func candidates(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, plain := range readings(text) {
			for level := range maxLevels + 1 {
				for s := range pieces(plain) {
					for range level {
						s = unescape(s)
					}
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// readings are a text as it was before a mail program wrote it down, and as it
// is. Which one is right shows only when it is read: an = before two digits may
// be either. Soft breaks go first, for a token may hold an =, and then a broken
// one reads well.
func readings(text string) []string {
	unwrapped := softBreak.ReplaceAllString(text, "")
	decoded := qpByte.ReplaceAllStringFunc(unwrapped, func(s string) string {
		b, err := hex.DecodeString(s[1:])
		if err != nil {
			return s
		}
		return string(b)
	})
	all := []string{unwrapped, decoded, text}
	for i, s := range all {
		for range maxLevels { // some are escaped twice
			s = ampersand.ReplaceAllString(s, "&")
		}
		all[i] = equals.ReplaceAllString(s, "=")
	}
	return all
}

// pieces are the parts of a text that begin like a link and, should none of
// them be one, all of it.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, at := range starts(text) {
			before := byte(0)
			if at > 0 {
				before = text[at-1]
			}
			for _, s := range cuts(text[at:], before) {
				if !yield(s) {
					return
				}
			}
		}
		for _, s := range cuts(strings.TrimLeft(text, "<\"'( \t\r\n"), 0) {
			if !yield(s) {
				return
			}
		}
	}
}

// starts are where a text goes on like a URL, which may be percent-encoded.
func starts(text string) []int {
	const longest = 32 // bytes of a scheme
	var all []int
	for i := 0; i < len(text) && len(all) < maxStarts; i++ {
		if text[i] != ':' && text[i] != '%' {
			continue
		}
		for _, mark := range []string{"://", "%3A%2F%2F", "%253A%252F%252F"} {
			if len(text)-i < len(mark) || !strings.EqualFold(text[i:i+len(mark)], mark) {
				continue
			}
			at := i
			for at > 0 && i-at < longest && isSchemeByte(text[at-1]) {
				at--
			}
			all = append(all, at)
		}
	}
	return all
}

func isSchemeByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("+-.", b) >= 0
}

// cuts are where a link may end that begins where s does: with what encloses it,
// or else with its paragraph, for a mail program may have broken it over lines,
// or with its first white space.
func cuts(s string, before byte) []string {
	ends := `<>"`
	switch before {
	case '(':
		ends += ")"
	case '\'', '`', '[':
		ends += map[byte]string{'\'': "'", '`': "`", '[': "]"}[before]
	}
	s = s[:min(len(s), maxLink)]
	if i := strings.IndexAny(s, ends); i >= 0 {
		s = s[:i]
	}
	paragraph := s
	if at := blankLine.FindStringIndex(s); at != nil {
		paragraph = s[:at[0]]
	}
	joined := strings.Join(strings.Fields(paragraph), "")
	word := s
	if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
		word = s[:i]
	}
	if word == joined || word == "" {
		return []string{joined}
	}
	return []string{joined, word}
}
