package e2e

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
)

// messages returns the newest page of the room's history, backwards.
func (r room) messages(filter object) []object {
	r.t.Helper()
	return objects(r.t, r.page("", 100, filter)["chunk"].([]any))
}

// page returns one page of the room's history backwards.
func (r room) page(from string, limit int, filter object) object {
	r.t.Helper()
	r.w.Settle(r.t)
	query := url.Values{"dir": {"b"}, "limit": {strconv.Itoa(limit)}, "filter": {string(encode(r.t, filter))}}
	if from != "" {
		query.Set("from", from)
	}
	return r.must(http.MethodGet, r.path("/messages?"+query.Encode()), nil).Body
}

func TestMessagesByTypeAndSender(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		room.inviteAndJoin(grace)
		room.inviteByEmail(address("rob"))
		known := names{ada.ID: "@ada", grace.ID: "@grace"}
		look := func(filter object) any {
			t.Helper()
			var seen []any
			for _, event := range room.messages(filter) {
				seen = append(seen, known.word(event["sender"].(string))+" "+event["type"].(string))
			}
			return seen
		}
		check(t, w, "members", look(object{"types": []string{memberEvent}}),
			`["@grace m.room.member", "@ada m.room.member", "@ada m.room.member"]`)
		check(t, w, "members by ada", look(object{"types": []string{memberEvent}, "senders": []string{ada.ID}}),
			`["@ada m.room.member", "@ada m.room.member"]`)
		check(t, w, "invites", look(object{"types": []string{inviteEvent}}), `["@ada m.room.third_party_invite"]`)
		check(t, w, "nothing", look(object{"types": []string{"m.tea"}}), `null`)
	})
}

func TestMessagesPageToTheBeginning(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		for range 3 {
			room.inviteByEmail(address("grace"))
		}
		filter := object{"types": []string{inviteEvent, "m.room.create"}}
		var sizes []int
		from := ""
		for range 10 {
			page := room.page(from, 2, filter)
			sizes = append(sizes, len(page["chunk"].([]any)))
			end, more := page["end"].(string)
			if !more {
				break
			}
			from = end
		}
		check(t, w, "events page by page", sizes, `[2, 2, 0]`)
	})
}

func TestMessagesAreForMembersOnly(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		refused(t, w, "history", grace.ask(http.MethodGet, room.path("/messages?dir=b"), nil),
			"403 M_FORBIDDEN: User "+grace.ID+" not in room "+room.RoomID+", and room previews are disabled")
		refused(t, w, "state", grace.ask(http.MethodGet, room.path("/state"), nil),
			"403 M_FORBIDDEN: User "+grace.ID+" not in room "+room.RoomID+", and room previews are disabled")
	})
}

func TestStateOneByOne(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		invite := room.inviteByEmail(address("grace"))
		path := room.path("/state/" + inviteEvent + "/")
		check(t, w, "content", room.must(http.MethodGet, path+invite["state_key"].(string), nil).Body["display_name"], `gra...@exa...`)
		refused(t, w, "unknown", room.ask(http.MethodGet, path+"unknown", nil), "404 M_NOT_FOUND: Event not found.")
		event := room.must(http.MethodGet, path+invite["state_key"].(string)+"?format=event", nil).Body
		check(t, w, "as an event", event["event_id"] == invite["event_id"], `true`)
		refused(t, w, "unknown event", room.ask(http.MethodGet, room.path("/event/$unknown"), nil), "404 M_NOT_FOUND: Event not found.")
	})
}
