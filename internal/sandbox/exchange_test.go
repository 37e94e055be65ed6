package sandbox

import (
	"crypto/ed25519"
	"net/url"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

func mustInvite(t *testing.T, w *World, room, sender, address string) (token string) {
	t.Helper()
	token, err := w.InviteByEmail(room, sender, address)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// signed opens the link of the newest mail to an address.
func (c *caller) signed(address string) object {
	c.t.Helper()
	mails := c.w.Mails(address)
	m := mails[len(mails)-1]
	return c.send("POST", m.SignURL+"&mxid="+url.QueryEscape(c.id), "", nil).ok(c.t)
}

func (c *caller) joinSigned(room string, signed object) response {
	c.t.Helper()
	return c.hs("POST", "rooms/"+url.PathEscape(room)+"/join", object{"third_party_signed": signed})
}

func TestJoinByLink(t *testing.T) {
	const notInvited = "You are not invited to this room."
	for name, x := range map[string]struct {
		spoil         func(w *World, room string, signed object)
		status        int
		errcode, text string
	}{
		"revoked": {func(w *World, room string, signed object) {
			_, _ = w.SendState(room, "@ada:example.org", "m.room.third_party_invite", signedjson.String(signed["token"]), object{})
		}, 403, "M_FORBIDDEN", notInvited},
		"replaced by another sender": {func(w *World, room string, signed object) {
			_, content := w.StateEvent(room, "m.room.third_party_invite", signedjson.String(signed["token"]))
			_, _ = w.PlantState(room, "@ken:example.org", "m.room.third_party_invite", signedjson.String(signed["token"]), content)
		}, 403, "M_FORBIDDEN", notInvited},
		"unknown token": {func(_ *World, _ string, signed object) {
			signed["token"] = "unknown"
		}, 403, "M_FORBIDDEN", notInvited},
		"signed for another user": {func(_ *World, _ string, signed object) {
			signed["mxid"] = "@ken:example.org"
		}, 403, "M_FORBIDDEN", notInvited},
		"another sender": {func(_ *World, _ string, signed object) {
			signed["sender"] = "@ken:example.org"
		}, 403, "M_FORBIDDEN", notInvited},
		"signature of other content": {func(_ *World, _ string, signed object) {
			signed["more"] = true
		}, 403, "M_FORBIDDEN", notInvited},
		"no token": {func(_ *World, _ string, signed object) {
			delete(signed, "token")
		}, 500, "M_UNKNOWN", "Internal server error"},
		"no sender": {func(_ *World, _ string, signed object) {
			delete(signed, "sender")
		}, 500, "M_UNKNOWN", "Internal server error"},
		"banned": {func(w *World, room string, _ object) {
			_ = w.Ban(room, "@ada:example.org", "@grace:example.org")
		}, 403, "M_FORBIDDEN", "@grace:example.org is banned from the room"},
		"identity server down": {func(w *World, _ string, _ object) {
			w.SetIdentityServerDown(true)
		}, 502, "M_UNKNOWN", "Third party certificate could not be checked"},
		"key not valid": {func(w *World, _ string, _ object) {
			w.Inject(Fault{Path: "/_matrix/identity/api/v1/pubkey/ephemeral/isvalid", Status: 200, Body: `{"valid":false}`})
		}, 403, "M_FORBIDDEN", "Third party certificate was invalid"},
		"a key that is a number": {func(w *World, room string, signed object) {
			_, _ = w.PlantState(room, "@ada:example.org", "m.room.third_party_invite", signedjson.String(signed["token"]), object{"public_key": 42})
		}, 500, "M_UNKNOWN", "Internal server error"},
	} {
		t.Run(name, func(t *testing.T) {
			w, room := newWorld()
			mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
			grace := signIn(t, w, "grace")
			signed := grace.signed("dave@example.org")
			x.spoil(w, room, signed)
			grace.joinSigned(room, signed).fails(t, x.status, x.errcode, x.text)
			if m := w.Membership(room, grace.id); m == "join" || m == "invite" {
				t.Errorf("became %s", m)
			}
		})
	}
}

// Synapse tries each pair of a key and a URL until one is valid, also after a failure (_check_signature in
// synapse/handlers/federation.py).
func TestKeyIsTriedAtEachOfItsValidityURLs(t *testing.T) {
	const refused = "https://id.example.org/_matrix/identity/api/v1/pubkey/isvalid" // this URL is of long-term keys
	for name, x := range map[string]struct {
		entry  object
		status int
	}{
		"the second has none":         {object{}, 200},
		"the second is valid":         {object{"key_validity_url": "https://id.example.org/_matrix/identity/api/v1/pubkey/ephemeral/isvalid"}, 200},
		"the second is not valid":     {object{"key_validity_url": "https://id.example.org/_matrix/identity/v2/pubkey/isvalid"}, 403},
		"the second has a query":      {object{"key_validity_url": refused + "?again"}, 502},
		"the second is not reachable": {object{"key_validity_url": "https://nowhere.example.org/isvalid"}, 502},
		"the second is null":          {object{"key_validity_url": nil}, 502},
	} {
		t.Run(name, func(t *testing.T) {
			w, room := newWorld()
			token := mustInvite(t, w, room, "@ada:example.org", "lin@kernel.example")
			content := signIn(t, w, "ada").hs("GET", "rooms/"+url.PathEscape(room)+"/state/m.room.third_party_invite/"+token, nil).ok(t)
			ephemeral := content["public_keys"].([]any)[1].(object)["public_key"]
			x.entry["public_key"] = ephemeral
			if _, err := w.SendState(room, "@ada:example.org", "m.room.third_party_invite", token, object{
				"display_name": "dave", "public_key": ephemeral, "key_validity_url": refused, "public_keys": []any{x.entry},
			}); err != nil {
				t.Fatal(err)
			}
			grace := signIn(t, w, "grace")
			if got := grace.joinSigned(room, grace.signed("lin@kernel.example")); got.status != x.status {
				t.Errorf("status %d, want %d", got.status, x.status)
			}
		})
	}
}

func TestInviteIsValidAfterItsSenderWasBanned(t *testing.T) {
	w, room := newWorld()
	if err := w.Invite(room, "@ada:example.org", "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	if err := w.Join(room, "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	mustInvite(t, w, room, "@ken:example.org", "dave@example.org")
	if err := w.Ban(room, "@ada:example.org", "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	grace := signIn(t, w, "grace")
	grace.joinSigned(room, grace.signed("dave@example.org")).ok(t)
}

// Synapse checks the power level only by the rule of the event type: state_default and the level of the type do not count.
func TestMemberWhoMayInviteMayRevoke(t *testing.T) {
	w, _ := newWorld()
	room := w.CreateRoom("@ada:example.org", RoomOptions{
		Preset: "private_chat", RoomVersion: "10", Members: []string{"@ken:example.org"},
		PowerLevels: object{"events": object{"m.room.third_party_invite": 100}, "state_default": 50},
	})
	token := mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	ken := signIn(t, w, "ken")
	first := ken.hs("PUT", "rooms/"+url.PathEscape(room)+"/state/m.room.third_party_invite/"+token, object{}).ok(t)
	second := ken.hs("PUT", "rooms/"+url.PathEscape(room)+"/state/m.room.third_party_invite/"+token, object{}).ok(t)
	if first["event_id"] != second["event_id"] {
		t.Error("revoking again made another event")
	}
}

func TestBindAcceptsAllInvitesOfTheAddress(t *testing.T) {
	w, room := newWorld()
	other := w.CreateRoom("@ada:example.org", RoomOptions{Name: "Other"})
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	last := mustInvite(t, w, room, "@ada:example.org", "Dave@example.org")
	mustInvite(t, w, other, "@ada:example.org", "dave@example.org")
	link := w.Mails("dave@example.org")[0]
	if err := w.Bind("DAVE@example.org", "@grace:example.org"); err != nil {
		t.Fatal(err)
	}
	ada := signIn(t, w, "ada")
	m := ada.member(room, "@grace:example.org")
	tpi := m["third_party_invite"].(object)
	if tpi["signed"].(object)["token"] != last || tpi["display_name"] != "Dav...@exa..." {
		t.Errorf("the second invite did not replace the first: %v", m)
	}
	if _, has := m["displayname"]; has {
		t.Error("an exchange tells no profile")
	}
	if ada.member(other, "@grace:example.org")["membership"] != "invite" {
		t.Error("not invited to the other room")
	}
	ada.send("POST", link.SignURL+"&mxid=@ken:example.org", "", nil).
		fails(t, 404, "M_UNRECOGNIZED", "Didn't recognize token")
}

func TestBindingAnotherAddressChangesJoinToInvite(t *testing.T) {
	w, room := newWorld()
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	mustInvite(t, w, room, "@ada:example.org", "dave@work.example")
	if err := w.Bind("dave@example.org", "@grace:example.org"); err != nil {
		t.Fatal(err)
	}
	if err := w.Join(room, "@grace:example.org"); err != nil {
		t.Fatal(err)
	}
	if err := w.Bind("dave@work.example", "@grace:example.org"); err != nil {
		t.Fatal(err)
	}
	if got := w.Membership(room, "@grace:example.org"); got != "invite" {
		t.Errorf("membership %s", got)
	}
}

func TestKeyWithoutValidityURLNeedsNoIdentityServer(t *testing.T) {
	w, room := newWorld()
	w.SetIdentityServerDown(true)
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	if _, err := w.SendState(room, "@ada:example.org", "m.room.third_party_invite", "own", object{
		"display_name": "x", "public_keys": []any{object{"public_key": signedjson.EncodeBase64(key.Public().(ed25519.PublicKey))}},
	}); err != nil {
		t.Fatal(err)
	}
	grace := signIn(t, w, "grace")
	signed := object{"mxid": grace.id, "sender": "@ada:example.org", "token": "own"}
	signedjson.Sign(signed, "anything", "ed25519:xyz", key)
	grace.joinSigned(room, signed).ok(t)
}

func TestJoinByAliasCopiesItsBodyIntoTheMemberEvent(t *testing.T) {
	w, _ := newWorld()
	room := w.CreateRoom("@ada:example.org", RoomOptions{Alias: "attic", RoomVersion: "10"})
	mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	grace := signIn(t, w, "grace")
	grace.hs("POST", "join/"+url.PathEscape("#attic:example.org"),
		object{"third_party_signed": grace.signed("dave@example.org")}).ok(t)
	if _, ok := grace.member(room, grace.id)["third_party_signed"]; !ok {
		t.Error("not copied")
	}
	grace.hs("POST", "join/"+url.PathEscape("#nowhere:example.org"), object{}).
		fails(t, 404, "M_NOT_FOUND", "Room alias #nowhere:example.org not found")
}

func TestOnBindReportsOneBadInviteAndAcceptsTheOthers(t *testing.T) {
	w, room := newWorld()
	other := w.CreateRoom("@ada:example.org", RoomOptions{})
	token := mustInvite(t, w, room, "@ada:example.org", "dave@example.org")
	mustInvite(t, w, other, "@ada:example.org", "dave@example.org")
	if _, err := w.SendState(room, "@ada:example.org", "m.room.third_party_invite", token, object{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Bind("dave@example.org", "@grace:example.org"); err == nil {
		t.Error("no error of the homeserver")
	}
	if got := w.Membership(other, "@grace:example.org"); got != "invite" {
		t.Errorf("membership %q", got)
	}
}

func TestMemberWithoutProofOfAnInviteIsAnInternalError(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	for _, tpi := range []any{"x", object{}, object{"signed": object{}}, object{"signed": object{"token": []int{}}}} {
		ada.hs("PUT", "rooms/"+url.PathEscape(room)+"/state/m.room.member/"+url.PathEscape("@ken:example.org"),
			object{"membership": "invite", "third_party_invite": tpi}).fails(t, 500, "M_UNKNOWN", "Internal server error")
	}
}

func TestAtSetsTheTimeOfEventsAndMails(t *testing.T) {
	w, room := newWorld()
	then := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	w.At(then, func() { mustInvite(t, w, room, "@ada:example.org", "dave@example.org") })
	ts := signIn(t, w, "ada").invites(room)[0]["origin_server_ts"]
	if ts != float64(then.UnixMilli()) || !w.Mails("dave@example.org")[0].At.Equal(then) {
		t.Errorf("event %v, mail %v", ts, w.Mails("dave@example.org")[0].At)
	}
}
