// Package phrase puts numbers and errors into words.
package phrase

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NameWidth is how much of a stranger's name stands in a sentence of ours: a
// longer one could say what we do not.
const NameWidth = 48

// Count is a number and a word that agrees with it.
func Count(n any, word string) string {
	s := fmt.Sprint(n)
	if s != "1" {
		word += "s"
	}
	return s + " " + word
}

// Sentence makes an error's text one. A name in front keeps its small letter.
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

// Capital is a text that begins with a capital letter.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
