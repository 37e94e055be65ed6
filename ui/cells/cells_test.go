package cells

import (
	"strings"
	"testing"
)

func TestWrapKeepsMarksWithTheirLetter(t *testing.T) {
	letter := "z\u0323\u0301"
	want := strings.Repeat(letter, 10) + "\n" + strings.Repeat(letter, 10) + "\n" + strings.Repeat(letter, 5)
	if got := Wrap(strings.Repeat(letter, 25), 10); got != want {
		t.Errorf("%q", got)
	}
	if got := Wrap("one two\nthree", 80); got != "one two\nthree" {
		t.Errorf("%q", got)
	}
}
