package e2e

import (
	"net/http"
	"slices"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// A list of e-mail addresses and Matrix IDs is sent to two rooms, but not to a third,
// in which the account may not invite.
func TestOutboxOfPeopleForSeveralRooms(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, ken := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "ken")
		first, second := ada.createRoom(), ada.createRoom()
		closed := ken.createRoom(object{"power_level_content_override": object{"invite": 100}})
		closed.inviteAndJoin(ada)
		second.inviteAndJoin(grace)
		bound, mailed := address("ken"), address("mailed")
		w.Bind(t, bound, ken.ID, ken.token)

		o := newOutbox(t, w, first)
		var people []recipients.Invitee
		list := mailed + ", " + bound + ", " + ken.ID + "\nGrace <https://matrix.to/#/" + grace.ID + ">"
		for _, r := range recipients.Parse(list).Recipients {
			people = append(people, r.Invitee)
		}
		check(t, w, "people", len(people), `4`)
		rooms := []id.RoomID{id.RoomID(first.RoomID), id.RoomID(second.RoomID), id.RoomID(closed.RoomID)}
		plans, err := o.PlanAll(t.Context(), client.ByIdentityServer, rooms, people, nil)
		if err != nil {
			t.Fatal(err)
		}
		plans = slices.DeleteFunc(plans, func(p client.Plan) bool {
			return p.Err() != nil || p.SameAs != recipients.Invitee{}
		})
		check(t, w, "invites", len(plans), `5`) // Grace is in the second room
		o.queue(plans)
		o.run(nil)

		sent := o.items()
		check(t, w, "mailed", sent.Count(client.ItemSent), `2`)
		check(t, w, "invited", sent.Count(client.ItemResolved), `3`)
		check(t, w, "answers", o.responses[http.StatusOK], `5`)
		check(t, w, "mails", len(w.Mails(t, mailed, 2)), `2`)
		check(t, w, "Grace", content(first.member(grace.ID))["membership"], `"invite"`)
		check(t, w, "Ken", content(second.member(ken.ID))["membership"], `"invite"`)

		again, err := o.Plan(t.Context(), rooms[0], recipients.Invitee{UserID: id.UserID(grace.ID)})
		check(t, w, "membership", again.Membership, `"invite"`)
		if err == nil {
			t.Error("invited already, and may be invited again")
		}
	})
}
