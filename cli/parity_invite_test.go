package cli

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui"
	"github.com/mxinvite/mxinvite/ui/shell"
)

const (
	mayDo     = "allowed"
	mayIfSure = "allowed if the user confirms it" // or with --again
	parityFor = "lin@kernel.example"              // the invitee of every invite
)

// parityCases returns invites of every status and kind. Each function creates one
// in an empty world, and returns its room and token.
func parityCases() map[string]func(*testAccount) (room, token string) {
	put := func(v *testAccount, room, sender string, content map[string]any) (string, string) {
		_, err := v.PlantState(room, sender, invite.TypeThirdPartyInvite, "token", content)
		v.must(err)
		return room, "token"
	}
	content := map[string]any{"display_name": "l...@ker...", "public_key": "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}
	revoke := func(v *testAccount, token string) {
		_, err := v.PlantState(v.room, v.ada, invite.TypeThirdPartyInvite, token, map[string]any{})
		v.must(err)
	}
	accept := func(v *testAccount) (user, token string) {
		token, user = v.invite(parityFor), v.AddUser("lin", password, "Lin")
		v.must(v.Bind(parityFor, user))
		return user, token
	}
	return map[string]func(*testAccount) (room, token string){
		"pending":           func(v *testAccount) (string, string) { return v.room, v.invite(parityFor) },
		"of another sender": func(v *testAccount) (string, string) { return put(v, v.room, v.grace, content) },
		"malformed": func(v *testAccount) (string, string) {
			return put(v, v.room, v.grace, map[string]any{"display_name": "l...@ker...", "public_key": "none"})
		},
		"revoked": func(v *testAccount) (string, string) {
			token := v.invite(parityFor)
			revoke(v, token)
			return v.room, token
		},
		"revoked after it was accepted": func(v *testAccount) (string, string) {
			_, token := accept(v)
			revoke(v, token)
			return v.room, token
		},
		"invited": func(v *testAccount) (string, string) {
			_, token := accept(v)
			return v.room, token
		},
		"joined": func(v *testAccount) (string, string) {
			user, token := accept(v)
			v.must(v.Join(v.room, user))
			return v.room, token
		},
		"left": func(v *testAccount) (string, string) {
			user, token := accept(v)
			v.must(v.Join(v.room, user))
			v.must(v.Leave(v.room, user))
			return v.room, token
		},
		"duplicate": func(v *testAccount) (string, string) {
			v.invite(parityFor)
			time.Sleep(time.Hour)
			return v.room, v.invite(parityFor)
		},
		"without power": func(v *testAccount) (string, string) {
			room := v.CreateRoom(v.grace, sandbox.RoomOptions{Name: "Board", Preset: "public_chat", Members: []string{v.ada}})
			return put(v, room, v.grace, content)
		},
	}
}

// answers returns whether a command would change an invite: mayDo, mayIfSure, or
// the reason why not.
func (v *testAccount) answers(args ...string) string {
	v.t.Helper()
	v.out.take()
	Run(v.t.Context(), v.w, append(args, "--dry-run", "--json"))
	said := v.err.take()
	var results []struct {
		Outcome out.Outcome `json:"outcome"`
		Error   string      `json:"error"`
	}
	if json.Unmarshal([]byte(v.out.take()), &results) != nil || len(results) != 1 {
		reason, _, _ := strings.Cut(strings.TrimPrefix(said, "mxinvite: "), "\n")
		return reason
	}
	switch r := results[0]; {
	case r.Outcome == out.Planned:
		return mayDo
	case strings.Contains(r.Error, "may have an invite already"):
		return mayIfSure
	default:
		return r.Error
	}
}

// shownToAda opens the screen for Ada, signed in on another device, with the cursor
// on her newest invite.
func (v *testAccount) shownToAda() *termtest.Terminal { return v.shownIn(200, 50) }

// shownIn is shownToAda in a terminal of this size.
func (v *testAccount) shownIn(width, height int) *termtest.Terminal {
	v.t.Helper()
	s, err := store.OpenMemory(v.t.Context())
	v.must(err)
	v.t.Cleanup(func() { s.Close() })
	// The age is the default of the setting invites.stale_after.
	opt := client.Options{Transport: v.World, KeyTransport: v.World, Now: time.Now, Store: s, StaleAfter: 90 * day}
	hs, err := discovery.Find(v.t.Context(), opt.Transport, v.ada)
	v.must(err)
	account, err := login.WithPassword(v.t.Context(), opt, hs, v.ada, v.password)
	v.must(err)
	term := termtest.Run(v.t, width, height, func(ctx context.Context) tea.Model {
		return ui.New(ctx, shell.Options{Client: opt, Account: account})
	})
	term.Wait(time.Second)
	return term
}

// agree fails if the screen does not show what the command answered.
func agree(t *testing.T, answer, screen string, shows map[string]string) {
	t.Helper()
	want, ok := shows[answer]
	if !ok {
		want = answer[:min(len(answer), 50)] // a reason; cards wrap it
	}
	if answer == "" || !strings.Contains(strings.ToLower(screen), strings.ToLower(want)) {
		t.Errorf("the command answers %q, the screen:\n%s", answer, screen)
	}
}

func TestScreenAndCommandAgreeOnRevoking(t *testing.T) {
	for name, make := range parityCases() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				room, token := make(v)
				term := v.shownToAda()
				term.Press("x")
				agree(t, v.answers("revoke", room, token), term.Screen(), map[string]string{mayDo: "Revoke the invite of"})
			})
		})
	}
}

func TestScreenAndCommandAgreeOnSendingAgain(t *testing.T) {
	for name, make := range parityCases() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				room, token := make(v)
				answer := v.answers("resend", room, token, "--to", parityFor)
				term := v.shownToAda()
				term.Press("e")
				if strings.Contains(term.Screen(), "address of the old invite") {
					term.Send(parityFor + "\r")
				}
				agree(t, answer, term.Screen(), map[string]string{mayDo: "Invited lin@kernel.example to Ops", mayIfSure: "Another invite to Ops is pending"})
			})
		})
	}
}
