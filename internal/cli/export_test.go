package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/internal/sandbox"
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
			path, err := exportInvites(account, dir, tt.format, invites)
			if err != nil || path != filepath.Join(dir, tt.want) {
				t.Errorf("%s, %v; want %s", path, err, tt.want)
			}
		}
		data, err := os.ReadFile(filepath.Join(dir, "invites-ops.csv"))
		if err != nil || !strings.Contains(string(data), ",anna@bell.example,pending,") {
			t.Errorf("%s, %v", data, err)
		}
	})
}
