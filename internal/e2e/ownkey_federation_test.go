//go:build e2e

package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A scenario with two homeservers does not run on the sandbox, which is one.

// on returns the world of a real homeserver.
func on(t *testing.T, name string) world {
	t.Helper()
	for _, s := range sides {
		if s.name == name {
			w := s.enter(t)
			w.Watch(t)
			return w
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

// secondSynapse starts another Synapse.
func secondSynapse(t *testing.T) world {
	t.Helper()
	first := on(t, "synapse").(*realWorld)
	installed, err := filepath.Abs(os.Getenv("MXINVITE_E2E"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := newSynapse(t.TempDir(), installed, first.authority, first.sydent.front)
	if err == nil {
		err = second.start(t.Context(), unlimited)
	}
	if second != nil && second.process != nil {
		t.Cleanup(func() { _ = second.stop() })
	}
	if err != nil {
		t.Fatal(err)
	}
	return &realWorld{servers: first.servers, name: first.name, homeserver: second}
}

// docs/links.md has the same table.
func TestOwnKeyLinkToAnotherSynapse(t *testing.T) {
	to := secondSynapse(t)
	for _, version := range []string{"6", "10", "12"} {
		from := on(t, "synapse")
		room := newPerson(t, from, "ada").createRoom(object{"room_version": version})
		o := newOutbox(t, from, room)
		l := o.sendLink("link 1")
		grace := newPerson(t, to, "grace")
		got, err := openLink(t, grace.visitor(), l)
		if err != nil || got.Homeserver != from.ServerName() {
			t.Fatalf("version %s: %v, %+v", version, err, got)
		}
		o.checkJoined(l, grace)

		revoked := o.sendLink("link 2")
		if err := o.Revoke(t.Context(), revoked.RoomID, revoked.Token); err != nil {
			t.Fatal(err)
		}
		_, err = openLink(t, newPerson(t, to, "ken").visitor(), revoked)
		checkNotInvited(t, to, "revoked, version "+version, err)
	}
}

// docs/links.md has the same table.
func TestOwnKeyLinkOverFederation(t *testing.T) {
	for _, c := range []struct {
		sender, invitee, version string
		joins                    bool
	}{
		{"synapse", "dendrite", "10", true},
		{"synapse", "dendrite", "12", false}, // Dendrite refuses the event ID of the invite
		{"dendrite", "synapse", "10", false}, // by onbind Dendrite invites only its own users
	} {
		t.Run(c.sender+" to "+c.invitee+", version "+c.version, func(t *testing.T) {
			from, to := on(t, c.sender), on(t, c.invitee)
			room := newPerson(t, from, "ada").createRoom(object{"room_version": c.version})
			o := newOutbox(t, from, room)
			l := o.sendLink("link 1")
			grace := newPerson(t, to, "grace")
			got, err := openLink(t, grace.visitor(), l)
			if c.joins {
				if err != nil || got.Homeserver != from.ServerName() {
					t.Fatalf("%v, %+v", err, got)
				}
				o.checkJoined(l, grace)
				return
			}
			both, ok := errors.AsType[*client.NotInvitedError](err)
			if !ok || both.Homeserver != from.ServerName() || client.Hint(err) != client.HintAskSender {
				t.Errorf("the error does not name the sender's homeserver: %v", err)
			}
			checkStatus(t, from, o.Account, room, l.Token, string(invite.Pending))
		})
	}
}
