package e2e

import (
	"net/http"
	"testing"
)

func TestEveryRoomVersionHasInvitesByEmail(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		for _, version := range []string{"9", "10", "11", "12"} {
			ada, grace := someone(t, w, "ada"), someone(t, w, "grace")
			room := ada.createRoom(object{"room_version": version})
			check(t, w, "version "+version, content(find(room.state(), "m.room.create", ""))["room_version"], `"`+version+`"`)
			to := address("grace")
			room.inviteByEmail(to)
			w.Bind(t, to, grace.ID, grace.token)
			room.becomes(grace.ID, "invite")
			grace.must(http.MethodPost, room.path("/join"), object{})
			check(t, w, "joined in version "+version, content(room.member(grace.ID))["membership"], `join`)
		}
	})
}

// From version 12 on who made a room is above all levels and must not be named among them; before, they have 100.
func TestCreatorAndPowerLevels(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		for version, want := range map[string]string{"11": `{"@ada": 100}`, "12": `{}`} {
			ada := someone(t, w, "ada")
			room := ada.createRoom(object{"room_version": version, "power_level_content_override": object{"invite": 100}})
			levels := content(find(room.state(), "m.room.power_levels", ""))
			check(t, w, "users in version "+version, names{ada.ID: "@ada"}.in(levels["users"]), want)
			room.inviteByEmail(address("grace"))
			check(t, w, "invites in version "+version, len(room.invites()), `1`)
		}
	})
}

// An ID of version 12 is the create event's and names no server.
func TestRoomIDNamesNoServerFromVersion12(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := someone(t, w, "ada")
		for version, want := range map[string]string{"11": `false`, "12": `true`} {
			room := ada.createRoom(object{"room_version": version})
			create := find(room.state(), "m.room.create", "")
			check(t, w, "version "+version, room.RoomID[1:] == create["event_id"].(string)[1:], want)
		}
	})
}

func TestNewRoomsHaveVersion12(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := someone(t, w, "ada").createRoom()
		check(t, w, "version", content(find(room.state(), "m.room.create", ""))["room_version"], `"12"`)
	})
}
