package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/serve"
	"github.com/mxinvite/mxinvite/ui/shell"
)

func TestScreenExportsToChosenFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.send(exit.OK, "anna@bell.example")
		other := v.CreateRoom(v.ada, sandbox.RoomOptions{Name: "../../Ops\x1b[2J"})
		if _, err := v.InviteByEmail(other, v.ada, "boris@bell.example"); err != nil {
			t.Fatal(err)
		}
		a := v.app()
		defer a.Close()
		account, err := a.Account(t.Context())
		v.must(err)
		home, here := t.TempDir(), t.TempDir()
		a.Env = append(a.Env, "HOME="+home, "XDG_DOWNLOAD_DIR=")
		t.Chdir(here)
		e := a.ScreenExporter()
		for _, tt := range []struct{ room, format, want string }{
			{v.room, out.FormatCSV, "invites-ops.csv"},
			{other, out.FormatMarkdown, "invites-ops-2j.md"},
			{"", out.FormatJSON, "invites.json"},
		} {
			var invites []invite.Invite
			for _, i := range account.Invites() {
				if tt.room == "" || string(i.RoomID) == tt.room {
					invites = append(invites, i)
				}
			}
			path := e.Path(t.Context(), account, tt.format, invites)
			if path != filepath.Join(home, tt.want) {
				t.Errorf("suggests %s, not %s", path, tt.want)
			}
			export := shell.Export{Account: account, Format: tt.format, Path: path, Invites: invites}
			if got, err := e.Write(t.Context(), export); err != nil || got.Path != path || got.Exists {
				t.Errorf("%+v, %v", got, err)
			}
			if got, err := e.Write(t.Context(), export); err != nil || !got.Exists {
				t.Errorf("overwritten: %+v, %v", got, err)
			}
			export.Overwrite = true
			if got, err := e.Write(t.Context(), export); err != nil || got.Exists {
				t.Errorf("not overwritten: %+v, %v", got, err)
			}
		}
		data, err := os.ReadFile(filepath.Join(home, "invites-ops.csv"))
		if err != nil || !strings.Contains(string(data), ",anna@bell.example,pending,") {
			t.Errorf("%s, %v", data, err)
		}
		for typed, want := range map[string]string{"~/a.csv": filepath.Join(home, "a.csv"), "b.csv": filepath.Join(home, "b.csv")} {
			if got := a.TypedPath(typed); got != want {
				t.Errorf("%s is %s", typed, got)
			}
		}
		if files, _ := os.ReadDir(here); len(files) > 0 {
			t.Errorf("in the current directory there are %v", files)
		}
	})
}

func TestVisitorsCopyExports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.send(exit.OK, "anna@bell.example")
		a := v.app()
		defer a.Close()
		account, err := a.Account(t.Context())
		v.must(err)
		a.Guest = new(serve.Session) // visitors can write no files
		defer func() { a.Guest = nil }()
		path := filepath.Join(t.TempDir(), "invites.csv")
		e := a.ScreenExporter()
		got, err := e.Write(t.Context(), shell.Export{Account: account, Format: out.FormatCSV, Path: path, Invites: account.Invites()})
		if err != nil || !strings.Contains(got.Text, "anna@bell.example") || got.Path != "" || e.Path != nil {
			t.Errorf("a visitor got %+v, %v", got, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("a visitor has written a file")
		}
	})
}
