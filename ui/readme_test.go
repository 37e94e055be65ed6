package ui

import (
	"os"
	"regexp"
	"slices"
	"testing"
	"time"
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
	sh := &shell{now: time.Now}
	operators := newInviteTable(sh).operators()
	var got []string
	for _, term := range terms(string(shown[1])) {
		if term.name == "" {
			continue
		}
		got = append(got, term.name)
		if _, problem := operators.compile(term); problem != "" && term.name != "room" {
			t.Errorf("%s:%s: %s", term.name, term.value, problem)
		}
	}
	var want []string
	for _, o := range operators.operators {
		want = append(want, o.name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("README.md shows %v, there are %v", got, want)
	}
}
