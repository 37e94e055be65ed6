package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/serve"
)

func TestInvitesOfTheScreenAreExportedIntoNewFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVigil(t)
		v.sends(exitOK, "anna@bell.example")
		other := v.CreateRoom(v.ada, sandbox.RoomOptions{Name: "../../Ops\x1b[2J"})
		if _, err := v.InviteByEmail(other, v.ada, "boris@bell.example"); err != nil {
			t.Fatal(err)
		}
		a := v.app()
		defer a.close()
		account, err := a.account(t.Context())
		v.must(err)
		dir := t.TempDir()
		t.Chdir(dir)
		for _, tt := range []struct{ room, format, want string }{
			{v.room, formatCSV, "invites-ops.csv"},
			{v.room, formatCSV, "invites-ops-2.csv"},
			{other, formatMarkdown, "invites-ops-2j.md"},
			{"", formatJSON, "invites.json"},
		} {
			invites := account.Invites()
			if tt.room != "" {
				invites = invites[:0]
				for _, i := range account.Invites() {
					if string(i.RoomID) == tt.room {
						invites = append(invites, i)
					}
				}
			}
			got, err := a.exportForScreen(t.Context(), account, tt.format, invites)
			if err != nil || got.Where != filepath.Join(dir, tt.want) {
				t.Errorf("%s, %v; want %s", got.Where, err, tt.want)
			}
		}
		a.Guest = new(serve.Session) // who leaves nothing here
		got, err := a.exportForScreen(t.Context(), account, formatCSV, account.Invites())
		files, _ := os.ReadDir(dir)
		if err != nil || !strings.Contains(got.Text, "anna@bell.example") || got.Where != "" || len(files) != 4 {
			t.Errorf("a visitor got %+v, %v, beside %d files", got, err, len(files))
		}
		a.Guest = nil
		data, err := os.ReadFile(filepath.Join(dir, "invites-ops.csv"))
		if err != nil || !strings.Contains(string(data), ",anna@bell.example,pending,") {
			t.Errorf("%s, %v", data, err)
		}
	})
}
