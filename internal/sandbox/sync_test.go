package sandbox

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// sync sends a request to /sync with an inline filter.
func (c *caller) sync(since string, filter object, timeout time.Duration) object {
	c.t.Helper()
	return c.syncCtx(c.t.Context(), since, filter, timeout).ok(c.t)
}

func (c *caller) syncCtx(ctx context.Context, since string, filter object, timeout time.Duration) response {
	c.t.Helper()
	q := url.Values{}
	if since != "" {
		q.Set("since", since)
	}
	if filter != nil {
		q.Set("filter", string(signedjson.Encode(filter)))
	}
	if timeout > 0 {
		q.Set("timeout", strconv.FormatInt(timeout.Milliseconds(), 10))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.w.HomeserverURL()+"/_matrix/client/v3/sync?"+q.Encode(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(req, c.token)
}

func joined(body object, room string) object {
	rooms, _ := body["rooms"].(object)
	join, _ := rooms["join"].(object)
	r, _ := join[room].(object)
	return r
}

func events(section any) []object {
	o, _ := section.(object)
	list, _ := o["events"].([]any)
	var out []object
	for _, e := range list {
		out = append(out, e.(object))
	}
	return out
}

func types(section any) []string {
	var out []string
	for _, e := range events(section) {
		out = append(out, e["type"].(string))
	}
	return out
}

func TestFirstSyncHasStateUpToTheTimeline(t *testing.T) {
	w, room := newWorld()
	for range 3 {
		if _, err := w.SendMessage(room, "@ada:example.org", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	ada := signIn(t, w, "ada")
	r := joined(ada.sync("", object{"room": object{"timeline": object{"limit": 2}}}, 0), room)
	timeline := r["timeline"].(object)
	if got := types(timeline); !slices.Equal(got, []string{"m.room.message", "m.room.message"}) || timeline["limited"] != true {
		t.Errorf("timeline: %v", timeline)
	}
	want := []string{
		"m.room.create", "m.room.member", "m.room.power_levels", "m.room.join_rules", "m.room.history_visibility",
		"m.room.guest_access", "m.room.name",
	}
	if got := types(r["state"]); !slices.Equal(got, want) {
		t.Errorf("state: %v", got)
	}
	if _, has := events(timeline)[0]["room_id"]; has {
		t.Error("an event of /sync names its room")
	}
}

func TestLimitedSyncHasTheStateChangedInTheGap(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	since := ada.sync("", nil, 0)["next_batch"].(string)
	token := mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	for range 12 {
		if _, err := w.SendMessage(room, "@ada:example.org", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	r := joined(ada.sync(since, nil, 0), room)
	if r["timeline"].(object)["limited"] != true {
		t.Error("not limited")
	}
	state := events(r["state"])
	if len(state) != 1 || state[0]["state_key"] != token {
		t.Errorf("state: %v", state)
	}
}

func TestTimelineHasTheReplacedContent(t *testing.T) {
	w, room := newWorld()
	token := mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	ada := signIn(t, w, "ada")
	since := ada.sync("", nil, 0)["next_batch"].(string)
	if _, err := w.SendState(room, "@ada:example.org", "m.room.third_party_invite", token, object{}); err != nil {
		t.Fatal(err)
	}
	e := events(joined(ada.sync(since, nil, 0), room)["timeline"])[0]
	unsigned := e["unsigned"].(object)
	if unsigned["prev_content"].(object)["display_name"] != "dav...@exa..." || unsigned["prev_sender"] != "@ada:example.org" {
		t.Errorf("unsigned: %v", unsigned)
	}
	inState := ada.invites(room)[0]
	if inState["replaces_state"] != unsigned["replaces_state"] || inState["prev_content"] != nil {
		t.Errorf("state: %v", inState)
	}
	messages := ada.hs("GET", "rooms/"+url.PathEscape(room)+"/messages?dir=b&limit=1", nil).ok(t)
	if m := messages["chunk"].([]any)[0].(object); m["prev_content"] == nil || m["user_id"] != "@ada:example.org" {
		t.Errorf("messages: %v", m)
	}
}

// A room is not in /sync if none of its changes passes the filter of the timeline, also if state changed.
func TestStateAloneDoesNotMakeARoomAppear(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	none := object{"room": object{"timeline": object{"types": []string{}}}}
	first := ada.sync("", none, 0)
	if got := len(events(joined(first, room)["state"])); got != 7 {
		t.Errorf("%d state events at first", got)
	}
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	if r := joined(ada.sync(first["next_batch"].(string), none, 0), room); r != nil {
		t.Errorf("appeared: %v", r)
	}
}

func TestLazyLoadingSendsTheSenders(t *testing.T) {
	w, room := newWorld()
	for _, id := range []string{"@grace:example.org", "@ken:example.org"} {
		if err := w.Invite(room, "@ada:example.org", id); err != nil {
			t.Fatal(err)
		}
		if err := w.Join(room, id); err != nil {
			t.Fatal(err)
		}
	}
	ada := signIn(t, w, "ada")
	lazy := object{"room": object{
		"state":    object{"lazy_load_members": true},
		"timeline": object{"limit": 1, "lazy_load_members": true},
	}}
	if _, err := w.SendMessage(room, "@grace:example.org", "hello"); err != nil {
		t.Fatal(err)
	}
	first := ada.sync("", lazy, 0)
	members := func(body object) (ids []string) {
		for _, e := range events(joined(body, room)["state"]) {
			if e["type"] == "m.room.member" {
				ids = append(ids, e["state_key"].(string))
			}
		}
		return ids
	}
	if got := members(first); !slices.Equal(got, []string{"@ada:example.org", "@grace:example.org"}) {
		t.Errorf("first: %v", got)
	}
	summary := joined(first, room)["summary"].(object)
	if summary["m.joined_member_count"] != 3.0 {
		t.Errorf("summary: %v", summary)
	}
	for _, who := range []string{"@grace:example.org", "@ken:example.org"} {
		if _, err := w.SendMessage(room, who, "again"); err != nil {
			t.Fatal(err)
		}
	}
	next := ada.sync(first["next_batch"].(string), object{"room": object{"state": object{"lazy_load_members": true}}}, 0)
	if got := members(next); !slices.Equal(got, []string{"@ken:example.org"}) {
		t.Errorf("next: %v", got)
	}
}

func TestInviteeGetsStrippedState(t *testing.T) {
	w, room := newWorld()
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	grace := signIn(t, w, "grace")
	since := grace.sync("", nil, 0)["next_batch"].(string)
	if err := w.Bind("dave@example.org", grace.id); err != nil {
		t.Fatal(err)
	}
	body := grace.sync(since, nil, 0)
	state := events(body["rooms"].(object)["invite"].(object)[room].(object)["invite_state"])
	last := state[len(state)-1]
	if last["state_key"] != grace.id || last["event_id"] != nil {
		t.Errorf("last: %v", last)
	}
	if err := w.Leave(room, grace.id); err != nil {
		t.Fatal(err)
	}
	left := grace.sync(body["next_batch"].(string), nil, 0)["rooms"].(object)["leave"].(object)
	if _, ok := left[room]; !ok {
		t.Errorf("left: %v", left)
	}
	if rooms := grace.sync("", nil, 0)["rooms"]; rooms != nil {
		t.Errorf("a room left is in the first sync: %v", rooms)
	}
}

func TestLongPollEndsAtAChangeATimeoutOrItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Options{})
		w.AddUser("ada", "ada", "Ada")
		room := w.CreateRoom("@ada:example.org", RoomOptions{})
		ada := signIn(t, w, "ada")
		since := ada.sync("", nil, 0)["next_batch"].(string)

		start := time.Now()
		if body := ada.sync(since, nil, 30*time.Second); body["rooms"] != nil || time.Since(start) != 30*time.Second {
			t.Errorf("quiet poll after %v: %v", time.Since(start), body)
		}

		start = time.Now()
		go func() {
			time.Sleep(7 * time.Second)
			_, _ = w.SendMessage(room, "@ada:example.org", "hello")
		}()
		if body := ada.sync(since, nil, 30*time.Second); joined(body, room) == nil || time.Since(start) != 7*time.Second {
			t.Errorf("poll after %v: %v", time.Since(start), body)
		}

		since = ada.sync("", nil, 0)["next_batch"].(string)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet,
			w.HomeserverURL()+"/_matrix/client/v3/sync?timeout=30000&since="+since, nil)
		req.Header.Set("Authorization", "Bearer "+ada.token)
		start = time.Now()
		if err := try(w, req); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}

		go func() {
			time.Sleep(2 * time.Second)
			w.SignOutEverywhere("@ada:example.org", true)
		}()
		a := ada.syncCtx(t.Context(), since, nil, 30*time.Second)
		a.fails(t, 401, "M_UNKNOWN_TOKEN", "Access token has expired")
		if a.body["soft_logout"] != true {
			t.Errorf("body: %s", a.raw)
		}
	})
}

func TestAccountDataIsFilteredAndSentOnce(t *testing.T) {
	w, _ := newWorld()
	ada := signIn(t, w, "ada")
	path := "user/" + url.PathEscape(ada.id) + "/account_data/m.identity_server"
	ada.hs("GET", path, nil).fails(t, 404, "M_NOT_FOUND", "Account data not found")
	ada.hs("PUT", path, object{"base_url": nil}).ok(t)
	ada.hs("PUT", "user/"+url.PathEscape(ada.id)+"/account_data/m.other", object{}).ok(t)
	body := ada.sync("", object{"account_data": object{"types": []string{"m.identity_server"}}}, 0)
	if got := types(body["account_data"]); !slices.Equal(got, []string{"m.identity_server"}) {
		t.Errorf("account data: %v", got)
	}
	if body := ada.sync(body["next_batch"].(string), nil, 0); body["account_data"] != nil {
		t.Errorf("again: %v", body)
	}
}

func TestStoredFilter(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	path := "user/" + url.PathEscape(ada.id) + "/filter"
	id := ada.hs("POST", path, object{"room": object{"rooms": []string{}}}).ok(t)["filter_id"].(string)
	ada.hs("GET", path+"/"+id, nil).ok(t)
	ada.hs("GET", path+"/99", nil).fails(t, 404, "M_NOT_FOUND", "No such filter")
	body := ada.hs("GET", "sync?filter="+id, nil).ok(t)
	if joined(body, room) != nil {
		t.Error("the filter was not applied")
	}
	ada.hs("GET", "sync?filter=99", nil).fails(t, 400, "M_INVALID_PARAM", "No such filter")
	ada.hs("GET", "sync?filter=%7Bx", nil).fails(t, 400, "M_NOT_JSON", "Invalid filter JSON")
	ada.hs("GET", "sync?since=x", nil).fails(t, 400, "M_UNKNOWN", "Invalid stream token")
}

func TestMessagesPageThroughRareEvents(t *testing.T) {
	w, room := newWorld()
	var tokens []string
	for range 3 {
		tokens = append(tokens, mustInvite(t, w, room, "@ada:example.org", "dave@example.org"))
		for range 15 {
			if _, err := w.SendMessage(room, "@ada:example.org", "hello"); err != nil {
				t.Fatal(err)
			}
		}
	}
	ada := signIn(t, w, "ada")
	f := url.QueryEscape(`{"types":["m.room.third_party_invite"],"senders":["@ada:example.org"]}`)
	var got []string
	from := ""
	for range 5 {
		body := ada.hs("GET", "rooms/"+url.PathEscape(room)+"/messages?dir=b&limit=2&filter="+f+"&from="+from, nil).ok(t)
		for _, e := range body["chunk"].([]any) {
			got = append(got, e.(object)["state_key"].(string))
		}
		end, ok := body["end"].(string)
		if !ok {
			break
		}
		from = end
	}
	slices.Reverse(got)
	if !slices.Equal(got, tokens) {
		t.Errorf("got %v", got)
	}
}

// A timeline without gaps needs no state, a timeline with a gap does.
func TestFilteredTimelineHasTheStateItLeavesOut(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	since := signedjson.String(ada.sync("", nil, 0)["next_batch"])
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	if _, err := w.SendMessage(room, "@ada:example.org", "hello"); err != nil {
		t.Fatal(err)
	}
	if got := types(joined(ada.sync(since, nil, 0), room)["state"]); len(got) != 0 {
		t.Errorf("state without gap: %v", got)
	}
	messages := object{"room": object{"timeline": object{"types": []string{"m.room.message"}}}}
	if got := types(joined(ada.sync(since, messages, 0), room)["state"]); !slices.Equal(got, []string{"m.room.third_party_invite"}) {
		t.Errorf("state with a gap: %v", got)
	}
}

// The first sync of a room reads five batches of events at most.
func TestRareOldEventsAreInMessagesOnly(t *testing.T) {
	w, room := newWorld()
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	for range 60 {
		if _, err := w.SendMessage(room, "@ada:example.org", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	ada := signIn(t, w, "ada")
	rare := object{"room": object{"timeline": object{"types": []string{"m.room.third_party_invite"}, "limit": 5}}}
	r := joined(ada.sync("", rare, 0), room)
	timeline := r["timeline"].(object)
	if len(events(timeline)) != 0 || timeline["limited"] != true {
		t.Errorf("timeline: %v", timeline)
	}
	if got := types(r["state"]); !slices.Contains(got, "m.room.third_party_invite") {
		t.Errorf("state: %v", got)
	}
}

func TestConcurrentUsers(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.register()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			address := string(rune('a'+i)) + "@example.org"
			ada.inviteByMail(room, address)
			_ = w.Bind(address, "@grace:example.org")
			ada.sync("", nil, 0)
			ada.state(room)
		})
	}
	all.Wait()
	if n := len(ada.invites(room)); n != 8 {
		t.Errorf("%d invites", n)
	}
}
