package widget

import (
	"slices"
	"strings"
	"unicode"
)

// The quality of a match between a typed word and an entry.
const (
	matchesNothing = iota
	matchesTypo    // matches a word of the title or of a synonym; see [match.close]
	matchesDoes    // is the beginning of a word in the sentence
	matchesInside
	matchesSynonymStart
	matchesTitleStart
	matchesSynonym
	matchesTitle
)

// shortest is the minimum length of a typed word, unless it is the beginning of a
// title or a synonym. Shorter words are part of almost every text.
const shortest = 3

// leastForTypo is the minimum length of a typed word for which a typing error is
// assumed.
const leastForTypo = 5

// A Match describes how well an entry of the palette matches the typed text.
type Match struct {
	Score int
	// Close reports whether every word is in the title or a synonym. An entry that
	// matches only by its sentence, or if a typing error is assumed, is shown but not
	// selected.
	Close bool
}

// MatchOf compares the typed text with an entry of the palette. Every typed word
// must match; otherwise ok is false.
func MatchOf(typed, title string, synonyms []string, does string) (m Match, ok bool) {
	m.Close = true
	titleWords, synonymWords, doesWords := wordsIn(title), wordsIn(strings.Join(synonyms, " ")), wordsIn(does)
	for _, word := range wordsIn(typed) {
		quality := matchWord(word, titleWords, synonymWords, doesWords)
		if quality == matchesNothing {
			return Match{}, false
		}
		m.Score += quality
		m.Close = m.Close && quality > matchesDoes
	}
	const whole = 10
	if phrase := strings.Join(wordsIn(typed), " "); strings.EqualFold(phrase, title) || slices.Contains(synonyms, phrase) {
		m.Score += whole
	}
	return m, true
}

// matchWord returns the best match of a typed word in an entry.
func matchWord(word string, title, synonyms, does []string) int {
	long := len([]rune(word)) >= shortest
	starts := func(w string) bool { return strings.HasPrefix(w, word) }
	inside := func(w string) bool { return long && strings.Contains(w, word) }
	typo := func(w string) bool { return len([]rune(word)) >= leastForTypo && editDistance(word, w) <= 1 }
	switch named := slices.Concat(title, synonyms); {
	case slices.Contains(title, word):
		return matchesTitle
	case slices.Contains(synonyms, word):
		return matchesSynonym
	case slices.ContainsFunc(title, starts):
		return matchesTitleStart
	case slices.ContainsFunc(synonyms, starts):
		return matchesSynonymStart
	case slices.ContainsFunc(named, inside):
		return matchesInside
	case len(word) > shortest && slices.ContainsFunc(does, starts):
		return matchesDoes
	case slices.ContainsFunc(named, typo):
		return matchesTypo
	}
	return matchesNothing
}

// wordsIn returns the words of a text in lower case. A hyphen separates words.
func wordsIn(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("-_.,;()", r) })
}
