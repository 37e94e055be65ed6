package e2e

import (
	"net/http"
	"testing"
)

func TestRevokedInviteIsEmpty(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		invite := room.inviteByEmail(address("grace"))
		token := invite["state_key"].(string)
		before := ada.sync(object{})["next_batch"].(string)
		id := room.setState(inviteEvent, token, object{})

		event := room.invites()[token]
		check(t, w, "content", content(event), `{}`)
		check(t, w, "what it replaced", unsigned(event)["replaces_state"] == invite["event_id"], `true`)
		check(t, w, "event ID", event["event_id"] == id, `true`)

		news := find(timelineOf(ada.syncSince(before, object{}), room.RoomID), inviteEvent, token)
		check(t, w, "content of what it replaced, in sync", in(unsigned(news), "prev_content")["display_name"], `gra...@exa...`)
		old := room.messages(object{"types": []string{inviteEvent}})[0]
		check(t, w, "content of what it replaced, in messages", in(unsigned(old), "prev_content")["display_name"], `gra...@exa...`)
	})
}

// The authorization rule for these events checks only the level to invite, and not the
// levels for state events.
func TestMemberWhoMayInviteMayRevoke(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom(object{"power_level_content_override": object{
			"invite": 0, "state_default": 50, "events": object{inviteEvent: 100},
		}})
		token := room.inviteByEmail(address("rob"))["state_key"].(string)
		theirs := room.inviteAndJoin(grace)
		check(t, w, "status", theirs.ask(http.MethodPut, theirs.path("/state/"+inviteEvent+"/"+token), object{}).Status, `200`)
		check(t, w, "content", content(room.invites()[token]), `{}`)
	})
}

func TestMemberWhoMayNotInviteMayNotRevoke(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, rob := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "rob")
		room := ada.createRoom(object{"power_level_content_override": object{"invite": 50}})
		token := room.inviteByEmail(address("ken"))["state_key"].(string)
		theirs := room.inviteAndJoin(grace)
		path := room.path("/state/" + inviteEvent + "/" + token)
		refused(t, w, "a member below the level", theirs.ask(http.MethodPut, path, object{}),
			"403 M_FORBIDDEN: You don't have permission to invite users")
		refused(t, w, "a stranger", rob.ask(http.MethodPut, path, object{}),
			"403 M_FORBIDDEN: User "+rob.ID+" not in room "+room.RoomID)
	})
}

func TestSameStateTwiceIsOneEvent(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		token := room.inviteByEmail(address("grace"))["state_key"].(string)
		first := room.setState(inviteEvent, token, object{})
		check(t, w, "the same event", room.setState(inviteEvent, token, object{}) == first, `true`)
	})
}

// Synapse recognizes equal state only if the sender is the same.
func TestSameStateByAnotherSenderIsAnotherEvent(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		token := room.inviteByEmail(address("rob"))["state_key"].(string)
		first := room.setState(inviteEvent, token, object{})
		check(t, w, "the same event", room.inviteAndJoin(grace).setState(inviteEvent, token, object{}) == first, `false`)
	})
}
