package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

const (
	memberEvent = "m.room.member"
	inviteEvent = "m.room.third_party_invite"
)

// A room is a room with the person who sends the requests.
type room struct {
	*person
	RoomID string
}

// createRoom creates a room. more are members of the request, such as power levels.
func (p *person) createRoom(more ...object) room {
	p.t.Helper()
	request := object{"preset": "private_chat", "name": "Compilers"}
	for _, m := range more {
		for k, v := range m {
			request[k] = v
		}
	}
	return room{p, p.must(http.MethodPost, "/createRoom", request).Body["room_id"].(string)}
}

// as returns the same room for another person.
func (r room) as(p *person) room { return room{p, r.RoomID} }

func (r room) path(tail string) string { return "/rooms/" + url.PathEscape(r.RoomID) + tail }

// byEmail returns the body of an invite by e-mail.
func (r room) byEmail(address string) object {
	r.t.Helper()
	return object{"id_server": idServer(r.w), "id_access_token": r.atIdentityServer(), "medium": "email", "address": address}
}

func (r room) askInvite(body object) answer {
	r.t.Helper()
	return r.ask(http.MethodPost, r.path("/invite"), body)
}

// inviteByEmail invites an address and returns the state event of the invite.
func (r room) inviteByEmail(address string) object {
	r.t.Helper()
	before := r.invites()
	r.must(http.MethodPost, r.path("/invite"), r.byEmail(address))
	for token, event := range r.invites() {
		if _, old := before[token]; !old {
			return event
		}
	}
	r.t.Fatal("the invite is not in the room's state")
	return nil
}

// inviteAndJoin invites a person by user ID and makes them join.
func (r room) inviteAndJoin(p *person) room {
	r.t.Helper()
	r.must(http.MethodPost, r.path("/invite"), object{"user_id": p.ID})
	r.as(p).must(http.MethodPost, r.path("/join"), object{})
	return r.as(p)
}

// setState sends a state event and returns its ID.
func (r room) setState(kind, key string, content any) string {
	r.t.Helper()
	return r.must(http.MethodPut, r.path("/state/"+kind+"/"+url.PathEscape(key)), content).Body["event_id"].(string)
}

// state returns all state events.
func (r room) state() []object {
	r.t.Helper()
	return objects(r.t, r.must(http.MethodGet, r.path("/state"), nil).List)
}

// invites returns the state events of invites by e-mail, by token.
func (r room) invites() map[string]object {
	r.t.Helper()
	found := map[string]object{}
	for _, event := range r.state() {
		if event["type"] == inviteEvent {
			found[event["state_key"].(string)] = event
		}
	}
	return found
}

// member returns the member event of a user, or nil.
func (r room) member(userID string) object {
	r.t.Helper()
	return find(r.state(), memberEvent, userID)
}

// awaitMembership waits until a user has a membership, and returns the member event.
func (r room) awaitMembership(userID, membership string) object {
	r.t.Helper()
	var event object
	eventually(r.t, fmt.Sprintf("%s becomes %s", userID, membership), func() bool {
		event = r.member(userID)
		return event != nil && content(event)["membership"] == membership
	})
	return event
}

// find returns the first event with a type and a state key, or nil.
func find(events []object, kind, key string) object {
	for _, event := range events {
		if event["type"] == kind && event["state_key"] == key {
			return event
		}
	}
	return nil
}

func content(event object) object  { return in(event, "content") }
func unsigned(event object) object { return in(event, "unsigned") }

// in returns the object at a path of names in nested objects. If a name is missing, it
// returns an empty object.
func in(o object, path ...string) object {
	for _, name := range path {
		inner, ok := o[name].(object)
		if !ok {
			return object{}
		}
		o = inner
	}
	return o
}

func objects(tb testing.TB, list []any) []object {
	tb.Helper()
	found := make([]object, 0, len(list))
	for _, entry := range list {
		o, ok := entry.(object)
		if !ok {
			tb.Fatalf("not an object: %v", entry)
		}
		found = append(found, o)
	}
	return found
}
