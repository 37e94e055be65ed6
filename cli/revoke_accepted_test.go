package cli

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// link makes a link and returns its address and the invite's token.
func (v *testAccount) link() (url, token string) {
	v.t.Helper()
	written, _ := v.run(exit.OK, "link", "ops", "Grace", "--json")
	var made []struct{ Link, Token string }
	v.must(json.Unmarshal([]byte(written), &made))
	return made[0].Link, made[0].Token
}

// accept accepts a link as another user.
func (v *testAccount) accept(user, link string, code int) (said string) {
	v.t.Helper()
	other := newTestAccountIn(v.t, v.World, user, password)
	other.w.In = strings.NewReader(link)
	_, said = other.run(code, "accept", "-", "--yes")
	return said
}

// revoked returns the number of requests that revoke an invite.
func (v *testAccount) revoked() int {
	count := 0
	for _, r := range v.Requests() {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "m.room.third_party_invite/") && string(r.Body) == "{}" {
			count++
		}
	}
	return count
}

// Each program that runs for a while revokes a link when it is accepted, and a second
// user who has it is refused.
func TestProgramsRevokeAcceptedLinks(t *testing.T) {
	for _, args := range [][]string{
		{"watch"},
		{"outbox", "run", "--watch"},
		{"send", "ops", "--via", "link", "--wait", "one@example.com", "two@example.com", "three@example.com"},
	} {
		t.Run(args[0], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				link, _ := v.link()
				// The command send syncs only before it sends, so it has to wait.
				v.LimitEvents(1/150., 1)
				running := v.startCommand(args...)
				time.Sleep(time.Second)
				v.accept(v.grace, link, exit.OK)
				time.Sleep(20 * time.Minute)
				if n := v.revoked(); n == 0 || n > 2 { // the first may be too early
					t.Errorf("%d requests to revoke", n)
				}
				ken := v.AddUser("ken", password, "Ken")
				if said := v.accept(ken, link, exit.NotAllowed); !strings.Contains(said, "revoked") {
					t.Errorf("said %q", said)
				}
				running.stop()
				<-running.ended
				shown, _ := v.run(exit.OK, "list", "ops", "--json")
				if !strings.Contains(shown, `"status": "joined"`) || !strings.Contains(shown, `"revoked_by": "@ada:example.org"`) {
					t.Errorf("%s", shown)
				}
			})
		})
	}
}

func TestWatchReportsThatAnAcceptedLinkWasRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		link, token := v.link()
		watching := v.startCommand("watch", "--json")
		synctest.Wait()
		v.accept(v.grace, link, exit.OK)
		time.Sleep(time.Minute)
		var got []string
		for line := range strings.Lines(watching.out.take()) {
			var change struct {
				Change string
				Invite struct {
					Token, Status string
					AcceptedBy    string `json:"accepted_by"`
				}
			}
			v.must(json.Unmarshal([]byte(line), &change))
			if change.Invite.Token == token && change.Invite.AcceptedBy == v.grace {
				got = append(got, change.Change)
			}
		}
		if !slices.Contains(got, "joined") || !slices.Contains(got, "revoked") { // a sync may have several of them
			t.Errorf("%v", got)
		}
		watching.stop()
		<-watching.ended
	})
}

func TestSettingKeepsAcceptedLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		v.w.Env = append(v.w.Env, "MXINVITE_INVITES_REVOKE_ACCEPTED=false")
		link, _ := v.link()
		running := v.startCommand("watch")
		v.accept(v.grace, link, exit.OK)
		v.accept(v.AddUser("ken", password, "Ken"), link, exit.OK)
		time.Sleep(time.Minute)
		if v.revoked() != 0 {
			t.Error("revoked")
		}
		running.stop()
		<-running.ended
	})
}

func TestWatchSaysOnceThatALinkCannotBeRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestAccount(t)
		link, _ := v.link()
		v.watch()
		v.err.take()
		v.Inject(sandbox.Fault{Method: "PUT", Path: "/_matrix/client/v3/rooms/*/state/m.room.third_party_invite/*", Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"You don't have permission"}`})
		v.accept(v.grace, link, exit.OK)
		time.Sleep(time.Hour)
		said := v.err.take()
		if strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "A link to Ops was used by @grace:example.org and still works: ") {
			t.Errorf("said %q", said)
		}
		v.stop()
		<-v.ended
	})
}
