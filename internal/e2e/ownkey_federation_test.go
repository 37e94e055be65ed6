//go:build e2e

package e2e

import (
	"errors"
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
