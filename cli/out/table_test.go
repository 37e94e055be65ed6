package out

import (
	"bytes"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

func people() *Table {
	t := &Table{Columns: []Column{{Title: "NAME", Yields: true}, {Title: "EMPTY", Yields: true}, {Title: "STATUS"}, {Title: "ADDRESS", Yields: true}}}
	t.Add(Text("Grace"), Text(""), StatusCell(Finding{Invite: invite.Invite{Status: invite.Joined}, Certain: true}), Text("grace@navy.example"))
	t.Add(Text("Éva\x1b[31m"), Text(""), StatusCell(Finding{Invite: invite.Invite{Status: invite.Pending}, Certain: true}), Text("日本語\t@unicode.example"))
	return t
}

func TestTerminalGetsAlignedColumns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		width int
		want  []string
	}{
		{"wide", 80, []string{
			"NAME   STATUS     ADDRESS",
			"Grace  ● joined   grace@navy.example",
			"Éva�   ◔ pending  日本語 @unicode.example",
		}},
		{"narrow", 30, []string{
			"NAME   STATUS     ADDRESS",
			"Grace  ● joined   grace@navy.…",
			"Éva�   ◔ pending  日本語 @uni…",
		}},
		{"too narrow", 5, []string{
			"NAME   STATUS     ADD…",
			"Grace  ● joined   gra…",
			"Éva�   ◔ pending  日…",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			p := &Printer{Streams: Streams{Out: &out, OutTTY: true, Width: tt.width}, Colors: Colors{Never: true}}
			if err := p.WriteTable(people()); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Join(tt.want, "\n")+"\n", out.String()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestFirstColumnShrinksLast(t *testing.T) {
	rows := &Table{Columns: []Column{{Title: "INVITED", Yields: true}, {Title: "ROOM", Yields: true}, {Title: "BY", Yields: true}, {Title: "WARNINGS", Yields: true}}}
	rows.Add(Text("grace.hopper@navy.example"), Text("#compilers:navy.example"), Text("@mallory:elsewhere.example"), Text("insecure-url, duplicate"))
	for width, want := range map[int]string{
		80: "INVITED             ROOM                BY                   WARNINGS",
		42: "INVITED           ROOM    BY      WARNINGS",
		40: "INVITED           ROOM    BY      WARNI…",
		34: "INVITED           ROOM  BY    WAR…",
		30: "INVITED       ROOM  BY    WAR…",
	} {
		var out bytes.Buffer
		rows.align(&out, width, nil)
		if title, _, _ := strings.Cut(out.String(), "\n"); title != want {
			t.Errorf("in %d cells:\n%s\nnot\n%s", width, title, want)
		}
	}
}

func TestColorKeepsText(t *testing.T) {
	var colored, bare bytes.Buffer
	people().align(&colored, 80, inks{Good: lipgloss.NewStyle().Bold(true)})
	people().align(&bare, 80, nil)
	if colored.String() == bare.String() || ansi.Strip(colored.String()) != bare.String() {
		t.Errorf("%q\n%q", colored.String(), bare.String())
	}
}

func TestScriptOutputIsNotTruncated(t *testing.T) {
	var out bytes.Buffer
	p := &Printer{Streams: Streams{Out: &out, Width: 10}}
	if err := p.WriteTable(people()); err != nil {
		t.Fatal(err)
	}
	want := "Grace\t\tjoined\tgrace@navy.example\nÉva�\t\tpending\t日本語 @unicode.example\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

func TestShortTokenTellsInvitesOfARoomApart(t *testing.T) {
	var invites []invite.Invite
	for _, token := range []string{"abcdefghij", "abcdefgzzz", "abcdefg", "xyz", "", "ääääää"} {
		invites = append(invites, invite.Invite{RoomID: "!a:hs", Token: token})
	}
	invites = append(invites, invite.Invite{RoomID: "!b:hs", Token: "abcdefghij"})
	want := map[TokenKey]string{
		{"!a:hs", "abcdefghij"}: "abcdefgh",
		{"!a:hs", "abcdefgzzz"}: "abcdefgz",
		{"!a:hs", "abcdefg"}:    "abcdefg",
		{"!a:hs", "xyz"}:        "xyz",
		{"!a:hs", ""}:           "",
		{"!a:hs", "ääääää"}:     "äää",
		{"!b:hs", "abcdefghij"}: "abcdef",
	}
	if d := cmp.Diff(want, ShortTokens(invites)); d != "" {
		t.Error(d)
	}
}

func TestOwnServerNameIsOmitted(t *testing.T) {
	const me id.UserID = "@ada:example.org"
	for user, want := range map[id.UserID]string{
		"@ken:example.org": "@ken", "@ken:elsewhere.example": "@ken:elsewhere.example", "": "", "garbage": "garbage",
	} {
		if c := UserCell(user, me); c.Shown != want || c.Exact != string(user) {
			t.Errorf("%q is %v", user, c)
		}
	}
}

func TestWideTerminalShowsWholeTokens(t *testing.T) {
	rows := &Table{Columns: []Column{{Title: "INVITED", Yields: true}, {Title: "TOKEN"}, {Title: "WARNINGS", Yields: true}}}
	rows.Add(Text("grace@navy.example"), Cell{Shown: "kPzQxW", Exact: "kPzQxWabcdefghijklmnopqrstuvwxyz", Call: true}, Text("duplicate"))
	for width, want := range map[int]string{
		63: "grace@navy.example  kPzQxWabcdefghijklmnopqrstuvwxyz  duplicate",
		62: "grace@navy.example  kPzQxW  duplicate",
		0:  "grace@navy.example  kPzQxW  duplicate", // the width is unknown
	} {
		var out bytes.Buffer
		rows.align(&out, width, nil)
		if _, row, _ := strings.Cut(out.String(), "\n"); row != want+"\n" {
			t.Errorf("in %d cells:\n%s\nnot\n%s", width, row, want)
		}
	}
}
