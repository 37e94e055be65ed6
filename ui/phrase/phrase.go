// Package phrase formats numbers and errors as text.
package phrase

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NameWidth is the maximum width of an untrusted name in a sentence, in cells. A
// longer name could imitate text of the program.
const NameWidth = 48

// Count returns a number and its noun, in the singular or the plural.
func Count(n any, word string) string {
	s := fmt.Sprint(n)
	if s != "1" {
		word += "s"
	}
	return s + " " + word
}

// Sentence returns the text of an error as a sentence. An ID or a name at its
// beginning keeps its lower-case letter.
func Sentence(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if !strings.ContainsAny(word, ".:@!#") {
		s = Capital(s)
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// Capital returns a text with a capital first letter.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
