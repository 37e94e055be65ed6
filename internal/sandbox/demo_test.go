package sandbox

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

var demoNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newDemo() *World {
	return Demo(Options{Seed: 7, Now: func() time.Time { return demoNow }})
}

func signInToDemo(t *testing.T, w *World) *caller {
	t.Helper()
	ada := &caller{t: t, w: w, id: "@ada:example.org"}
	ada.token = str(ada.hs("POST", "login", object{
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

// What became of an invite, told from the room's whole past.
func fate(r *room, invite *event) string {
	if keys, err := publicKeys(invite); err != nil || len(keys) == 0 {
		if len(invite.fields) == 0 {
			return "revoked"
		}
		return "malformed"
	}
	for _, k := range []any{invite.fields["public_key"]} {
		if key, err := decodeKey(k); k != nil && (err != nil || len(key) != ed25519.PublicKeySize) {
			return "malformed"
		}
	}
	if invite.replaces != nil && invite.replaces.sender != invite.sender {
		return "replaced"
	}
	for _, e := range r.events {
		tpi, _ := e.fields["third_party_invite"].(object)
		signed, _ := tpi["signed"].(object)
		if signed["token"] == *invite.stateKey {
			return r.membership(*e.stateKey)
		}
	}
	return "pending"
}

func TestDemoHasInvitesInEveryState(t *testing.T) {
	w := newDemo()
	got := map[string]int{}
	for _, r := range w.hs.rooms {
		for _, e := range ordered(r.state) {
			if e.typ == typeThirdPartyInvite {
				got[fate(r, e)]++
			}
		}
	}
	for _, want := range []string{"pending", "invite", "join", "leave", "ban", "revoked", "malformed", "replaced"} {
		if got[want] == 0 {
			t.Errorf("no invite is %s: %v", want, got)
		}
	}
	t.Log(got)
}

func TestDemoHappenedInOrderOverMonths(t *testing.T) {
	w := newDemo()
	for _, r := range w.hs.rooms {
		last := demoNow.Add(-365 * 24 * time.Hour).UnixMilli()
		for _, e := range r.events {
			if e.ts < last || e.ts > demoNow.UnixMilli() {
				t.Errorf("%s in %s out of order", e.typ, r.id)
			}
			last = e.ts
		}
	}
}

func TestDemosOfOneSeedAreTheSame(t *testing.T) {
	dump := func(w *World) []byte {
		var b bytes.Buffer
		for _, id := range w.hs.roomIDs {
			for _, e := range w.hs.rooms[id].events {
				b.Write(encode(e.client(demoNow, view{roomID: true, prevContent: true})))
			}
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

func TestDemoAsksAdaToAcceptTermsAndKnowsTwoAddresses(t *testing.T) {
	w := newDemo()
	ada := signInToDemo(t, w)
	ada.register()
	ada.ask("GET", "hash_details", nil).fails(t, 403, "M_TERMS_NOT_SIGNED", "Terms not signed")
	policies := ada.ask("GET", "terms", nil).ok(t)["policies"].(object)
	var urls []string
	for _, id := range slices.Sorted(maps.Keys(policies)) {
		urls = append(urls, str(policies[id].(object)["en"].(object)["url"]))
	}
	ada.ask("POST", "terms", object{"user_accepts": urls}).ok(t)
	pepper := str(ada.ask("GET", "hash_details", nil).ok(t)["lookup_pepper"])
	for address, want := range map[string]string{"grace@navy.example": "@grace:example.org", "rob@bell.example": "@rob:example.org"} {
		hash := lookupHash(address, "email", pepper)
		m := ada.ask("POST", "lookup", object{"algorithm": "sha256", "pepper": pepper, "addresses": []string{hash}}).ok(t)
		if got := m["mappings"].(object)[hash]; got != want {
			t.Errorf("%s is %v", address, got)
		}
	}
}

func TestAdaMayNotInviteToTheBoard(t *testing.T) {
	w := newDemo()
	for alias, may := range map[string]bool{"board": false, "compilers": true, "ops": true, "plan9": true} {
		r := w.hs.rooms[w.hs.aliases["#"+alias+":example.org"]]
		if got := r.powerOf("@ada:example.org") >= r.namedLevel("invite", 0); got != may {
			t.Errorf("%s: %v", alias, got)
		}
	}
}

func TestDemoIsHostileToTerminals(t *testing.T) {
	w := newDemo()
	r := w.hs.rooms[w.hs.aliases["#compilers:example.org"]]
	name := r.invite("hostile").field("display_name")
	for _, s := range []string{"\x1b[2J", "\x1b]52;", "\u202e", "\u200b", "\r\n", "\U000e0041"} {
		if !strings.Contains(name, s) {
			t.Errorf("no %q", s)
		}
	}
	if len(name) < 1000 {
		t.Errorf("only %d bytes", len(name))
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
