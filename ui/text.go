package ui

import (
	"fmt"
	"time"
)

// nameWidth is how much of a stranger's name stands in a sentence of ours: a
// longer one could say what we do not.
const nameWidth = 48

// count is a number and a word that agrees with it.
func count(n any, word string) string {
	s := fmt.Sprint(n)
	if s != "1" {
		word += "s"
	}
	return s + " " + word
}

// moment is a point in time for reading.
func moment(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Format("2006-01-02 15:04")
}
