package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

func TestInviteWithoutTokenOrServerIsRefused(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.hs("POST", "rooms/"+url.PathEscape(room)+"/invite", object{"medium": "email", "address": "a@b.c"}).
		fails(t, 400, "M_MISSING_PARAM", "`id_server` and `id_access_token` are required when doing 3pid invite")
	ada.hs("POST", "rooms/"+url.PathEscape(room)+"/invite", object{"medium": "email"}).
		fails(t, 400, "M_MISSING_PARAM", "Missing params: ['user_id']")
}

// Every error of the identity server is the same error for the sender.
func TestEveryErrorOfTheIdentityServerIsAnInternalError(t *testing.T) {
	const text = "Internal server error"
	for name, spoil := range map[string]func(*World, *caller) string{
		"wrong token": func(_ *World, c *caller) string { c.is = "wrong"; return "dave@example.org" },
		"terms": func(w *World, _ *caller) string {
			w.SetTerms(map[string]Policy{"p": {Version: "1", Languages: map[string]Document{"en": {Name: "P", URL: "https://p"}}}})
			return "dave@example.org"
		},
		"down":       func(w *World, _ *caller) string { w.SetIdentityServerDown(true); return "dave@example.org" },
		"no address": func(*World, *caller) string { return "dave" },
		"mail limit": func(w *World, c *caller) string {
			w.LimitMails(StockMailsPerSecond, 1)
			c.inviteByMail(c.room, "other@example.org").ok(c.t)
			return "dave@example.org"
		},
		"case of a bound address": func(w *World, c *caller) string {
			if err := w.Bind("dave@example.org", "@ken:example.org"); err != nil {
				c.t.Fatal(err)
			}
			return "Dave@example.org"
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, room := newWorld()
			ada := signIn(t, w, "ada")
			ada.room = room
			ada.register()
			address := spoil(w, ada)
			ada.inviteByMail(room, address).fails(t, 500, "M_UNKNOWN", text)
		})
	}
}

func TestUnknownIdentityServerIsAnInternalError(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.hs("POST", "rooms/"+url.PathEscape(room)+"/invite", object{
		"medium": "email", "address": "a@b.c", "id_server": "nowhere.example", "id_access_token": "x",
	}).fails(t, 500, "M_UNKNOWN", "Internal server error")
}

func TestMailIsSentBeforeThePowerLevelIsChecked(t *testing.T) {
	w, _ := newWorld()
	room := w.CreateRoom("@ada:example.org", RoomOptions{Preset: "public_chat", RoomVersion: "10", Members: []string{"@ken:example.org"}})
	ken := signIn(t, w, "ken")
	ken.register()
	ken.inviteByMail(room, "dave@example.org").fails(t, 403, "M_FORBIDDEN", "You don't have permission to invite users")
	if n := len(w.Mails("dave@example.org")); n != 1 {
		t.Errorf("%d mails", n)
	}
	grace := signIn(t, w, "grace")
	grace.register()
	grace.inviteByMail(room, "dave@example.org").
		fails(t, 403, "M_FORBIDDEN", "User @grace:example.org not in room "+room)
	if n := len(w.Mails("dave@example.org")); n != 2 {
		t.Errorf("%d mails", n)
	}
}

func TestBoundAddressBecomesAnOrdinaryInvite(t *testing.T) {
	w, room := newWorld()
	if err := w.Bind("ken@bell.example", "@ken:example.org"); err != nil {
		t.Fatal(err)
	}
	ada := signIn(t, w, "ada")
	ada.register()
	ada.inviteByMail(room, "ken@bell.example").ok(t)
	if n := len(ada.invites(room)); n != 0 {
		t.Errorf("%d e-mail invites", n)
	}
	m := ada.member(room, "@ken:example.org")
	if m["membership"] != "invite" || m["displayname"] != "ken" {
		t.Errorf("member: %v", m)
	}
	if n := len(w.Mails("ken@bell.example")); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestInviteLimitIsThatOfSynapse(t *testing.T) {
	w, room := newWorld()
	w.LimitInvites(StockInvitesPerSecond, StockInviteBurst)
	ada := signIn(t, w, "ada")
	ada.register()
	for range StockInviteBurst {
		ada.inviteByMail(room, "dave@example.org").ok(t)
	}
	a := ada.inviteByMail(room, "dave@example.org")
	a.fails(t, 429, "M_LIMIT_EXCEEDED", "Too Many Requests")
	if ms := a.body["retry_after_ms"].(float64); ms < 399_000 || ms > 400_000 {
		t.Errorf("retry after %v ms", ms)
	}
	if got := a.header.Get("Retry-After"); got != "400" {
		t.Errorf("Retry-After: %s", got)
	}
}

func TestUserInviteLimitsAreThoseOfSynapse(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	invite := func(room, user string) response {
		return ada.hs("POST", "rooms/"+url.PathEscape(room)+"/invite", object{"user_id": user})
	}
	refused := func(r response, least, most float64) {
		t.Helper()
		r.fails(t, 429, "M_LIMIT_EXCEEDED", "Too Many Requests")
		if ms := r.body["retry_after_ms"].(float64); ms < least || ms > most {
			t.Errorf("retry after %v ms", ms)
		}
	}
	w.LimitUserInvites(1000, 1000, StockRecipientPerSecond, StockRecipientBurst)
	for range StockRecipientBurst {
		invite(w.CreateRoom(ada.id, RoomOptions{}), "@ken:example.org").ok(t)
	}
	refused(invite(room, "@ken:example.org"), 332_000, 334_000)
	invite(room, "@grace:example.org").ok(t)

	w.LimitUserInvites(StockUserInvitesPerSecond, StockUserInviteBurst, 1000, 1000)
	for n := range StockUserInviteBurst {
		invite(room, fmt.Sprintf("@user%d:example.org", n)).ok(t)
	}
	refused(invite(room, "@one.more:example.org"), 3200, 3400)
}

func TestInviteWithTransactionIDMailsOnce(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.register()
	for range 3 {
		ada.hs("PUT", "rooms/"+url.PathEscape(room)+"/invite/txn1", object{
			"medium": "email", "address": "dave@example.org", "id_server": "id.example.org", "id_access_token": ada.is,
		}).ok(t)
	}
	if n := len(w.Mails("dave@example.org")); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestHomeserverSendsTheTokenInTheQueryOfHashDetails(t *testing.T) {
	w, room := newWorld()
	ada := signIn(t, w, "ada")
	ada.register()
	ada.inviteByMail(room, "dave@example.org").ok(t)
	for _, r := range w.Requests() {
		if r.From == "homeserver" && r.Method == http.MethodGet && r.URL.Query().Get("access_token") == ada.is {
			return
		}
	}
	t.Error("no such request")
}

func TestCreateRoomSendsInvitesAfterItMadeTheRoom(t *testing.T) {
	w, _ := newWorld()
	ada := signIn(t, w, "ada")
	ada.register()
	invite := object{"medium": "email", "address": "dave@example.org", "id_server": "id.example.org", "id_access_token": ada.is}
	ada.hs("POST", "createRoom", object{"invite_3pid": []object{invite}}).ok(t)
	if n := len(w.Mails("dave@example.org")); n != 1 {
		t.Errorf("%d mails", n)
	}
	invite["id_access_token"] = "wrong"
	ada.hs("POST", "createRoom", object{"invite_3pid": []object{invite}}).
		fails(t, 500, "M_UNKNOWN", "Internal server error")
	if n := len(ada.hs("GET", "joined_rooms", nil).ok(t)["joined_rooms"].([]any)); n != 3 {
		t.Errorf("%d rooms", n)
	}
	delete(invite, "id_access_token")
	ada.hs("POST", "createRoom", object{"invite_3pid": []object{invite}}).fails(t, 400, "M_MISSING_PARAM",
		"all of `medium`, `address`, `id_server` and `id_access_token` are required when making a 3pid invite")
}

func TestUserWhoBlocksInvitesIsNotInvited(t *testing.T) {
	w, room := newWorld()
	ken := signIn(t, w, "ken")
	ken.hs("PUT", "user/"+url.PathEscape(ken.id)+"/account_data/m.invite_permission_config", object{"default_action": "block"}).ok(t)
	if err := w.Bind("ken@bell.example", ken.id); err != nil {
		t.Fatal(err)
	}
	ada := signIn(t, w, "ada")
	ada.register()
	ada.inviteByMail(room, "ken@bell.example").
		fails(t, 403, "M_INVITE_BLOCKED", "You are not permitted to invite this user.")
}
