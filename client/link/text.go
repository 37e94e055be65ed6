package link

import (
	"encoding/hex"
	"iter"
	"regexp"
	"strings"
)

var (
	// softBreak is a soft line break of quoted-printable (RFC 2045, section 6.7). A
	// line break that is pasted into a single-line input field becomes a space.
	softBreak = regexp.MustCompile(`=[ \t]*(\r?\n|\r)|= +`)
	qpByte    = regexp.MustCompile(`=[0-9A-Fa-f]{2}`)
	ampersand = regexp.MustCompile(`(?i)&(amp|#38|#x26);`)
	equals    = regexp.MustCompile(`(?i)&(#61|#x3d);`)
	blankLine = regexp.MustCompile(`\n[ \t\r>]*\n`)
)

// maxStarts is the maximum number of places in a text where links are searched.
const maxStarts = 64

// candidates iterates over the parts of a text that may be the link, the most
// likely first.
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

// readings returns the text without soft line breaks, decoded from
// quoted-printable, and unchanged. Only parsing shows which one is right: an =
// before two digits may belong to a token or be quoted-printable. The text without
// soft line breaks is first: in the others, a token that is broken by one would parse
// as a shorter token.
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
		for range maxLevels { // some mails escape it several times
			s = ampersand.ReplaceAllString(s, "&")
		}
		all[i] = equals.ReplaceAllString(s, "=")
	}
	return all
}

// pieces iterates over the parts of a text that begin like a link, and last over
// the whole text.
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

// starts returns the indexes where a URL begins in a text, percent-encoded or not.
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

// cuts returns the possible ends of a link that begins at the start of s: at the
// closing bracket or quote, at the end of the paragraph, because mail programs
// break long links, and at the first white space.
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
