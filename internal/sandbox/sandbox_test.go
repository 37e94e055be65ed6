package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A caller sends requests to a world without a Matrix library.
type caller struct {
	t     *testing.T
	w     *World
	token string // of the homeserver
	is    string // of the identity server
	id    string
	room  string
	over  http.RoundTripper // the world itself if nil
}

// A response is the answer to a request.
type response struct {
	status int
	header http.Header
	raw    []byte
	body   object
}

func (c *caller) send(method, rawURL, token string, body any) response {
	c.t.Helper()
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			c.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, rawURL, &b)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(req, token)
}

func (c *caller) do(req *http.Request, token string) response {
	c.t.Helper()
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	over := c.over
	if over == nil {
		over = c.w
	}
	resp, err := over.RoundTrip(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := response{status: resp.StatusCode, header: resp.Header, raw: raw}
	_ = json.Unmarshal(a.raw, &a.body)
	return a
}

// hs asks the homeserver's client API.
func (c *caller) hs(method, path string, body any) response {
	c.t.Helper()
	return c.send(method, c.w.HomeserverURL()+"/_matrix/client/v3/"+path, c.token, body)
}

// ask asks the identity server.
func (c *caller) ask(method, path string, body any) response {
	c.t.Helper()
	return c.send(method, c.w.IdentityServerURL()+"/_matrix/identity/v2/"+path, c.is, body)
}

// fails checks an error's status, errcode and text.
func (a response) fails(t *testing.T, status int, errcode, text string) {
	t.Helper()
	if a.status != status || a.body["errcode"] != errcode || a.body["error"] != text {
		t.Errorf("got %d %s\nwant %d %s %q", a.status, a.raw, status, errcode, text)
	}
}

func (a response) ok(t *testing.T) object {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
	return a.body
}

func signIn(t *testing.T, w *World, localpart string) *caller {
	t.Helper()
	c := &caller{t: t, w: w}
	body := c.hs("POST", "login", object{
		"type": "m.login.password", "identifier": object{"type": "m.id.user", "user": localpart}, "password": localpart,
	}).ok(t)
	c.token, c.id = body["access_token"].(string), body["user_id"].(string)
	return c
}

// register gets a token of the identity server by OpenID.
func (c *caller) register() {
	c.t.Helper()
	openID := c.hs("POST", "user/"+url.PathEscape(c.id)+"/openid/request_token", object{}).ok(c.t)
	c.is = c.ask("POST", "account/register", openID).ok(c.t)["token"].(string)
}

func (c *caller) inviteByMail(room, address string) response {
	c.t.Helper()
	return c.hs("POST", "rooms/"+url.PathEscape(room)+"/invite", object{
		"medium": "email", "address": address, "id_server": "id.example.org", "id_access_token": c.is,
	})
}

// newWorld has the users ada, grace and ken, and a room of ada in which every member may invite.
func newWorld() (w *World, room string) {
	clock := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	w = New(Options{Seed: 1, Now: func() time.Time {
		clock = clock.Add(time.Millisecond)
		return clock
	}})
	for _, name := range []string{"ada", "grace", "ken"} {
		w.AddUser(name, name, name)
	}
	return w, w.CreateRoom("@ada:example.org", RoomOptions{Name: "Compilers", Preset: "private_chat", RoomVersion: "10"})
}

func (c *caller) state(room string) []object {
	c.t.Helper()
	a := c.hs("GET", "rooms/"+url.PathEscape(room)+"/state", nil)
	var events []object
	if err := json.Unmarshal(a.raw, &events); err != nil {
		c.t.Fatalf("%v: %s", err, a.raw)
	}
	return events
}

func (c *caller) invites(room string) []object {
	c.t.Helper()
	var out []object
	for _, e := range c.state(room) {
		if e["type"] == "m.room.third_party_invite" {
			out = append(out, e)
		}
	}
	return out
}

// events lists all events of a room, oldest first.
func (c *caller) events(room string) []object {
	c.t.Helper()
	var out []object
	for _, e := range c.hs("GET", "rooms/"+url.PathEscape(room)+"/messages?dir=f&limit=1000", nil).ok(c.t)["chunk"].([]any) {
		out = append(out, e.(object))
	}
	return out
}

// roomOf returns the ID of the room with an alias.
func (c *caller) roomOf(alias string) string {
	c.t.Helper()
	return signedjson.String(c.hs("GET", "directory/room/"+url.PathEscape("#"+alias+":example.org"), nil).ok(c.t)["room_id"])
}

func (c *caller) joinedRooms() []string {
	c.t.Helper()
	var out []string
	for _, id := range c.hs("GET", "joined_rooms", nil).ok(c.t)["joined_rooms"].([]any) {
		out = append(out, signedjson.String(id))
	}
	return out
}

// member is the content of a member event.
func (c *caller) member(room, userID string) object {
	c.t.Helper()
	return c.hs("GET", "rooms/"+url.PathEscape(room)+"/state/m.room.member/"+url.PathEscape(userID), nil).ok(c.t)
}

func TestInviteIsMailedStoredAndAccepted(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.register()
	ada.inviteByMail(room, "Dave@Example.org").ok(t)

	invites := ada.invites(room)
	if len(invites) != 1 {
		t.Fatalf("got %d invites", len(invites))
	}
	content := invites[0]["content"].(object)
	if got := content["display_name"]; got != "Dav...@Exa..." {
		t.Errorf("display name %q", got)
	}
	if got := content["key_validity_url"]; got != "https://id.example.org/_matrix/identity/v2/pubkey/isvalid" {
		t.Errorf("top-level URL %q", got)
	}
	second := content["public_keys"].([]any)[1].(object)
	if got := second["key_validity_url"]; got != "https://id.example.org/_matrix/identity/api/v1/pubkey/ephemeral/isvalid" {
		t.Errorf("ephemeral URL %q", got)
	}

	mails := w.Mails("dave@example.org")
	if len(mails) != 1 || mails[0].Token != invites[0]["state_key"] {
		t.Fatalf("mails: %+v", mails)
	}
	grace := signIn(t, w, "grace")
	signed := grace.send("POST", mails[0].SignURL+"&mxid="+url.QueryEscape(grace.id), "", nil).ok(t)
	grace.hs("POST", "rooms/"+url.PathEscape(room)+"/join", object{"third_party_signed": signed}).ok(t)
	member := ada.hs("GET", "rooms/"+url.PathEscape(room)+"/state/m.room.member/"+url.PathEscape(grace.id), nil).ok(t)
	if member["membership"] != "join" || member["third_party_invite"] != nil {
		t.Errorf("member: %v", member)
	}
}
