package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

var demoNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newDemo() *World {
	return Demo(Options{Seed: 7, Now: func() time.Time { return demoNow }})
}

func signInToDemo(t *testing.T, w *World) *caller {
	t.Helper()
	ada := &caller{t: t, w: w, id: "@ada:example.org"}
	ada.token = signedjson.String(ada.hs("POST", "login", object{
		"type": "m.login.password", "identifier": object{"type": "m.id.user", "user": DemoUser}, "password": DemoPassword,
	}).ok(t)["access_token"])
	return ada
}

func TestDemoHasSixRoomsAndFortyInvites(t *testing.T) {
	ada := signInToDemo(t, newDemo())
	rooms := ada.hs("GET", "joined_rooms", nil).ok(t)["joined_rooms"].([]any)
	if len(rooms) != 6 {
		t.Errorf("got %d rooms", len(rooms))
	}
	n := 0
	for _, r := range rooms {
		n += len(ada.invites(r.(string)))
	}
	if n < 40 || n > 50 {
		t.Errorf("got %d invites", n)
	}
}

// outcome is the status of an invite, computed from all events of its room.
func outcome(events []object, invite object) string {
	content := invite["content"].(object)
	if len(content) == 0 {
		return "revoked"
	}
	key := signedjson.String(content["public_key"])
	if list, _ := content["public_keys"].([]any); key == "" && len(list) > 0 {
		key = signedjson.String(list[0].(object)["public_key"])
	}
	if len(key) < 43 { // 32 bytes in base64
		return "malformed"
	}
	if before := invite["unsigned"].(object)["prev_sender"]; before != nil && before != invite["sender"] {
		return "replaced"
	}
	memberships, accepted := map[any]any{}, any(nil)
	for _, e := range events {
		if e["type"] != "m.room.member" {
			continue
		}
		member := e["content"].(object)
		memberships[e["state_key"]] = member["membership"]
		tpi, _ := member["third_party_invite"].(object)
		if signed, _ := tpi["signed"].(object); signed["token"] == invite["state_key"] {
			accepted = e["state_key"]
		}
	}
	if accepted != nil {
		return signedjson.String(memberships[accepted])
	}
	return "pending"
}

func TestDemoHasInvitesInEveryState(t *testing.T) {
	ada := signInToDemo(t, newDemo())
	got := map[string]int{}
	for _, room := range ada.joinedRooms() {
		events := ada.events(room)
		last := map[any]object{}
		for _, e := range events {
			if e["type"] == "m.room.third_party_invite" {
				last[e["state_key"]] = e
			}
		}
		for _, e := range last {
			got[outcome(events, e)]++
		}
	}
	for _, want := range []string{"pending", "invite", "join", "leave", "ban", "revoked", "malformed", "replaced"} {
		if got[want] == 0 {
			t.Errorf("no invite is %s: %v", want, got)
		}
	}
	t.Log(got)
}

func TestDemoEventsAreInOrderOverMonths(t *testing.T) {
	ada := signInToDemo(t, newDemo())
	for _, room := range ada.joinedRooms() {
		last := float64(demoNow.Add(-365 * 24 * time.Hour).UnixMilli())
		for _, e := range ada.events(room) {
			ts := e["origin_server_ts"].(float64)
			if ts < last || ts > float64(demoNow.UnixMilli()) {
				t.Errorf("%s in %s out of order", e["type"], room)
			}
			last = ts
		}
	}
}

func TestDemosWithTheSameSeedAreEqual(t *testing.T) {
	dump := func(w *World) []byte {
		ada := signInToDemo(t, w)
		var b bytes.Buffer
		for _, room := range ada.joinedRooms() {
			b.Write(ada.hs("GET", "rooms/"+url.PathEscape(room)+"/messages?dir=f&limit=1000", nil).raw)
		}
		return b.Bytes()
	}
	if !bytes.Equal(dump(newDemo()), dump(newDemo())) {
		t.Error("they differ")
	}
	other := Demo(Options{Seed: 8, Now: func() time.Time { return demoNow }})
	if bytes.Equal(dump(newDemo()), dump(other)) {
		t.Error("another seed makes no difference")
	}
}

func TestDemoHasTermsAndTwoBoundAddresses(t *testing.T) {
	w := newDemo()
	ada := signInToDemo(t, w)
	ada.register()
	ada.ask("GET", "hash_details", nil).fails(t, 403, "M_TERMS_NOT_SIGNED", "Terms not signed")
	policies := ada.ask("GET", "terms", nil).ok(t)["policies"].(object)
	var urls []string
	for _, id := range slices.Sorted(maps.Keys(policies)) {
		urls = append(urls, signedjson.String(policies[id].(object)["en"].(object)["url"]))
	}
	ada.ask("POST", "terms", object{"user_accepts": urls}).ok(t)
	pepper := signedjson.String(ada.ask("GET", "hash_details", nil).ok(t)["lookup_pepper"])
	for address, want := range map[string]string{"grace@navy.example": "@grace:example.org", "rob@bell.example": "@rob:example.org"} {
		hash := threepid.Hash(address, "email", pepper)
		m := ada.ask("POST", "lookup", object{"algorithm": "sha256", "pepper": pepper, "addresses": []string{hash}}).ok(t)
		if got := m["mappings"].(object)[hash]; got != want {
			t.Errorf("%s is %v", address, got)
		}
	}
}

func TestAdaMayNotInviteToTheBoard(t *testing.T) {
	w := newDemo()
	ada := signInToDemo(t, w)
	for alias, may := range map[string]bool{"board": false, "compilers": true, "ops": true, "plan9": true} {
		if err := w.Invite(ada.roomOf(alias), ada.id, "@new:example.org"); (err == nil) != may {
			t.Errorf("%s: %v", alias, err)
		}
	}
}

func TestDemoHasAHostileDisplayName(t *testing.T) {
	w := newDemo()
	_, content := w.StateEvent(signInToDemo(t, w).roomOf("compilers"), "m.room.third_party_invite", "hostile")
	var invite struct {
		DisplayName string `json:"display_name"`
	}
	if err := json.Unmarshal(content, &invite); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"\x1b[2J", "\x1b]52;", "\u202e", "\u200b", "\r\n", "\U000e0041"} {
		if !strings.Contains(invite.DisplayName, s) {
			t.Errorf("no %q", s)
		}
	}
	if len(invite.DisplayName) < 1000 {
		t.Errorf("only %d bytes", len(invite.DisplayName))
	}
}

func TestDemoHasTheDocumentsOfItsTerms(t *testing.T) {
	server := httptest.NewServer(newDemo())
	defer server.Close()
	for path, want := range map[string]string{
		"/privacy-1.2-en.html": "<h1>Privacy Policy</h1>",
		"/terms-2.0-en.html":   "<h1>Terms of Service</h1>",
		"/another.html":        "<h1>No Such Resource</h1>",
	} {
		answer, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if answer.Body.Close(); err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, %v\n%s", path, answer.StatusCode, err, body)
		}
	}
}
