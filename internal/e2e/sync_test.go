package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"
)

// timelineOf and stateOf return the events of a joined room in a response to /sync.
func timelineOf(sync object, roomID string) []object {
	return eventsOf(sync, "join", roomID, "timeline")
}
func stateOf(sync object, roomID string) []object { return eventsOf(sync, "join", roomID, "state") }

func eventsOf(sync object, membership, roomID, part string) []object {
	list, _ := in(sync, "rooms", membership, roomID, part)["events"].([]any)
	var events []object
	for _, event := range list {
		events = append(events, event.(object))
	}
	return events
}

func isMember(event object) bool { return event["type"] == memberEvent }

// who returns the type and the state key of events, sorted.
func (n names) who(events []object) []string {
	seen := []string{}
	for _, event := range events {
		seen = append(seen, event["type"].(string)+" "+n.word(event["state_key"].(string)))
	}
	slices.Sort(seen)
	return seen
}

// narrow is the filter of the program: the state that it uses, lazily loaded members,
// no messages.
func narrow(limit int) object {
	types := []string{"m.room.create", "m.room.name", "m.room.power_levels", inviteEvent, memberEvent}
	return object{
		"presence": object{"not_types": []string{"*"}},
		"room": object{
			"state":     object{"types": types, "lazy_load_members": true},
			"timeline":  object{"types": types, "limit": limit, "lazy_load_members": true},
			"ephemeral": object{"not_types": []string{"*"}}, "account_data": object{"not_types": []string{"*"}},
		},
	}
}

func TestFirstSyncHasStateAndLazyMembers(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, rob := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "rob")
		room := ada.createRoom()
		room.inviteAndJoin(grace)
		room.askInvite(object{"user_id": rob.ID})
		token := room.inviteByEmail(address("ken"))["state_key"].(string)
		room.must(http.MethodPut, room.path("/send/m.room.message/1"), object{"msgtype": "m.text", "body": "tea?"})
		known := names{ada.ID: "@ada", grace.ID: "@grace", rob.ID: "@rob", token: "token"}

		first := ada.sync(narrow(1))
		check(t, w, "timeline", known.who(timelineOf(first, room.RoomID)), `["m.room.third_party_invite token"]`)
		check(t, w, "state", known.who(stateOf(first, room.RoomID)), `[
			"m.room.create ", "m.room.member @ada", "m.room.name ", "m.room.power_levels "]`)
		check(t, w, "limited", in(first, "rooms", "join", room.RoomID, "timeline")["limited"], `true`)
		check(t, w, "summary", in(first, "rooms", "join", room.RoomID, "summary")["m.joined_member_count"], `2`)

		few := ada.sync(narrow(3))
		check(t, w, "timeline of three", known.who(timelineOf(few, room.RoomID)), `[
			"m.room.member @grace", "m.room.member @rob", "m.room.third_party_invite token"]`)
		check(t, w, "state before three", known.who(stateOf(few, room.RoomID)), `[
			"m.room.create ", "m.room.member @ada", "m.room.name ", "m.room.power_levels "]`)
	})
}

func TestSyncWithoutLazyLoadingHasAllMembers(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		room.inviteAndJoin(grace)
		room.inviteByEmail(address("ken"))
		known := names{ada.ID: "@ada", grace.ID: "@grace"}
		first := ada.sync(object{"room": object{"state": object{"types": []string{memberEvent}}, "timeline": object{"limit": 1}}})
		check(t, w, "state", known.who(stateOf(first, room.RoomID)), `["m.room.member @ada", "m.room.member @grace"]`)
	})
}

func TestNextSyncHasOnlyChanges(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room, quiet := ada.createRoom(), ada.createRoom()
		before := ada.sync(narrow(20))["next_batch"].(string)
		token := room.inviteByEmail(address("grace"))["state_key"].(string)
		room.inviteAndJoin(grace)
		news := ada.syncSince(before, narrow(20))
		known := names{ada.ID: "@ada", grace.ID: "@grace", token: "token"}
		check(t, w, "timeline", known.who(timelineOf(news, room.RoomID)), `[
			"m.room.member @grace", "m.room.member @grace", "m.room.third_party_invite token"]`)
		// Synapse records for each user, not for each room, which members it has sent,
		// so a member may be sent again by chance.
		check(t, w, "state", known.who(slices.DeleteFunc(stateOf(news, room.RoomID), isMember)), `[]`)
		check(t, w, "limited", in(news, "rooms", "join", room.RoomID, "timeline")["limited"] == true, `false`)
		check(t, w, "the quiet room", in(news, "rooms", "join", quiet.RoomID), `{}`)
		timeline := timelineOf(news, room.RoomID)
		join := timeline[len(timeline)-1]
		check(t, w, "what the join replaced", in(unsigned(join), "prev_content")["membership"], `invite`)

		later := ada.syncSince(news["next_batch"].(string), narrow(20))
		check(t, w, "no more changes", in(later, "rooms", "join"), `{}`)
	})
}

// If there are more events than the limit, the timeline has a gap. State events in the
// gap are in state.
func TestLimitedSyncHasTheRestAsState(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		before := ada.sync(narrow(20))["next_batch"].(string)
		first := room.inviteByEmail(address("ken"))["state_key"].(string)
		room.inviteAndJoin(grace)
		second := room.inviteByEmail(address("rob"))["state_key"].(string)
		known := names{ada.ID: "@ada", grace.ID: "@grace", first: "first", second: "second"}
		news := ada.syncSince(before, narrow(1))
		check(t, w, "timeline", known.who(timelineOf(news, room.RoomID)), `["m.room.third_party_invite second"]`)
		check(t, w, "limited", in(news, "rooms", "join", room.RoomID, "timeline")["limited"], `true`)
		check(t, w, "state", known.who(stateOf(news, room.RoomID)), `["m.room.member @grace", "m.room.third_party_invite first"]`)
	})
}

func TestNewlyJoinedRoomIsCompleteInSync(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, rob := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "rob")
		room := ada.createRoom()
		room.inviteAndJoin(rob)
		token := room.inviteByEmail(address("ken"))["state_key"].(string)
		before := grace.sync(narrow(20))["next_batch"].(string)
		room.inviteAndJoin(grace)
		news := grace.syncSince(before, narrow(1))
		known := names{ada.ID: "@ada", grace.ID: "@grace", rob.ID: "@rob", token: "token"}
		check(t, w, "timeline", known.who(timelineOf(news, room.RoomID)), `["m.room.member @grace"]`)
		check(t, w, "state", known.who(slices.DeleteFunc(stateOf(news, room.RoomID), isMember)), `[
			"m.room.create ", "m.room.name ", "m.room.power_levels ", "m.room.third_party_invite token"]`)
	})
}

func TestFilteredTimelineSkipsMessages(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		before := ada.sync(narrow(2))["next_batch"].(string)
		token := room.inviteByEmail(address("ken"))["state_key"].(string)
		for i := range 5 {
			room.must(http.MethodPut, room.path("/send/m.room.message/"+strconv.Itoa(i)), object{"msgtype": "m.text", "body": "tea?"})
		}
		news := ada.syncSince(before, narrow(2))
		check(t, w, "timeline", names{token: "token"}.who(timelineOf(news, room.RoomID)), `["m.room.third_party_invite token"]`)
		check(t, w, "limited", in(news, "rooms", "join", room.RoomID, "timeline")["limited"] == true, `false`)
	})
}

func TestMessagesContinueBeforeTheTimeline(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		first := room.inviteByEmail(address("ken"))["state_key"].(string)
		second := room.inviteByEmail(address("ken"))["state_key"].(string)
		timeline := in(ada.sync(narrow(1)), "rooms", "join", room.RoomID, "timeline")
		known := names{first: "first", second: "second"}
		check(t, w, "timeline", known.who(objects(t, timeline["events"].([]any))), `["m.room.third_party_invite second"]`)
		page := room.page(timeline["prev_batch"].(string), 100, object{"types": []string{inviteEvent}})
		check(t, w, "before it", known.who(objects(t, page["chunk"].([]any))), `["m.room.third_party_invite first"]`)
	})
}

func TestBannedUserHasTheRoomInLeave(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		room.inviteAndJoin(grace)
		before := grace.sync(narrow(20))["next_batch"].(string)
		room.must(http.MethodPost, room.path("/ban"), object{"user_id": grace.ID})
		event := find(eventsOf(grace.syncSince(before, narrow(20)), "leave", room.RoomID, "timeline"), memberEvent, grace.ID)
		check(t, w, "membership", content(event)["membership"], `ban`)
	})
}

func TestKickedUserHasTheRoomInLeave(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		room.inviteAndJoin(grace)
		before := grace.sync(narrow(20))["next_batch"].(string)
		room.inviteByEmail(address("ken"))
		room.must(http.MethodPost, room.path("/kick"), object{"user_id": grace.ID, "reason": "tea"})
		news := grace.syncSince(before, narrow(20))
		known := names{ada.ID: "@ada", grace.ID: "@grace", grace.Localpart: "grace"}
		left := eventsOf(news, "leave", room.RoomID, "timeline")
		if len(left) == 0 {
			t.Fatalf("nothing in leave: %v", news["rooms"])
		}
		event := left[len(left)-1]
		check(t, w, "event", known.in(pick(event, "type", "sender", "state_key", "content")), `{
			"type": "m.room.member", "sender": "@ada", "state_key": "@grace",
			"content": {"membership": "leave", "reason": "tea"}}`)
		check(t, w, "join", in(news, "rooms", "join"), `{}`)
		again := eventsOf(grace.sync(narrow(21)), "leave", room.RoomID, "timeline")
		check(t, w, "a first sync", len(again) > 0, `true`)
		joined := grace.must(http.MethodGet, "/joined_rooms", nil).Body["joined_rooms"]
		check(t, w, "joined rooms", joined, `[]`)
		refused(t, w, "inviting", room.as(grace).askInvite(object{"user_id": "@rob:" + w.ServerName()}),
			"403 M_FORBIDDEN: "+grace.ID+" not in room "+room.RoomID+".")
	})
}

func TestOrdinaryInviteInSync(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		before := grace.sync(narrow(20))["next_batch"].(string)
		room.askInvite(object{"user_id": grace.ID})
		known := names{ada.ID: "@ada", grace.ID: "@grace"}
		var news object
		eventually(t, "the invite comes", func() bool {
			news = grace.syncSince(before, narrow(20))
			before = news["next_batch"].(string)
			return len(in(news, "rooms", "invite", room.RoomID)) > 0
		})
		state := eventsOf(news, "invite", room.RoomID, "invite_state")
		check(t, w, "state of the room", known.who(state), `[
			"m.room.create ", "m.room.join_rules ", "m.room.member @ada", "m.room.member @grace", "m.room.name "]`)
		room.must(http.MethodPost, room.path("/kick"), object{"user_id": grace.ID})
		gone := eventsOf(grace.syncSince(before, narrow(20)), "leave", room.RoomID, "timeline")
		check(t, w, "withdrawn", known.who(gone), `["m.room.member @grace"]`)
	})
}

func TestSyncWaitsForChanges(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		before := ada.sync(object{})["next_batch"].(string)
		woken := make(chan answer)
		begin := time.Now()
		go func() {
			woken <- ada.ask(http.MethodGet, "/sync?timeout=30000&since="+url.QueryEscape(before), nil)
		}()
		token := room.inviteByEmail(address("grace"))["state_key"].(string)
		a := <-woken
		check(t, w, "it waited for", find(timelineOf(a.Body, room.RoomID), inviteEvent, token) != nil, `true`)
		check(t, w, "it was woken", time.Since(begin) < 10*time.Second, `true`)

		since := url.QueryEscape(a.Body["next_batch"].(string))
		begin = time.Now()
		a = ada.ask(http.MethodGet, "/sync?timeout=300&since="+since, nil)
		check(t, w, "status without news", a.Status, `200`)
		check(t, w, "it waited", time.Since(begin) >= 300*time.Millisecond, `true`)
	})
}

func TestSyncByFilterID(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		id := ada.must(http.MethodPost, "/user/"+url.PathEscape(ada.ID)+"/filter", narrow(1)).Body["filter_id"].(string)
		first := ada.must(http.MethodGet, "/sync?filter="+url.QueryEscape(id), nil).Body
		check(t, w, "timeline", len(timelineOf(first, room.RoomID)), `1`)
		refused(t, w, "unknown filter", ada.ask(http.MethodGet, "/sync?filter=4711", nil), "400 M_INVALID_PARAM: No such filter")
		refused(t, w, "bad since", ada.ask(http.MethodGet, "/sync?since=tea", nil), "400 M_UNKNOWN: Invalid stream token")
	})
}
