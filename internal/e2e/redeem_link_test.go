package e2e

import (
	"maps"
	"net/http"
	"net/url"
	"testing"
)

// signByLink asks the identity server to sign a user ID, as a client does when its user
// opens the link in a mail.
func signByLink(tb testing.TB, w world, m mail, userID string) object {
	tb.Helper()
	status, signed := call(tb, w, http.MethodPost, m.SignURL+"&mxid="+url.QueryEscape(userID), nil)
	if status != http.StatusOK {
		tb.Fatalf("sign: %d %v", status, signed)
	}
	return signed
}

func (r room) joinWith(signed object) answer {
	r.t.Helper()
	return r.ask(http.MethodPost, r.path("/join"), object{"third_party_signed": signed})
}

// invitedByLink returns a room with an invite by e-mail, and the mail.
func invitedByLink(tb testing.TB, w world) (inviter room, invite object, m mail) {
	tb.Helper()
	room := newPerson(tb, w, "ada").createRoom()
	to := address("grace")
	invite = room.inviteByEmail(to)
	return room, invite, w.Mails(tb, to, 1)[0]
}

func TestUserJoinsByTheLinkInTheMail(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, invite, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		a := room.as(grace).joinWith(signByLink(t, w, m, grace.ID))
		check(t, w, "status", a.Status, `200`)
		check(t, w, "room", a.Body["room_id"] == room.RoomID, `true`)

		known := names{
			room.ID: "@ada", grace.ID: "@grace", invite["state_key"].(string): "token", idServer(w): "identity server",
		}
		join := room.member(grace.ID)
		_, copied := content(join)["third_party_signed"]
		check(t, w, "the join has the proof", copied, `false`)
		history := room.messages(object{"types": []string{memberEvent}, "senders": []string{room.ID}})
		check(t, w, "the invite before the join", known.in(pick(history[0], "sender", "state_key", "content")), `{
			"sender": "@ada", "state_key": "@grace",
			"content": {"membership": "invite", "third_party_invite": {
				"display_name": "gra...@exa...",
				"signed": {"mxid": "@grace", "sender": "@ada", "token": "token", "signatures": {"identity server": {"ed25519:0": "signature"}}}}}}`)
		check(t, w, "which the join replaced", unsigned(join)["replaces_state"] == history[0]["event_id"], `true`)
	})
}

// On Synapse, POST /join/{room} copies the whole request into the event;
// /rooms/{room}/join does not.
func TestJoiningByAliasPathCopiesTheProofIntoTheJoin(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		signed := signByLink(t, w, m, grace.ID)
		a := grace.ask(http.MethodPost, "/join/"+url.PathEscape(room.RoomID), object{"third_party_signed": signed})
		check(t, w, "status", a.Status, `200`)
		_, copied := content(room.member(grace.ID))["third_party_signed"]
		check(t, w, "the join has the proof", copied, `true`)
	})
}

func TestLinkCanBeUsedTwice(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		for _, name := range []string{"grace", "rob"} {
			p := newPerson(t, w, name)
			check(t, w, name, room.as(p).joinWith(signByLink(t, w, m, p.ID)).Status, `200`)
		}
	})
}

// A user who has the link and knows the sender can sign without the identity server.
func TestLinkCanBeSignedWithoutTheIdentityServer(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		signed := sign(t, m.PrivateKey, "anybody.test", object{"mxid": grace.ID, "sender": room.ID, "token": m.Token})
		check(t, w, "status", room.as(grace).joinWith(signed).Status, `200`)
	})
}

func TestLinkIsValidAfterTheSenderLeft(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		room.inviteAndJoin(newPerson(t, w, "rob"))
		room.must(http.MethodPost, room.path("/leave"), object{})
		grace := newPerson(t, w, "grace")
		check(t, w, "status", room.as(grace).joinWith(signByLink(t, w, m, grace.ID)).Status, `200`)
	})
}

func TestLinksThatAreNotValid(t *testing.T) {
	const notInvited = "403 M_FORBIDDEN: You are not invited to this room."
	everywhere(t, func(t *testing.T, w world) {
		grace := newPerson(t, w, "grace")
		t.Run("a signature for another user", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			rob := newPerson(t, w, "rob")
			refused(t, w, "for another user", room.as(grace).joinWith(signByLink(t, w, m, rob.ID)), notInvited)
		})
		t.Run("a signature by another key", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			_, _, other := invitedByLink(t, w)
			signed := sign(t, other.PrivateKey, idServer(w), object{"mxid": grace.ID, "sender": room.ID, "token": m.Token})
			refused(t, w, "another key", room.as(grace).joinWith(signed), notInvited)
		})
		t.Run("an unknown token", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			signed := sign(t, m.PrivateKey, idServer(w), object{"mxid": grace.ID, "sender": room.ID, "token": "unknown"})
			refused(t, w, "unknown token", room.as(grace).joinWith(signed), notInvited)
		})
		t.Run("a sender who did not invite", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			signed := sign(t, m.PrivateKey, idServer(w), object{"mxid": grace.ID, "sender": grace.ID, "token": m.Token})
			refused(t, w, "another sender", room.as(grace).joinWith(signed), notInvited)
		})
		t.Run("revoked", func(t *testing.T) {
			room, invite, m := invitedByLink(t, w)
			room.setState(inviteEvent, invite["state_key"].(string), object{})
			refused(t, w, "revoked", room.as(grace).joinWith(signByLink(t, w, m, grace.ID)), notInvited)
		})
		t.Run("replaced by another member", func(t *testing.T) {
			room, invite, m := invitedByLink(t, w)
			room.inviteAndJoin(newPerson(t, w, "rob")).setState(inviteEvent, invite["state_key"].(string), content(invite))
			refused(t, w, "replaced", room.as(grace).joinWith(signByLink(t, w, m, grace.ID)), notInvited)
		})
		t.Run("banned", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			room.must(http.MethodPost, room.path("/ban"), object{"user_id": grace.ID})
			refused(t, w, "banned", room.as(grace).joinWith(signByLink(t, w, m, grace.ID)),
				"403 M_FORBIDDEN: "+grace.ID+" is banned from the room")
		})
		t.Run("a key that is not valid any more", func(t *testing.T) {
			room, invite, m := invitedByLink(t, w)
			changed := maps.Clone(content(invite))
			changed["public_keys"] = []object{{
				"public_key":       publicKey(t, m.PrivateKey),
				"key_validity_url": w.IdentityServer() + "/_matrix/identity/api/v1/pubkey/isvalid",
			}}
			room.setState(inviteEvent, m.Token, changed)
			refused(t, w, "key not valid", room.as(grace).joinWith(signByLink(t, w, m, grace.ID)),
				"403 M_FORBIDDEN: Third party certificate was invalid")
		})
		t.Run("without members it needs", func(t *testing.T) {
			room, _, m := invitedByLink(t, w)
			signed := signByLink(t, w, m, grace.ID)
			delete(signed, "token")
			refused(t, w, "without token", room.as(grace).joinWith(signed), internal)
		})
		t.Run("no proof at all", func(t *testing.T) {
			room, _, _ := invitedByLink(t, w)
			refused(t, w, "no proof", room.as(grace).ask(http.MethodPost, room.path("/join"), object{}), notInvited)
		})
	})
}

func TestLinkWhileTheIdentityServerIsDown(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, _, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		signed := signByLink(t, w, m, grace.ID)
		w.SetIdentityServerDown(t, true)
		t.Cleanup(func() { w.SetIdentityServerDown(t, false) })
		refused(t, w, "answer", room.as(grace).joinWith(signed), "502 M_UNKNOWN: Third party certificate could not be checked")
		check(t, w, "member event", room.member(grace.ID), `null`)
	})
}

// A key without key_validity_url does not expire, so the invite needs no identity server.
func TestKeyWithoutValidityURLIsNeverChecked(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room, invite, m := invitedByLink(t, w)
		grace := newPerson(t, w, "grace")
		signed := signByLink(t, w, m, grace.ID)
		own := maps.Clone(content(invite))
		own["public_keys"] = []object{{"public_key": publicKey(t, m.PrivateKey)}}
		room.setState(inviteEvent, m.Token, own)
		w.SetIdentityServerDown(t, true)
		t.Cleanup(func() { w.SetIdentityServerDown(t, false) })
		check(t, w, "status", room.as(grace).joinWith(signed).Status, `200`)
	})
}
