package manpage

import (
	"regexp"
	"strings"
)

// escape escapes a text for roff, so that copied options and quotes can be
// pasted into a shell.
func escape(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	if strings.HasPrefix(s, ".") { // it would be a roff request
		s = `\&` + s
	}
	return s
}

func bold(s string) string   { return `\fB` + escape(s) + `\fR` }
func italic(s string) string { return `\fI` + escape(s) + `\fR` }

// form formats the arguments of a command, with placeholders in italics.
func form(use string) string {
	return regexp.MustCompile(`[A-Z][-A-Z]*|-+[a-z]*|[^-A-Z]+`).ReplaceAllStringFunc(use, func(s string) string {
		switch {
		case s[0] == '-':
			return bold(s)
		case s[0] >= 'A' && s[0] <= 'Z':
			return italic(s)
		}
		return escape(s)
	})
}

// width is the maximal length of a source line.
const width = 76

// prose formats sentences, each on a new source line. Hyphens and apostrophes
// inside words are typographic, and options are bold.
func prose(s string) string {
	var b strings.Builder
	used := 0
	for word := range strings.FieldsSeq(s) {
		ends := strings.HasSuffix(word, ".")
		word = proseWord(word)
		switch {
		case used == 0:
		case used+1+len(word) > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		if used += len(word); ends {
			used = width
		}
	}
	return b.String()
}

func proseWord(word string) string {
	if m := regexp.MustCompile(`^(\(?)(--?[a-z][-a-z]*)([.,:;)]*)$`).FindStringSubmatch(word); m != nil {
		return m[1] + bold(m[2]) + m[3]
	}
	word = escape(word)
	switch {
	case strings.Contains(word, "://"):
		return word
	case word == "?":
		return `?\&` // it does not end a sentence
	}
	within := func(sign, plain string) {
		word = regexp.MustCompile(`(\pL)`+regexp.QuoteMeta(sign)+`(\p{Ll})`).ReplaceAllString(word, "${1}"+plain+"${2}")
	}
	within(`\-`, "-")
	within(`\(aq`, "'")
	return word
}
