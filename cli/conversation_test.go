package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/serve"
)

func TestWordsAreExplained(t *testing.T) {
	seen := map[string]bool{}
	root := fullRoot()
	for _, w := range vocabulary() {
		for _, name := range append([]string{w.name}, w.also...) {
			if seen[name] {
				t.Errorf("%s is two words", name)
			}
			seen[name] = true
		}
		if _, _, err := root.Find([]string{w.name}); w.run == nil && err != nil {
			t.Errorf("%s does nothing: %v", w.name, err)
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

// TestEverySettingIsForVisitorsOrNot fails for a new setting: put it into
// guestSettings, or into the list here.
func TestEverySettingIsForVisitorsOrNot(t *testing.T) {
	const refused = "contacts.vcards contacts.command vault.kind vault.passphrase_command log.level serve.sessions serve.sessions_per_key serve.idle"
	visitor := &app{World: World{Guest: new(serve.Session)}}
	for _, s := range config.AllSettings() {
		if visitor.mayChange(s.Name) == named(refused, s.Name) {
			t.Errorf("may visitors change the setting %s?", s.Name)
		}
		if !new(app).mayChange(s.Name) {
			t.Errorf("users may not change the setting %s", s.Name)
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
		"#ops:example.org room:!x:y": "--room=!x:y,#ops:example.org",
		"ops --status pending":       "ops,--status,pending",
	} {
		if got := strings.Join(filterFlags(strings.Fields(typed)), ","); got != want {
			t.Errorf("%q: %q, not %q", typed, got, want)
		}
	}
}

func TestNumbersNameRows(t *testing.T) {
	list := &table{of: "room", rows: make([][]cell, 12), calls: make([][]string, 12)}
	outbox := &table{of: outboxItem, rows: make([][]cell, 2), calls: [][]string{{"7"}, {"12"}}}
	c := &conversation{lists: map[string]*table{"room": list, outboxItem: outbox}}
	for _, tt := range []struct {
		of, typed string
		want      []int
	}{
		{"room", "1", []int{0}},
		{"room", "2, 10-12", []int{1, 9, 10, 11}},
		{"room", "0", nil},
		{"room", "13", nil},
		{"room", "x", nil},
		{outboxItem, "12 7", []int{1, 0}},
		{outboxItem, "1", nil},
		{"account", "1", nil},
	} {
		got, _, err := c.numbered(tt.of, "list", strings.Fields(tt.typed))
		if (err == nil) != (tt.want != nil) || !slices.Equal(got, tt.want) {
			t.Errorf("%s %q: %v, %v", tt.of, tt.typed, got, err)
		}
	}
}

func TestAgesAreWholeWords(t *testing.T) {
	s := newStory()
	for ago, want := range map[string]string{"10s": "now", "1m": "1 minute ago", "3h": "3 hours ago", "50h": "2 days ago", "400h": "2 weeks ago", "9000h": "2025-11-10"} {
		d, err := config.ParseAge(ago)
		if err != nil {
			t.Fatal(err)
		}
		if got := spokenAge(s.now(), s.now().Add(-d)); got != want {
			t.Errorf("%s: %q, not %q", ago, got, want)
		}
	}
}
