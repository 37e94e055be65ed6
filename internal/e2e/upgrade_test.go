package e2e

import (
	"net/http"
	"slices"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// upgrade replaces the room by a new one.
func (r room) upgrade(version string) room {
	r.t.Helper()
	body := r.must(http.MethodPost, r.path("/upgrade"), object{"new_version": version}).Body
	return room{r.person, body["replacement_room"].(string)}
}

// The invites by e-mail stay in the old room, in which fewer users may invite.
func TestUpgradedRoomKeepsItsInvites(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		for _, version := range []string{"10", "11"} {
			old := ada.createRoom(object{"room_version": version})
			old.inviteByEmail(address("grace"))
			next := old.upgrade("11")
			check(t, w, "invites in the old room", len(old.invites()), `1`)
			check(t, w, "invites in the new room", len(next.invites()), `0`)
			tombstone := content(find(old.state(), "m.room.tombstone", ""))
			check(t, w, "the tombstone names the new room", tombstone["replacement_room"] == next.RoomID, `true`)
			predecessor := content(find(next.state(), "m.room.create", ""))["predecessor"].(object)
			check(t, w, "the new room names the old one", predecessor["room_id"] == old.RoomID, `true`)
			check(t, w, "name of the new room", content(find(next.state(), "m.room.name", ""))["name"], `"Compilers"`)
			check(t, w, "level to invite in the old room", content(find(old.state(), "m.room.power_levels", ""))["invite"], `50`)
			check(t, w, "level to invite in the new room", content(find(next.state(), "m.room.power_levels", ""))["invite"], `0`)
		}
	})
}

func TestAccountMovesInvitesAfterAnUpgrade(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		old, to := ada.createRoom(object{"room_version": "10"}), address("grace")
		o := newOutbox(t, w, old)
		o.queue([]client.Plan{mustPlan(t, o.Account, old, to)})
		o.run(nil)
		next := old.upgrade("11")
		refresh(t, w, o.Account)

		from, err := o.Room(id.RoomID(old.RoomID))
		if err != nil {
			t.Fatal(err)
		}
		successor, err := o.SuccessorToInvite(from)
		check(t, w, "the new room is known", err == nil && string(successor.ID) == next.RoomID, `true`)
		pending := o.Invites(from.ID)[0]
		check(t, w, "the invite warns", slices.Contains(pending.Warnings, invite.RoomReplaced), `true`)
		check(t, w, "it can be moved", o.Movable(pending) == nil, `true`)
		_, err = plan(t, o.Account, old, address("lin"))
		check(t, w, "nothing is sent to the old room", client.Hint(err) == client.HintReplaced, `true`)

		who, _ := o.AddressOf(from.ID, pending.Token)
		moved, err := o.Plan(t.Context(), successor.ID, recipients.Invitee{Address: who})
		if err != nil {
			t.Fatal(err)
		}
		o.queue([]client.Plan{moved})
		o.run(nil)
		if err := o.Revoke(t.Context(), from.ID, pending.Token); err != nil {
			t.Error(err)
		}
		check(t, w, "mails", len(w.Mails(t, to, 2)), `2`)
		check(t, w, "invites in the new room", len(next.invites()), `1`)
		check(t, w, "status of the old invite", statusOf(t, w, o.Account, old, pending.Token), `"revoked"`)
	})
}
