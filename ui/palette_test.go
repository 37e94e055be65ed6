package ui

import (
	"strings"
	"testing"
)

func TestPalette(t *testing.T) {
	for name, size := range map[string][2]int{"60x16": {60, 16}, "80x24": {80, 24}, "120x32": {120, 32}, "200x50": {200, 50}} {
		inTown(t, func(t *testing.T, n *town) {
			n.invite(t, n.compilers, "lin@kernel.example")
			term := n.startAsAda(t, size[0], size[1])
			term.Press(":")
			term.Golden(name)
		})
	}
}

func TestPaletteRunsWhatItFinds(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.invite(t, n.compilers, "lin@kernel.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("ctrl+p")
		term.Send("rvk")
		term.Golden("found")
		term.Press("enter")
		term.Golden("asks")
		term.Press("n", ":")
		term.Send("zzz")
		term.Golden("nothing found")
		term.Press("esc", "/", ":", "ctrl+p")
		term.Golden("while a filter is typed")
		term.Press("enter") // keeps the filter
		if !strings.Contains(term.Screen(), "Filter      :") || strings.Contains(term.Screen(), "action") {
			t.Error(term.Screen())
		}
	})
}

func TestPaletteSaysWhyNot(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		if _, err := n.InviteByEmail(n.plan9, n.ken, "lin@kernel.example"); err != nil {
			t.Fatal(err)
		}
		term := n.startAsAda(t, 80, 24)
		term.Press(":")
		term.Send("revoke")
		term.Golden("no power")
		term.Press("enter")
		if !strings.Contains(term.Screen(), "takes power level") {
			t.Errorf("the palette is gone:\n%s", term.Screen())
		}
	})
}

// What the palette presses is no text: it is typed into no field.
func TestPaletteTypesNothing(t *testing.T) {
	for _, page := range []string{"i", "a", "/"} {
		for at := range 3 {
			inTown(t, func(t *testing.T, n *town) {
				n.invite(t, n.compilers, "lin@kernel.example")
				term := n.startAsAda(t, 80, 24)
				term.Press(page, "ctrl+p")
				for range at {
					term.Press("down")
				}
				term.Press("enter")
				if screen := term.Screen(); strings.Contains(screen, "action ") || strings.Contains(screen, "type to find an action") {
					t.Errorf("%s, %d: %s", page, at, screen)
				}
			})
		}
	}
}

func TestChosenKeys(t *testing.T) {
	k := newKeyMap(map[string][]string{"revoke": {"delete", "x"}, "up": {"w"}})
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
		"unknown action":    {map[string][]string{"revok": {"x"}}, "revok", "there is no action of this name"},
		"unknown key":       {map[string][]string{"revoke": {"hyper"}}, "revoke", `there is no key "hyper"`},
		"same page":         {map[string][]string{"revoke": {"i"}}, "revoke", `"i" does invite on the same page`},
		"another page":      {map[string][]string{"revoke": {"w"}}, "revoke", ""},
		"letter in a form":  {map[string][]string{"back": {"b"}}, "back", `"b" is needed to type it`},
		"the way out":       {map[string][]string{"sort": {"ctrl+c"}}, "sort", "ctrl+c always quits"},
		"as it is":          {map[string][]string{"clear": {"esc"}}, "clear", ""},
		"both chosen alike": {map[string][]string{"sort": {"w"}, "filter": {"w"}}, "sort", `"w" does filter on the same page`},
	} {
		if got := CheckKeys(c.chosen)[c.of]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if wrong := CheckKeys(nil); len(wrong) > 0 {
		t.Error(wrong)
	}
	for _, a := range Actions() {
		if wrong := CheckKeys(map[string][]string{a.Name: a.Keys}); len(wrong) > 0 {
			t.Error(wrong)
		}
	}
}
