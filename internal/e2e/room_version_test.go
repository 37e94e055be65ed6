package e2e

import (
	"net/http"
	"testing"
)

func TestEveryRoomVersionHasInvitesByEmail(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		for _, version := range []string{"9", "10", "11", "12"} {
			ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
			room := ada.createRoom(object{"room_version": version})
			check(t, w, "version "+version, content(find(room.state(), "m.room.create", ""))["room_version"], `"`+version+`"`)
			to := address("grace")
			room.inviteByEmail(to)
			w.Bind(t, to, grace.ID, grace.token)
			room.awaitMembership(grace.ID, "invite")
			grace.must(http.MethodPost, room.path("/join"), object{})
			check(t, w, "joined in version "+version, content(room.member(grace.ID))["membership"], `join`)
		}
	})
}

// Since version 12 the creator is above all power levels and must not be in users. In
// earlier versions the creator has level 100.
func TestCreatorAndPowerLevels(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		for version, want := range map[string]string{"11": `{"@ada": 100}`, "12": `{}`} {
			ada := newPerson(t, w, "ada")
			room := ada.createRoom(object{"room_version": version, "power_level_content_override": object{"invite": 100}})
			levels := content(find(room.state(), "m.room.power_levels", ""))
			check(t, w, "users in version "+version, names{ada.ID: "@ada"}.in(levels["users"]), want)
			room.inviteByEmail(address("grace"))
			check(t, w, "invites in version "+version, len(room.invites()), `1`)
		}
	})
}

// Since version 12 a room ID is the hash of the create event and has no server name.
func TestRoomIDNamesNoServerFromVersion12(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		for version, want := range map[string]string{"11": `false`, "12": `true`} {
			room := ada.createRoom(object{"room_version": version})
			create := find(room.state(), "m.room.create", "")
			check(t, w, "version "+version, room.RoomID[1:] == create["event_id"].(string)[1:], want)
		}
	})
}

func TestNewRoomsHaveVersion12(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		check(t, w, "version", content(find(room.state(), "m.room.create", ""))["room_version"], `"12"`)
	})
}
