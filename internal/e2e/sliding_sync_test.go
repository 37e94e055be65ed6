package e2e

import (
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client"
)

const slidingPath = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"

// slide sends a request of simplified sliding sync (MSC4186).
func (p *person) slide(query string, body object) answer {
	p.t.Helper()
	p.w.Settle(p.t)
	return ask(p.t, p.w, http.MethodPost, p.w.Homeserver()+slidingPath+query, p.token, body)
}

// stateFor is what the program requests of a room.
func stateFor() object {
	state := [][2]string{{"m.room.name", ""}, {"m.room.create", ""}, {inviteEvent, "*"}, {memberEvent, "$ME"}}
	return object{"timeline_limit": 0, "required_state": state}
}

// inList requests all rooms, with or without those that the user is invited to.
func inList(filters object) object {
	list := stateFor()
	list["ranges"] = [][2]int{{0, 99}}
	list["filters"] = filters
	return object{"lists": object{"rooms": list}}
}

func TestSlidingSyncHasTheNewestRoomsFirst(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		old := ada.createRoom()
		recent := ada.createRoom()
		kicked := grace.createRoom()
		kicked.inviteAndJoin(ada)
		kicked.must(http.MethodPost, kicked.path("/kick"), object{"user_id": ada.ID})
		left := ada.createRoom()
		left.must(http.MethodPost, left.path("/leave"), object{})
		invited := grace.createRoom()
		invited.askInvite(object{"user_id": ada.ID})
		recent.must(http.MethodPut, recent.path("/send/m.room.message/1"), object{"msgtype": "m.text", "body": "tea?"})
		names := names{old.RoomID: "old", recent.RoomID: "recent", kicked.RoomID: "kicked", left.RoomID: "left", invited.RoomID: "invited"}

		ids := func(body object, from, to int) any {
			body["lists"].(object)["rooms"].(object)["ranges"] = [][2]int{{from, to}}
			list := in(ada.slide("", body).Body, "lists", "rooms")
			return names.in([]any{list["count"], list["ops"]})
		}
		check(t, w, "all", ids(inList(object{}), 0, 2),
			`[4, [{"op": "SYNC", "range": [0, 2], "room_ids": ["recent", "invited", "kicked"]}]]`)
		check(t, w, "without invites", ids(inList(object{"is_invite": false}), 1, 2),
			`[3, [{"op": "SYNC", "range": [1, 2], "room_ids": ["kicked", "old"]}]]`)
		check(t, w, "after the end", ids(inList(object{"is_invite": true}), 5, 9),
			`[1, [{"op": "SYNC", "range": [5, 9], "room_ids": []}]]`)
	})
}

func TestSlidingSyncHasTheRequiredState(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, rob := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "rob")
		named := ada.createRoom()
		token := named.inviteByEmail(address("ken"))["state_key"].(string)
		unnamed := ada.createRoom(object{"name": ""})
		unnamed.inviteAndJoin(rob)
		unnamed.inviteAndJoin(grace)
		left := grace.createRoom()
		left.inviteAndJoin(ada)
		left.as(ada).must(http.MethodPost, left.path("/leave"), object{})
		left.setState("m.room.name", "", object{"name": "Later"})
		names := names{ada.ID: "@ada", grace.ID: "@grace", rob.ID: "@rob", token: "token"}

		rooms := in(ada.slide("", object{"room_subscriptions": object{
			named.RoomID: stateFor(), unnamed.RoomID: stateFor(), left.RoomID: stateFor(), "!unknown:example.org": stateFor(),
		}}).Body, "rooms")
		check(t, w, "rooms", len(rooms), `3`)
		state := func(r room) any {
			return names.who(objects(t, in(rooms, r.RoomID)["required_state"].([]any)))
		}
		check(t, w, "state", state(named), `["m.room.create ", "m.room.member @ada", "m.room.name ", "m.room.third_party_invite token"]`)
		check(t, w, "of a room that the user has left", state(left), `["m.room.create ", "m.room.member @ada", "m.room.name "]`)
		check(t, w, "its name then", in(rooms, left.RoomID)["name"], `Compilers`)
		about := func(r room) any {
			return names.in(pick(in(rooms, r.RoomID), "name", "initial", "joined_count", "invited_count", "heroes", "timeline", "limited"))
		}
		check(t, w, "about a room", about(named), `{"initial": true, "name": "Compilers", "joined_count": 1, "invited_count": 0}`)
		heroes := in(rooms, unnamed.RoomID)["heroes"].([]any)
		check(t, w, "heroes", names.in([]any{in(heroes[0].(object))["user_id"], in(heroes[1].(object))["user_id"]}), `["@rob", "@grace"]`)
	})
}

func TestSlidingSyncHasAnInviteWithoutState(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		invited := grace.createRoom()
		invited.askInvite(object{"user_id": ada.ID})
		got := in(ada.slide("", inList(object{"is_invite": true})).Body, "rooms", invited.RoomID)
		check(t, w, "state", got["required_state"], `null`)
		check(t, w, "invite_state", got["invite_state"] != nil, `true`)
	})
}

func TestSlidingSyncFromAnUnknownPosition(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		pos := ada.slide("", inList(object{})).Body["pos"].(string)
		refused(t, w, "of another connection", ada.slide("?pos=7"+url.QueryEscape(pos), inList(object{})), `400 M_UNKNOWN_POS: Unknown position`)
	})
}

// The rooms that our client reads by sliding sync are those that it reads by /sync.
func TestAccountReadsTheSameInWindows(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, rob := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "rob")
		var rooms []room
		for range 24 { // more than the first window
			rooms = append(rooms, ada.createRoom())
		}
		rooms[3].inviteByEmail(address("ken"))
		revoked := rooms[4].inviteByEmail(address("ken"))
		rooms[4].setState(inviteEvent, revoked["state_key"].(string), object{})
		redacted := rooms[5].inviteByEmail(address("ken"))
		rooms[5].must(http.MethodPut, rooms[5].path("/redact/"+redacted["event_id"].(string)+"/1"), object{})
		unnamed := ada.createRoom(object{"name": ""})
		unnamed.inviteAndJoin(rob)
		unnamed.inviteAndJoin(grace)
		to := address("grace")
		rooms[6].inviteByEmail(to)
		w.Bind(t, to, grace.ID, grace.token)
		rooms[6].awaitMembership(grace.ID, "invite")

		windows := ada.account()
		before := windows.Rooms()
		rooms[7].inviteByEmail(address("lin"))
		rooms[8].setState("m.room.name", "", object{"name": "Later"})
		refresh(t, w, windows)
		check(t, w, "rooms", len(before), `25`)

		opt := clientOptions(w)
		opt.Transport = withoutSliding{opt.Transport}
		sync, err := client.Resume(opt, windows.Session())
		if err != nil {
			t.Fatal(err)
		}
		refresh(t, w, sync)
		if diff := cmp.Diff(sync.Rooms(), windows.Rooms()); diff != "" {
			t.Errorf("rooms (-sync +windows):\n%s", diff)
		}
		everything := cmp.Exporter(func(reflect.Type) bool { return true })
		if diff := cmp.Diff(sync.Invites(), windows.Invites(), everything); diff != "" {
			t.Errorf("invites (-sync +windows):\n%s", diff)
		}
	})
}

// withoutSliding is a transport to a homeserver that does not offer sliding sync.
type withoutSliding struct{ http.RoundTripper }

func (h withoutSliding) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/_matrix/client/versions" {
		return h.RoundTripper.RoundTrip(r)
	}
	body := io.NopCloser(strings.NewReader(`{"versions":["v1.11"]}`))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}, nil
}
