package conversation

import (
	"slices"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/out"
)

func TestWordsAreExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range vocabulary() {
		for _, name := range append([]string{w.name}, w.also...) {
			if seen[name] {
				t.Errorf("%s is two words", name)
			}
			seen[name] = true
		}
		if w.does == "" || len(w.forms) == 0 {
			t.Errorf("%s is not explained", w.name)
		}
		for _, form := range w.forms {
			if first := strings.Fields(form)[0]; first != w.name && !slices.Contains(w.also, first) && first != "un"+w.name {
				t.Errorf("an example of %s is %q", w.name, form)
			}
		}
	}
}

func TestPlainWordsFilterLists(t *testing.T) {
	for typed, want := range map[string]string{
		"":                           "",
		"pending":                    "--status=pending",
		"pending reading group":      "--status=pending,reading group",
		"by:me older:30d sort:name":  "--by=me,--older-than=30d,--sort=name",
		"refused duplicate check":    "--verdict=refused,--warn=duplicate,--check",
		"needs-look ops":             "--needs-look,ops",
		"#ops:example.org room:!x:y": "--room=!x:y,#ops:example.org",
		"ops --status pending":       "ops,--status,pending",
	} {
		if got := strings.Join(filterFlags(strings.Fields(typed)), ","); got != want {
			t.Errorf("%q: %q, not %q", typed, got, want)
		}
	}
}

func TestNumbersNameRows(t *testing.T) {
	list := &out.Table{Of: "room", Rows: make([][]out.Cell, 12), Calls: make([][]string, 12)}
	outbox := &out.Table{Of: out.OutboxItem, Rows: make([][]out.Cell, 2), Calls: [][]string{{"7"}, {"12"}}}
	c := &Conversation{lists: map[string]*out.Table{"room": list, out.OutboxItem: outbox}}
	for _, tt := range []struct {
		of, typed string
		want      []int
	}{
		{"room", "1", []int{0}},
		{"room", "2, 10-12", []int{1, 9, 10, 11}},
		{"room", "0", nil},
		{"room", "13", nil},
		{"room", "x", nil},
		{out.OutboxItem, "12 7", []int{1, 0}},
		{out.OutboxItem, "1", nil},
		{"account", "1", nil},
	} {
		got, _, err := c.numbered(tt.of, "list", strings.Fields(tt.typed))
		if (err == nil) != (tt.want != nil) || !slices.Equal(got, tt.want) {
			t.Errorf("%s %q: %v, %v", tt.of, tt.typed, got, err)
		}
	}
}
