package ui

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The README shows every field of a filter, and none that there is not.
func TestFilterIsTheOneOfTheREADME(t *testing.T) {
	data, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("Filter with `/`: words, or `([^`]*)`").FindSubmatch(data)
	if shown == nil {
		t.Fatal("README.md shows no filter")
	}
	words := strings.Fields(string(shown[1]))
	var got []string
	for n, term := range parseFilter(string(shown[1])) {
		if field, _, ok := strings.Cut(words[n], ":"); ok && field != term.field {
			t.Errorf("%s is taken for text", words[n])
		}
		if term.field != "" {
			got = append(got, term.field)
		}
	}
	want := fields()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("README.md shows %v, there are %v", got, want)
	}
}
