package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// Bytes of terminals, in pieces and late, on the home page.
func TestSequencesAreNoCommands(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pause time.Duration
		parts []string
		shows string // nothing changes if it is empty
	}{
		{"Linux console F1", 0, []string{"\x1b[[A"}, "all actions"},
		{"Linux console F2 to F5", 0, []string{"\x1b[[B\x1b[[C\x1b[[D\x1b[[E"}, ""},
		{"an arrow in two pieces", 150 * time.Millisecond, []string{"\x1b", "[A"}, ""},
		{"an arrow after the escape key", 600 * time.Millisecond, []string{"\x1b", "[A"}, ""},
		{"a key with an unknown end", 100 * time.Millisecond, []string{"\x1b[1;2", ";3", "x"}, ""},
		{"a background that is split", 150 * time.Millisecond, []string{"\x1b]11;rgb:1e1e/", "1e1e/1e1e\x1b\\"}, ""},
		{"a background that is late", 600 * time.Millisecond, []string{"\x1b", "]11;rgb:1e1e/1e1e/1e1e\x1b\\"}, ""},
		{"attributes that are split", 150 * time.Millisecond, []string{"\x1b[?62;", "22c\x1b[?2026;2", "$y"}, ""},
		{"text", 0, []string{"xy and Ann\ryes\r"}, "Ignored text that came all at once"},
		{"text in pieces", 10 * time.Millisecond, []string{"Xaver", " E\r", "yes"}, "Ignored text that came all at once"},
	} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.ops, "grace@navy.example")
			term := n.startAsAda(t, 80, 24)
			before := term.Screen()
			term.SendParts(tt.pause, tt.parts...)
			after := term.Screen()
			switch {
			case tt.shows == "" && after != before:
				t.Errorf("%s: the screen has changed:\n%s", tt.name, after)
			case !strings.Contains(after, tt.shows):
				t.Errorf("%s: %q is not shown:\n%s", tt.name, tt.shows, after)
			}
			term.Press("esc")
		})
	}
}

// A list that comes from a terminal without bracketed paste is a list.
func TestUnbracketedPasteIsAList(t *testing.T) {
	for _, parts := range [][]string{
		{"a.one@x.example\rb.two@x.example\rc.three@x.example\r"},
		{"a.one@x.example\nb.two@x.example\nc.three@x.example\n"},
		{"a.one@x.example\r\nb.two@x.example\r\nc.three@x.example\r\n"},
		{"a.one@x.exam", "ple\rb.two@x.example\r", "c.three@x.example\r"},
		{"a.one@x.example\r", "b.two@x.example\r", "c.three@x.example"},
	} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			term := n.startAsAda(t, 80, 24)
			term.Press("i")
			term.Send("oper\r")
			term.SendParts(8*time.Millisecond, parts...)
			shows(t, term, "3 lines pasted")
			if n.Count("POST", lookupPath) > 0 {
				t.Errorf("%q: something left before Enter was pressed", parts)
			}
		})
	}
}

// Over a connection the rest of an arrow may take longer.
func TestSlowConnectionKeepsArrows(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "grace@navy.example")
		account := n.account(t)
		term := termtest.Kind{Far: true}.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Location: time.UTC, Client: n.options(), Account: account})
		})
		term.Wait(time.Second)
		term.Press("enter")
		shows(t, term, "more lines")
		term.SendParts(400*time.Millisecond, "\x1b", "[B")
		shows(t, term, "Invite of gra...@nav...") // Esc would close the page
		term.SendParts(400*time.Millisecond, "\x1b", "[", "A")
		shows(t, term, "Invite of gra...@nav...")
	})
}
