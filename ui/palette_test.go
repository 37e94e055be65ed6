package ui

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
)

func TestPalette(t *testing.T) {
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.compilers, "lin@kernel.example")
			term := n.startAsAda(t, size[0], size[1])
			term.Press(":")
			term.Golden("palette")
		})
	}
}

func TestPaletteRunsWhatItFinds(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("ctrl+p")
		term.Send("rev")
		term.Golden("found")
		term.Press("enter")
		term.Golden("asks")
		term.Press("n", ":")
		term.Send("zzz")
		term.Golden("nothing found")
		term.Press("esc", "/", ":", "ctrl+p")
		term.Golden("while a filter is typed")
		term.Press("down", "enter") // keep the filter
		if !strings.Contains(term.Screen(), "Filter      :") || strings.Contains(term.Screen(), "action") {
			t.Error(term.Screen())
		}
	})
}

// found returns the entries that the palette lists for a text, and whether the first
// is selected.
func found(term *termtest.Terminal, typed string) (titles []string, selected bool) {
	term.Press(":")
	term.Send(typed)
	lines := strings.Split(term.Screen(), "\n")
	for _, line := range lines[6:18] {
		line = strings.Trim(line, " │")
		if rest, ok := strings.CutPrefix(line, "▌ "); ok {
			line, selected = rest, true
		}
		if title, _, _ := strings.Cut(line, "  "); title != "" {
			titles = append(titles, title)
		}
	}
	term.Press("esc")
	return titles, selected
}

func TestPaletteFindsSynonyms(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startWith(t, func(o *shell.Options) { o.Settings = newSettingsFile().settings() })
		for typed, want := range map[string]string{
			"resend": "send again", "again": "send again", "delete": "revoke", "remove": "revoke", "logout": "sign out", "log out": "sign out",
			"exit": "quit", "quit": "quit", "search": "filter", "find": "filter", "theme": "theme", "dark": "background", "light": "background",
			"settings": "theme", "preferences": "theme", "rev": "revoke", "REVOKE": "revoke", "copy link": "copy link to event",
			"mouse": "mouse", "bell": "notify", "keys": "help", "room": "rooms",
		} {
			titles, selected := found(term, typed)
			if len(titles) == 0 || titles[0] != want || !selected {
				t.Errorf("%s: %q, selected: %v; want %s", typed, titles, selected, want)
			}
		}
		if titles, _ := found(term, "settings"); len(titles) != 5 {
			t.Errorf("the settings are %q", titles)
		}
	})
}

func TestPaletteShowsNoBadMatch(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		for _, typed := range []string{"zzz", "rvk", "xq", "revoke zzz", "voke it"} {
			if titles, selected := found(term, typed); selected || len(titles) != 1 || titles[0] != "No action matches." {
				t.Errorf("%s: %q", typed, titles)
			}
		}
	})
}

// Enter does nothing unless an entry is selected. No entry is selected before the user
// types, or if the match assumes a typing error.
func TestPaletteRunsOnlyWhatIsSelected(t *testing.T) {
	for _, typed := range []string{"", "revoek", "zzz"} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.compilers, "lin@kernel.example")
			term := n.startAsAda(t, 80, 24)
			term.Press(":")
			term.Send(typed)
			before := term.Screen()
			term.Press("enter")
			if term.Screen() != before {
				t.Errorf("%q ran something:\n%s", typed, term.Screen())
			}
			if typed == "revoek" {
				term.Press("down", "enter")
				shows(t, term, "Revoke the invite of l...@ker...?")
			}
		})
	}
}

func TestPaletteAsksBeforeItDoesHarm(t *testing.T) {
	for typed, question := range map[string]string{"delete": "Revoke the invite of l...@ker...?", "logout": "Sign out?"} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.compilers, "lin@kernel.example")
			term := n.startAsAda(t, 80, 24)
			term.Press(":")
			term.Send(typed + "\r")
			shows(t, term, question)
		})
	}
}

func TestEverySynonymIsOfAnAction(t *testing.T) {
	names := map[string]bool{}
	for _, a := range keymap.Actions() {
		names[a.Name] = true
	}
	source, err := os.ReadFile("keymap/synonyms.go")
	if err != nil {
		t.Fatal(err)
	}
	actions, _, _ := strings.Cut(string(source), `case "theme"`)
	for _, m := range regexp.MustCompile(`case (.*):`).FindAllStringSubmatch(actions, -1) {
		for name := range strings.SplitSeq(m[1], ", ") {
			if !names[strings.Trim(name, `"`)] {
				t.Errorf("there is no action %s", name)
			}
		}
	}
}

func TestPaletteSaysWhyNot(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		if _, err := n.InviteByEmail(n.plan9, n.ken, "lin@kernel.example"); err != nil {
			t.Fatal(err)
		}
		term := n.startAsAda(t, 80, 24)
		term.Press(":")
		term.Send("revoke")
		term.Golden("no power")
		term.Press("enter")
		if !strings.Contains(term.Screen(), "your power level in") {
			t.Errorf("the palette is gone:\n%s", term.Screen())
		}
	})
}

// The keys that the palette sends are not typed into a field.
func TestPaletteTypesNothing(t *testing.T) {
	for _, page := range []string{"i", "a", "/"} {
		for at := range 4 {
			inWorld(t, func(t *testing.T, n *testWorld) {
				n.invite(t, n.compilers, "lin@kernel.example")
				term := n.startAsAda(t, 80, 24)
				term.Press(page, "ctrl+p")
				for range at {
					term.Press("down")
				}
				term.Press("enter")
				if at == 0 {
					term.Press("esc") // no entry is selected
				}
				if screen := term.Screen(); strings.Contains(screen, "action ") || strings.Contains(screen, "type to find an action") {
					t.Errorf("%s, %d: %s", page, at, screen)
				}
			})
		}
	}
}

func TestChosenKeys(t *testing.T) {
	k := keymap.New(map[string][]string{"revoke": {"delete", "x"}, "up": {"w"}})
	if got := k.Revoke.Help().Key + " " + k.Up.Help().Key + " " + k.Down.Help().Key; got != "delete w ↓/j" {
		t.Error(got)
	}
	for name, c := range map[string]struct {
		chosen map[string][]string
		of     string
		want   string
	}{
		"fine":              {map[string][]string{"revoke": {"delete", "x"}}, "revoke", ""},
		"swapped":           {map[string][]string{"revoke": {"u"}, "undo": {"x"}}, "revoke", ""},
		"unknown action":    {map[string][]string{"revok": {"x"}}, "revok", "there is no action with this name"},
		"unknown key":       {map[string][]string{"revoke": {"hyper"}}, "revoke", `there is no key "hyper"`},
		"same page":         {map[string][]string{"revoke": {"i"}}, "revoke", `"i" is the key of invite on the same page`},
		"another page":      {map[string][]string{"revoke": {"w"}}, "revoke", ""},
		"letter in a form":  {map[string][]string{"back": {"b"}}, "back", `"b" is needed to type text`},
		"the way out":       {map[string][]string{"sort": {"ctrl+c"}}, "sort", "ctrl+c always quits"},
		"as it is":          {map[string][]string{"clear": {"esc"}}, "clear", ""},
		"both chosen alike": {map[string][]string{"sort": {"w"}, "filter": {"w"}}, "sort", `"w" is the key of filter on the same page`},
	} {
		if got := keymap.Check(c.chosen)[c.of]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if wrong := keymap.Check(nil); len(wrong) > 0 {
		t.Error(wrong)
	}
	for _, a := range keymap.Actions() {
		if wrong := keymap.Check(map[string][]string{a.Name: a.Keys}); len(wrong) > 0 {
			t.Error(wrong)
		}
	}
}
