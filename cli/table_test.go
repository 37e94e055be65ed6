package cli

import (
	"bytes"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"

	"github.com/mxinvite/mxinvite/config"
)

func people() *table {
	t := &table{columns: []column{{"NAME", true}, {"EMPTY", true}, {"STATUS", false}, {"ADDRESS", true}}}
	t.add(text("Grace"), text(""), statusCell(finding{invite: invite.Invite{Status: invite.Joined}, certain: true}), text("grace@navy.example"))
	t.add(text("Éva\x1b[31m"), text(""), statusCell(finding{invite: invite.Invite{Status: invite.Pending}, certain: true}), text("日本語\t@unicode.example"))
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
			a := &app{World: World{Out: &out, OutTTY: true, Width: tt.width}, settings: config.Settings{Color: config.ColorNever}}
			if err := a.writeTable(people()); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Join(tt.want, "\n")+"\n", out.String()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestFirstColumnYieldsLast(t *testing.T) {
	rows := &table{columns: []column{{"INVITED", true}, {"ROOM", true}, {"BY", true}, {"WARNINGS", true}}}
	rows.add(text("grace.hopper@navy.example"), text("#compilers:navy.example"), text("@mallory:elsewhere.example"), text("insecure-url, duplicate"))
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

func TestColorChangesNoLetter(t *testing.T) {
	var colored, bare bytes.Buffer
	people().align(&colored, 80, inks{good: lipgloss.NewStyle().Bold(true)})
	people().align(&bare, 80, nil)
	if colored.String() == bare.String() || ansi.Strip(colored.String()) != bare.String() {
		t.Errorf("%q\n%q", colored.String(), bare.String())
	}
}

func TestScriptGetsAllOfEverything(t *testing.T) {
	var out bytes.Buffer
	a := &app{World: World{Out: &out, Width: 10}}
	if err := a.writeTable(people()); err != nil {
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
	want := map[tokenKey]string{
		{"!a:hs", "abcdefghij"}: "abcdefgh",
		{"!a:hs", "abcdefgzzz"}: "abcdefgz",
		{"!a:hs", "abcdefg"}:    "abcdefg",
		{"!a:hs", "xyz"}:        "xyz",
		{"!a:hs", ""}:           "",
		{"!a:hs", "ääääää"}:     "äää",
		{"!b:hs", "abcdefghij"}: "abcdef",
	}
	if d := cmp.Diff(want, shortTokens(invites)); d != "" {
		t.Error(d)
	}
}

func TestOwnServerNeedsNoMention(t *testing.T) {
	const me id.UserID = "@ada:example.org"
	for user, want := range map[id.UserID]string{
		"@ken:example.org": "@ken", "@ken:elsewhere.example": "@ken:elsewhere.example", "": "", "garbage": "garbage",
	} {
		if c := userCell(user, me); c.shown != want || c.exact != string(user) {
			t.Errorf("%q is %v", user, c)
		}
	}
}

func TestTokensAreWholeWhereThereIsRoom(t *testing.T) {
	rows := &table{columns: []column{{"INVITED", true}, {"TOKEN", false}, {"WARNINGS", true}}}
	rows.add(text("grace@navy.example"), cell{shown: "kPzQxW", exact: "kPzQxWabcdefghijklmnopqrstuvwxyz", call: true}, text("duplicate"))
	for width, want := range map[int]string{
		63: "grace@navy.example  kPzQxWabcdefghijklmnopqrstuvwxyz  duplicate",
		62: "grace@navy.example  kPzQxW  duplicate",
		0:  "grace@navy.example  kPzQxW  duplicate", // the width is not known
	} {
		var out bytes.Buffer
		rows.align(&out, width, nil)
		if _, row, _ := strings.Cut(out.String(), "\n"); row != want+"\n" {
			t.Errorf("in %d cells:\n%s\nnot\n%s", width, row, want)
		}
	}
}
