package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// inDemo runs a test in the demo, which has as much data as a real account.
func inDemo(t *testing.T, width, height int, f func(t *testing.T, n *testWorld, term *termtest.Terminal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()
		w := sandbox.Demo(sandbox.Options{Now: time.Now})
		n := &testWorld{World: w, t: t, ada: "@" + sandbox.DemoUser + ":" + w.Domain()}
		f(t, n, n.withMouse(t, width, height))
	})
}

// line returns a line of the screen, counted from 0.
func line(term *termtest.Terminal, n int) string {
	return strings.Split(term.Screen(), "\n")[n]
}

func TestFilterSaysWhatItDoesNotUnderstand(t *testing.T) {
	inDemo(t, 80, 24, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("/")
		for typed, want := range map[string]string{
			"stat:":            `! no operator "stat"; did you mean status:?`,
			"stauts:pending":   `! no operator "stauts"; did you mean status:?`,
			"colour:red":       `! no operator "colour"`,
			"older:3x":         `! "3x" is not an age such as 90s, 12h, 30d, 4w, 6mo, 1y or 1d12h`,
			"older:3":          `! "3" is not an age such as 90s`,
			"newer:12h1d":      `! "12h1d" is not an age such as 90s`,
			"status:pnd":       `! no status begins with "pnd": pending invited joined left banned revoked`,
			"warn:x":           `! no warning begins with "x": replaced duplicate`,
			"room:#nosuchroom": `! no room matches "#nosuchroom"`,
			"-older:soon ada":  `! "soon" is not an age`,
		} {
			term.Press("ctrl+u")
			term.Send(typed)
			if got := line(term, 3); !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q", typed, got, want)
			}
			shows(t, term, "0 of 45") // no row matches, so nothing is revoked by mistake
		}
		for _, typed := range []string{"status:", "st", "older:3d", "newer:90s", "older:1d12h", "room:#o", "@ada:example.org", "id.example.org:8448", `"a:b"`} {
			term.Press("ctrl+u")
			term.Send(typed)
			if got := line(term, 3); strings.Contains(got, "!") {
				t.Errorf("%s: %q", typed, got)
			}
		}
		term.Press("ctrl+u")
		term.Send("older:3x\r")
		shows(t, term, `"3x" is not an age`) // also after the user has left the input line
	})
}

func TestFilterIsCompleted(t *testing.T) {
	inDemo(t, 120, 32, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("/")
		for _, step := range []struct {
			typed string
			keys  []string
			want  string
		}{
			{"", []string{"tab"}, "status:"},
			{"", []string{"tab", "tab"}, "status:pending"},
			{"", []string{"tab", "tab", "tab"}, "status:invited"},
			{"", []string{"tab", "tab", "tab", "shift+tab"}, "status:pending"},
			{"-st", []string{"tab", "tab"}, "-status:pending"},
			{"by:", []string{"tab"}, "by:me"},
			{"by:gr", []string{"tab"}, "by:@grace"},
			{"room:comp", []string{"tab"}, "room:#compilers"},
			{"older:30", []string{"tab", "tab"}, "older:30d"},
			{"older:", []string{"tab", "tab"}, "older:30d"},
			{"room:9", []string{"tab"}, "room:#plan9"},
			{"status:pending warn:du", []string{"tab"}, "status:pending warn:duplicate"},
			{"verdict:r", []string{"tab"}, "verdict:refused"},
			{"key:un", []string{"tab", "tab"}, "key:unchecked"},
			{"stauts:pending", []string{"tab"}, "status:pending"},
			{"stat:p", []string{"tab", "tab"}, "status:pending"},
		} {
			term.Press("ctrl+u")
			term.Send(step.typed)
			term.Press(step.keys...)
			if got := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line(term, 2)), "▌ Filter")); got != step.want {
				t.Errorf("%q and %q: %q, want %q", step.typed, step.keys, got, step.want)
			}
		}
		term.Press("ctrl+u")
		term.Send("by:")
		term.Golden("offered")
		click(t, term, "by:@mallory")
		shows(t, term, "▌ Filter      by:@mallory")
		shows(t, term, "2 of 45")
	})
}

// A search finds text as the list shows it.
func TestFilterKnowsShortWarnings(t *testing.T) {
	inDemo(t, 120, 32, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("/")
		for _, word := range []string{"dup", "over", "leak", "http"} {
			term.Press("ctrl+u")
			term.Send("warn:" + word)
			for _, row := range strings.Split(term.Screen(), "\n")[5:] {
				if strings.Contains(row, "◔") && !strings.HasPrefix(row, strings.Repeat(" ", 60)) && !strings.Contains(row, "!"+word) {
					t.Errorf("warn:%s: %s", word, row)
				}
			}
			shows(t, term, "!"+word)
		}
	})
}

func TestFilterFinds(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		reading := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Reading group", Preset: "private_chat"})
		group := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Group reading", Alias: "ops-team", Preset: "private_chat"})
		n.invite(t, reading, "r@a.example")
		n.invite(t, group, "g@a.example")
		n.invite(t, n.ops, "o@a.example")
		n.invite(t, n.compilers, "c@a.example")
		if _, err := n.InviteByEmail(n.compilers, n.grace, "x@a.example"); err != nil {
			t.Fatal(err)
		}
		term := n.startAsAda(t, 120, 32)
		term.Press("/")
		for typed, want := range map[string]string{
			`room:"reading group"`:     "1 of 5",
			`room:reading`:             "2 of 5",
			`reading group`:            "2 of 5",
			`"reading group"`:          "1 of 5",
			`-"reading group"`:         "4 of 5",
			"room:#ops":                "1 of 5", // #ops-team begins with the same letters
			"room:#op":                 "2 of 5",
			"room:#ops:example.org":    "1 of 5",
			"room:" + group:            "1 of 5",
			"by:me":                    "4 of 5",
			"from:me":                  "4 of 5",
			"by:@grace":                "1 of 5",
			"-by:me":                   "1 of 5",
			"accepted-by:me":           "0 of 5",
			"status:pending":           "5 of 5",
			"STATUS:Pending":           "5 of 5",
			"newer:1d":                 "5 of 5",
			"older:6mo":                "0 of 5",
			"verdict:honoured":         "5 of 5",
			"key:valid -room:#ops":     "4 of 5",
			"older:6mo status:pending": "0 of 5",
		} {
			term.Press("ctrl+u")
			term.Send(typed)
			if got := line(term, 1); !strings.Contains(got, want+" shown") {
				t.Errorf("%s: %q, want %s\n%s", typed, got, want, term.Screen())
			}
		}
	})
}

func TestOperatorsAreListed(t *testing.T) {
	for _, size := range sizes() {
		inDemo(t, size[0], size[1], func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
			term.Press("/")
			term.Send("by:m")
			term.Golden("typed")
			term.Press("?")
			term.Golden("invites")
			var all strings.Builder
			for range 5 {
				all.WriteString(term.Screen())
				term.Press("down")
			}
			seen := all.String()
			for _, o := range newInviteTable(&shell.Shell{Now: time.Now}).operators().Operators {
				if !strings.Contains(seen, o.Example) {
					t.Errorf("%v: no %s", size, o.Example)
				}
			}
			term.Press("esc")
			term.Send("e")
			shows(t, term, "by:me")
		})
	}
}

// At every width, the screen shows the number of invites that need a look, the
// selected tab, and the numbers of shown and marked invites.
func TestCountsAreNeverCut(t *testing.T) {
	inDemo(t, 80, 24, func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
		term.Press("space", "space", "/")
		term.Send("example\r")
		for width := shell.MinWidth; width < 130; width += 7 {
			term.Resize(width, 24)
			for range 9 {
				top, chosen := line(term, 1), false
				for x := range width {
					chosen = chosen || term.Cell(x, 1).Style.Underline != 0
				}
				marked := strings.Contains(top, "2 marked") || strings.Contains(top, "+2")
				if !strings.Contains(top, "! 8") || !strings.Contains(top, "of 45") || !marked || strings.Contains(top, "…") || !chosen {
					t.Errorf("%d columns, the chosen tab is seen: %t: %s", width, chosen, top)
				}
				term.Press("tab")
			}
		}
	})
}

// If the sort column is hidden, the screen shows its name.
func TestSortedColumnIsSeen(t *testing.T) {
	for _, size := range sizes() {
		inDemo(t, size[0], size[1], func(t *testing.T, _ *testWorld, term *termtest.Terminal) {
			for _, want := range []string{"SENT", "INVITED", "ROOM", "STATUS", "KEY", "BY"} {
				head := line(term, 3)
				if narrow := size[0] == 60 && (want == "KEY" || want == "BY"); narrow {
					head, want = line(term, 2), map[string]string{"KEY": "by key", "BY": "by sender"}[want]
				}
				if want == "SENT" {
					want = "↓SENT"
				} else {
					want += " ↑"
				}
				if !strings.Contains(head, want) {
					t.Errorf("%v: not sorted by %s:\n%s", size, want, term.Screen())
				}
				term.Press("s")
			}
		})
	}
}
