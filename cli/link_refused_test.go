package cli

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// What cannot work is said in a sentence, with what the user can do, and no secret.
func TestRefusedLinks(t *testing.T) {
	const statePath = "/_matrix/client/v3/rooms/*/state/m.room.third_party_invite/*"
	software := func(v *testAccount, name string) {
		v.Inject(sandbox.Fault{Path: "/_matrix/federation/v1/version", Status: 200, Body: `{"server":{"name":"` + name + `"}}`})
	}
	for name, tt := range map[string]struct {
		make func(v *testAccount) []string // prepares the world, and returns the command that makes a link
		code int
		says []string
	}{
		"power level": {func(v *testAccount) []string {
			v.CreateRoom(v.grace, sandbox.RoomOptions{Name: "Quiet", Alias: "quiet", Preset: "public_chat", Members: []string{v.ada}})
			return []string{"link", "quiet", "Ken"}
		}, exit.NotAllowed, []string{"your power level in Quiet is 0, and inviting needs 50", "raise your power level to 50"}},
		"power level of the homeserver": {func(v *testAccount) []string {
			v.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"You don't have permission to post that to the room"}`})
			return []string{"link", "ops", "Ken"}
		}, exit.Error, []string{"make a link for Ken", "You don't have permission to post that to the room"}},
		"tuwunel": {func(v *testAccount) []string {
			software(v, "tuwunel")
			return []string{"link", "ops", "Ken"}
		}, exit.Error, []string{"example.org runs tuwunel, through which links cannot be accepted", "Invite people by their Matrix IDs instead."}},
		"Dendrite": {func(v *testAccount) []string {
			software(v, "Dendrite")
			return []string{"link", "ops", "Ken"}
		}, exit.OK, []string{"Ops: Only users of example.org can accept the links: it runs Dendrite."}},
		"not federated": {func(v *testAccount) []string {
			v.CreateRoom(v.ada, sandbox.RoomOptions{Name: "Local", Alias: "local", Local: true})
			return []string{"link", "local", "Ken"}
		}, exit.OK, []string{"Local: Only users of example.org can accept the links: the room is not federated."}},
		"version 12": {func(v *testAccount) []string {
			v.CreateRoom(v.ada, sandbox.RoomOptions{Name: "Twelve", Alias: "twelve", RoomVersion: "12"})
			return []string{"link", "twelve", "Ken", "--dry-run"}
		}, exit.OK, []string{"Users of a Dendrite homeserver cannot accept the links: the room has version 12."}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				_, said := v.run(tt.code, tt.make(v)...)
				checkSays(t, said, tt.says...)
			})
		})
	}
}

func TestRefusedAcceptances(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(v *testAccount, link, token string) string // returns the link to accept
		code   int
		says   []string
	}{
		"unknown format": {func(*testAccount, string, string) string { return "https://invite.example.org/ops?key=1" }, exit.Usage, []string{"link"}},
		"revoked": {func(v *testAccount, link, token string) string {
			v.run(exit.OK, "revoke", "ops", token, "--yes")
			return link
		}, exit.NotAllowed, []string{"revoked"}},
		"a member": {func(v *testAccount, link, _ string) string {
			v.must(v.Invite(v.room, v.ada, v.grace))
			v.must(v.Join(v.room, v.grace))
			return link
		}, exit.Error, []string{"you are in this room already"}},
		"banned": {func(v *testAccount, link, _ string) string {
			v.must(v.Ban(v.room, v.ada, v.grace))
			return link
		}, exit.NotAllowed, []string{"banned"}},
		"other key": {func(_ *testAccount, link, _ string) string {
			before, _, _ := strings.Cut(link, "private_key=")
			return before + "private_key=Q8Aw7dc_yqwi0f1Kglj7fWcxMohUYpx40lIOxC82f6Q"
		}, exit.NotAllowed, []string{"invite"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				link, token := v.link()
				said := v.accept(v.grace, tt.change(v, link, token), tt.code)
				checkSays(t, said, tt.says...)
			})
		})
	}
}

// checkSays checks that a message contains texts, and not a private key.
func checkSays(t *testing.T, said string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("no %q in\n%s", text, said)
		}
	}
	if strings.Contains(said, "private_key") {
		t.Errorf("the private key is in\n%s", said)
	}
}
