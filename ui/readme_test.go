package ui

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// The README documents every operator of a filter, and no others.
func TestREADMEDocumentsTheFilter(t *testing.T) {
	data, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?s)\| term \| matches invites \|\n(.*?)\n\n`).FindSubmatch(data)
	if table == nil {
		t.Fatal("README.md shows no filter")
	}
	var shown []string
	for _, row := range strings.Split(string(table[1]), "\n") {
		for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Split(row, " | ")[0], -1) {
			shown = append(shown, code[1])
		}
	}
	sh := &shell.Shell{Now: time.Now}
	operators := newInviteTable(sh).operators()
	var got []string
	for _, term := range widget.Terms(strings.Join(shown, " ")) {
		if term.Name == "" {
			continue
		}
		got = append(got, term.Name)
		if _, problem := operators.Compile(term); problem != "" && term.Name != "room" && term.Value != "me" { // these operators need an account
			t.Errorf("%s:%s: %s", term.Name, term.Value, problem)
		}
	}
	var want []string
	for _, o := range operators.Operators {
		want = append(want, o.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("README.md shows %v, there are %v", got, want)
	}
}
