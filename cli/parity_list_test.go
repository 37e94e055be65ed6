package cli

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/wording"
)

// A listed invite is a row of a list: the columns that both faces show.
type listed struct{ Status, Key, By, Sent, Fault string }

// rowsBelow returns the rows of a list below the line with the titles of its
// columns, cut at the titles.
func rowsBelow(list string, titles ...string) []map[string]string {
	var starts []int
	var rows []map[string]string
	for line := range strings.Lines(list) {
		line = strings.TrimRight(line, "\n")
		if starts == nil && strings.Contains(line, "INVITED") && strings.Contains(line, "STATUS") {
			for _, title := range titles {
				before, _, _ := strings.Cut(line, title)
				starts = append(starts, ansi.StringWidth(before))
			}
			continue
		}
		if starts == nil {
			continue
		}
		row := map[string]string{}
		for n, title := range titles[:len(titles)-1] {
			row[title] = strings.TrimSpace(ansi.Cut(line, starts[n], starts[n+1]))
		}
		row[titles[len(titles)-1]] = strings.TrimSpace(ansi.Cut(line, starts[len(starts)-1], ansi.StringWidth(line)))
		rows = append(rows, row)
	}
	return rows
}

// shortFaults maps the words of commands for faults to the short words of the
// screen.
func shortFaults() map[string]string {
	short := map[string]string{}
	for _, w := range invite.Warnings() {
		short[wording.Warning(w).Word] = wording.Warning(w).Short
	}
	for _, t := range wording.Faults(invite.Invite{Status: invite.Pending}, invite.Refused, nil) {
		short[t.Word] = t.Short
	}
	return short
}

// listedByCommand returns the rows of list.
func (v *testAccount) listedByCommand() []listed {
	v.t.Helper()
	v.w.OutTTY, v.w.Width = true, 220
	defer func() { v.w.OutTTY = false }()
	list, _ := v.run(exit.OK, "list", "--check", "--no-color")
	var all []listed
	for _, row := range rowsBelow(list, "STATUS", "KEY", "BY", "SENT", "TOKEN", "WARNINGS") {
		fault, _, _ := strings.Cut(row["WARNINGS"], ", ")
		r := listed{row["STATUS"], row["KEY"], row["BY"], row["SENT"], ""}
		if fault != "" {
			short, known := shortFaults()[fault]
			if !known {
				v.t.Errorf("no word of the screen for %q", fault)
			}
			r.Fault = "!" + short
		}
		all = append(all, r)
	}
	return all
}

// listedOnScreen returns the rows of the screen's list.
func listedOnScreen(screen string) []listed {
	var all []listed
	for _, row := range rowsBelow(screen, "STATUS", "KEY", " BY", "SENT", "│") {
		status, fault, faulty := strings.Cut(row["STATUS"], " !")
		if faulty {
			fault = "!" + fault
		}
		if r := (listed{status, row["KEY"], row[" BY"], strings.TrimPrefix(row["SENT"], "↓"), fault}); r != (listed{}) && row["KEY"] != "│" && strings.Contains(status, " ") {
			all = append(all, r)
		}
	}
	return all
}

// The list of the demo has the same statuses, keys, senders, ages and faults on the
// screen and in list, and as many invites that need a look.
func TestListIsTheSameOnTheScreenAndInCommands(t *testing.T) {
	inDemoOnBothFaces(t, func(t *testing.T, v *testAccount) {
		screen := v.shownIn(220, 70).Screen()
		commands, onScreen := v.listedByCommand(), listedOnScreen(screen)
		if d := cmp.Diff(commands, onScreen); d != "" || len(commands) < 40 {
			t.Errorf("%d rows; the command (-) and the screen (+) differ:\n%s\n%s", len(commands), d, screen)
		}
		looks, _ := v.run(exit.OK, "list", "--check", "--needs-look")
		if want := fmt.Sprintf("! %d need a look", strings.Count(looks, "\n")); !strings.Contains(screen, want) {
			t.Errorf("list --needs-look lists %q, the screen:\n%s", looks, screen)
		}
	})
}

// inDemoOnBothFaces runs a test on the servers of the demo, where commands are signed in.
func inDemoOnBothFaces(t *testing.T, test func(*testing.T, *testAccount)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(t, newTestAccountIn(t, sandbox.Demo(sandbox.Options{Now: time.Now}), "@"+sandbox.DemoUser+":example.org", sandbox.DemoPassword))
	})
}

// termAtEnd finds a term at the end of a line: a glyph and words.
var termAtEnd = regexp.MustCompile(`(?m)(?:^|  )([◔◑●○✓✗!?·] \S.*)$`)

// termsInDetails returns the first letters of all terms before the token.
func termsInDetails(details string) []string {
	details, _, _ = strings.Cut(details, "Token  ")
	var all []string
	for _, found := range termAtEnd.FindAllStringSubmatch(details, -1) {
		all = append(all, strings.TrimSpace(ansi.Truncate(found[1], 60, "")))
	}
	return all
}

// The page of every invite of the demo and show use the same words for its status,
// verdict, checks, warnings, keys and proof.
func TestDetailsAreTheSameOnTheScreenAndInCommands(t *testing.T) {
	inDemoOnBothFaces(t, func(t *testing.T, v *testAccount) {
		out, _ := v.run(exit.OK, "list", "--json")
		var invites []struct {
			RoomID string `json:"room_id"`
			Token  string `json:"token"`
		}
		v.must(json.Unmarshal([]byte(out), &invites))
		v.w.OutTTY, v.w.Width = true, 220
		term := v.shownIn(220, 100)
		for _, i := range invites {
			shown, _ := v.run(exit.OK, "show", "--check", "--no-color", "--", i.RoomID, i.Token)
			term.Press("enter")
			screen := term.Screen()
			_, screen, _ = strings.Cut(screen, "● live") // the first line
			words := termsInDetails(shown)
			if d := cmp.Diff(words, termsInDetails(screen)); d != "" || len(words) == 0 {
				t.Errorf("show (-) and the screen (+) differ:\n%s\n%s\n%s", d, shown, screen)
			}
			term.Press("esc", "down")
		}
	})
}
