// Package weakpass finds out why a passphrase is easy to guess.
package weakpass

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// minLength is the minimal number of characters. An attacker with the
	// encrypted file can try passphrases without a limit.
	minLength = 12
	// minDistinct is the minimal number of distinct characters.
	minDistinct = 6
	// minRest is the minimal number of characters beside the names of the user.
	minRest = 8
)

// Reason returns why a passphrase is easy to guess: a clause without a subject,
// such as "is among the most common ones", or "" if no weakness was found. The
// names are public names of the user, such as their Matrix ID.
//
// It finds obvious weaknesses only. A passphrase without one may still be in a
// list of leaked passphrases.
func Reason(passphrase string, names ...string) string {
	plain := strings.ToLower(passphrase)
	switch {
	case isCommon(plain):
		return "is among the most common ones"
	case utf8.RuneCountInString(passphrase) < minLength:
		return "has fewer than 12 characters"
	case distinct(plain) < minDistinct, isRun(plain):
		return "repeats a few characters, or follows the alphabet or the keyboard"
	case consistsOf(plain, names):
		return "is little more than your user name"
	}
	return ""
}

// stems are the parts of the most common passwords, from the lists that are
// published each year.
var stems = []string{
	"password", "passphrase", "passwort", "secret", "letmein", "welcome", "admin", "administrator", "login", "iloveyou", "monkey", "dragon",
	"football", "baseball", "master", "superman", "batman", "sunshine", "princess", "shadow", "trustno", "starwars", "changeme", "default",
	"guest", "hello", "whatever", "michael", "charlie", "jordan", "matrix", "element", "synapse", "mxinvite", "test", "abc",
	"qwerty", "qwertz", "azerty", "asdf", "zxcv", "correcthorsebatterystaple",
}

// isCommon reports whether a passphrase consists of stems, digits and signs.
func isCommon(plain string) bool {
	letters := strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "5", "s", "$", "s", "7", "t")
	for _, s := range []string{plain, letters.Replace(strings.TrimRight(plain, "0123456789!?.$@"))} {
		found := false
		for _, stem := range stems {
			rest := strings.ReplaceAll(lettersOf(s), stem, "")
			found = found || rest == "" && lettersOf(s) != ""
		}
		if found {
			return true
		}
	}
	return false
}

// lettersOf removes everything but letters.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// isRun reports whether most characters follow the previous one in the
// alphabet, in the digits or on a keyboard, forwards or backwards.
func isRun(plain string) bool {
	rows := []string{"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"}
	characters := []rune(plain)
	steps := 0
	for i := 1; i < len(characters); i++ {
		pair, reversed := string(characters[i-1:i+1]), string([]rune{characters[i], characters[i-1]})
		if slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, pair) || strings.Contains(row, reversed) }) {
			steps++
		}
	}
	return 4*steps >= 3*(len(characters)-1)
}

// consistsOf reports whether little is left of a passphrase without names.
func consistsOf(plain string, names []string) bool {
	rest := plain
	for _, name := range names {
		for _, part := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("@:/. -_", r) }) {
			if utf8.RuneCountInString(part) >= 3 {
				rest = strings.ReplaceAll(rest, part, "")
			}
		}
	}
	return rest != plain && utf8.RuneCountInString(rest) < minRest
}
