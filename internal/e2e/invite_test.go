package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestInviteOfAnUnboundAddressBecomesState(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		room := ada.createRoom()
		to := address("grace")
		accepted(t, w, "answer", room.askInvite(room.byEmail(to)))
		var event object
		for _, event = range room.invites() {
		}
		known := names{ada.ID: "@ada", room.RoomID: "!room", w.IdentityServer(): "https://is"}
		check(t, w, "event", known.in(pick(event, "type", "sender", "room_id", "event_id", "content")), `{
			"type": "m.room.third_party_invite", "sender": "@ada", "room_id": "!room", "event_id": "$event",
			"content": {
				"display_name": "gra...@exa...",
				"public_key": "key", "key_validity_url": "https://is/_matrix/identity/v2/pubkey/isvalid",
				"public_keys": [
					{"public_key": "key", "key_validity_url": "https://is/_matrix/identity/api/v1/pubkey/isvalid"},
					{"public_key": "key", "key_validity_url": "https://is/_matrix/identity/api/v1/pubkey/ephemeral/isvalid"}]}}`)
		token := event["state_key"].(string)
		check(t, w, "length of the token", len(token), `128`)
		check(t, w, "letters of the token", strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), ``)
	})
}

func TestInviteIsMailed(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		event := room.inviteByEmail(to)
		mails := w.Mails(t, to, 1)
		check(t, w, "mails", len(mails), `1`)
		m := mails[0]
		check(t, w, "to", m.To == to, `true`)
		check(t, w, "token", m.Token == event["state_key"], `true`)
		check(t, w, "room", m.RoomID == room.RoomID, `true`)
		check(t, w, "app", strings.HasPrefix(m.Link, "https://app.element.io/#/room/%21"), `true`)
		check(t, w, "signurl", strings.HasPrefix(m.SignURL, w.IdentityServer()+"/_matrix/identity/api/v1/sign-ed25519?token="), `true`)
		check(t, w, "subject", strings.HasSuffix(m.Subject, " has invited you to chat"), `true`)
		check(t, w, "room name", strings.Contains(m.Link, "&room_name=Compilers&"), `true`)
		ephemeral := keysOf(event)[1]["public_key"].(string)
		public := publicKey(t, m.PrivateKey)
		check(t, w, "the private key is the second key's", public == ephemeral || public == otherAlphabet(ephemeral), `true`)
	})
}

func TestInviteOfABoundAddressIsAnOrdinaryOne(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		to := address("grace")
		w.Bind(t, to, grace.ID, grace.token)
		mails := len(w.Mails(t, to, 0))
		room := ada.createRoom()
		accepted(t, w, "answer", room.askInvite(room.byEmail(to)))
		event := room.member(grace.ID)
		check(t, w, "membership", content(event)["membership"], `invite`)
		check(t, w, "sender", event["sender"] == ada.ID, `true`)
		_, proof := content(event)["third_party_invite"]
		check(t, w, "has a proof", proof, `false`)
		check(t, w, "invites by e-mail", len(room.invites()), `0`)
		check(t, w, "mails", len(w.Mails(t, to, 0))-mails, `0`)
	})
}

func TestInvitingTwiceMakesTwoInvites(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		room.inviteByEmail(to)
		room.inviteByEmail(to)
		check(t, w, "invites", len(room.invites()), `2`)
		check(t, w, "mails", len(w.Mails(t, to, 2)), `2`)
	})
}

// Only Synapse has this endpoint. Its transaction ID prevents that a repeated request
// sends a second mail.
func TestInvitingByTransactionMailsOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		body := room.byEmail(to)
		accepted(t, w, "first", room.ask(http.MethodPut, room.path("/invite/once"), body))
		accepted(t, w, "again", room.ask(http.MethodPut, room.path("/invite/once"), body))
		check(t, w, "invites", len(room.invites()), `1`)
		check(t, w, "mails", len(w.Mails(t, to, 1)), `1`)
		accepted(t, w, "another transaction", room.ask(http.MethodPut, room.path("/invite/twice"), body))
		check(t, w, "mails of two transactions", len(w.Mails(t, to, 2)), `2`)
	})
}

// The homeserver does not change the address. The identity server folds its case for
// the mail, but not for the display name.
func TestOnlyTheIdentityServerFoldsAddresses(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		event := room.inviteByEmail("GRACE" + strings.TrimPrefix(strings.ToUpper(to), "GRACE"))
		check(t, w, "name", content(event)["display_name"], `GRA...@EXA...`)
		check(t, w, "mails to the folded address", len(w.Mails(t, to, 1)), `1`)
	})
}

func TestPresetDecidesWhoMayInvite(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		for preset, level := range map[string]string{"private_chat": `0`, "trusted_private_chat": `0`, "public_chat": `50`} {
			levels := content(find(ada.createRoom(object{"preset": preset}).state(), "m.room.power_levels", ""))
			check(t, w, "invite level of "+preset, levels["invite"], level)
		}
	})
}

func TestMemberInvitesByUserID(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		invite := func(p *person) answer { return room.askInvite(object{"user_id": p.ID, "reason": "compilers"}) }
		accepted(t, w, "invite", invite(grace))
		check(t, w, "reason", content(room.member(grace.ID))["reason"], `compilers`)
		accepted(t, w, "once more", invite(grace))
		grace.must(http.MethodPost, room.path("/join"), object{})
		refused(t, w, "of a member", invite(grace), "403 M_FORBIDDEN: "+grace.ID+" is already in the room.")
		accepted(t, w, "ban", room.ask(http.MethodPost, room.path("/ban"), object{"user_id": grace.ID}))
		refused(t, w, "of the banned", invite(grace), "403 M_BAD_STATE: Cannot invite user who was banned")
	})
}

func TestMembersByMembership(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, rob := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "rob")
		room := ada.createRoom()
		room.inviteAndJoin(rob)
		room.must(http.MethodPost, room.path("/invite"), object{"user_id": grace.ID})
		w.Settle(t)
		known := names{ada.ID: "@ada", grace.ID: "@grace", rob.ID: "@rob"}
		members := func(query string) any {
			t.Helper()
			var who []string
			chunk, _ := room.must(http.MethodGet, room.path("/members"+query), nil).Body["chunk"].([]any)
			for _, event := range chunk {
				who = append(who, known.word(event.(object)["state_key"].(string)))
			}
			slices.Sort(who)
			return who
		}
		check(t, w, "all", members(""), `["@ada", "@grace", "@rob"]`)
		check(t, w, "invited", members("?membership=invite"), `["@grace"]`)
		check(t, w, "not joined", members("?not_membership=join"), `["@grace"]`)
	})
}
