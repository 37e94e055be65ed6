package e2e

import (
	"net/http"
	"net/url"
	"testing"
)

func TestBindingTurnsAnInviteIntoAnOrdinaryOne(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		invite := room.inviteByEmail(to)
		token := invite["state_key"].(string)
		w.Bind(t, to, grace.ID, grace.token)

		known := names{
			ada.ID: "@ada", grace.ID: "@grace", grace.Localpart: "grace", token: "token", idServer(w): "identity server",
		}
		event := room.awaitMembership(grace.ID, "invite")
		check(t, w, "member event", known.in(pick(event, "type", "sender", "state_key", "content")), `{
			"type": "m.room.member", "sender": "@ada", "state_key": "@grace",
			"content": {"membership": "invite", "third_party_invite": {
				"display_name": "gra...@exa...",
				"signed": {"mxid": "@grace", "token": "token", "signatures": {"identity server": {"ed25519:0": "signature"}}}}}}`)
		check(t, w, "the invite stays as it was", content(room.invites()[token])["display_name"], `gra...@exa...`)

		// The identity server forgets the token, so the mailed link is not valid.
		m := w.Mails(t, to, 1)[0]
		eventually(t, "the link dies", func() bool {
			return ask(t, w, http.MethodPost, m.SignURL+"&mxid="+url.QueryEscape(grace.ID), "", nil).Status == http.StatusNotFound
		})
	})
}

func TestInviteeSeesTheInviteInSync(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		room.inviteByEmail(to)
		w.Bind(t, to, grace.ID, grace.token)
		room.awaitMembership(grace.ID, "invite")
		state := eventsOf(grace.sync(object{}), "invite", room.RoomID, "invite_state")
		event := find(state, memberEvent, grace.ID)
		check(t, w, "sender", event["sender"] == ada.ID, `true`)
		check(t, w, "name in the proof", in(content(event), "third_party_invite")["display_name"], `gra...@exa...`)
		check(t, w, "room name", content(find(state, "m.room.name", ""))["name"], `Compilers`)
		grace.must(http.MethodPost, room.path("/join"), object{})
		check(t, w, "joined", content(room.member(grace.ID))["membership"], `join`)
	})
}

// The join has no proof, and its state event has only the ID of the event that it
// replaced.
func TestJoinAfterAnInviteByEmail(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		room.inviteByEmail(to)
		w.Bind(t, to, grace.ID, grace.token)
		invited := room.awaitMembership(grace.ID, "invite")
		before := ada.sync(object{})["next_batch"].(string)
		grace.must(http.MethodPost, room.path("/join"), object{})

		known := names{invited["event_id"].(string): "the invite"}
		// Only events in /sync certainly have the replaced content. Elsewhere Synapse
		// adds it if it has just streamed the event.
		name := func(event object) any { return known.in(unsigned(event)["replaces_state"]) }
		proof := func(member object) bool { return len(in(member, "third_party_invite", "signed")) > 0 }

		inState := room.member(grace.ID)
		check(t, w, "membership", content(inState)["membership"], `join`)
		check(t, w, "proof", proof(content(inState)), `false`)
		check(t, w, "replaced, in state", name(inState), `the invite`)
		byID := room.must(http.MethodGet, room.path("/event/"+url.PathEscape(inState["event_id"].(string))), nil).Body
		check(t, w, "replaced, by ID", name(byID), `the invite`)
		inMessages := room.messages(object{"types": []string{memberEvent}})[0]
		check(t, w, "replaced, in messages", name(inMessages), `the invite`)
		check(t, w, "proof before, in messages", proof(in(unsigned(inMessages), "prev_content")), `true`)
		inSync := find(timelineOf(ada.syncSince(before, object{}), room.RoomID), memberEvent, grace.ID)
		check(t, w, "replaced, in sync", name(inSync), `the invite`)
		check(t, w, "proof before, in sync", proof(in(unsigned(inSync), "prev_content")), `true`)
		old := room.must(http.MethodGet, room.path("/event/"+url.PathEscape(invited["event_id"].(string))), nil).Body
		check(t, w, "the invite by ID", content(old)["membership"], `invite`)
	})
}

func TestBindingAcceptsAllInvitesOfAnAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("grace")
		tokens := names{
			room.inviteByEmail(to)["state_key"].(string): "first",
			room.inviteByEmail(to)["state_key"].(string): "second",
		}
		w.Bind(t, to, grace.ID, grace.token)
		var accepted []object
		eventually(t, "both invites are accepted", func() bool {
			accepted = room.messages(object{"types": []string{memberEvent}, "senders": []string{ada.ID}})
			return len(accepted) == 3 // and the sender's own join
		})
		token := func(member object) any {
			return tokens.in(in(member, "third_party_invite", "signed")["token"])
		}
		check(t, w, "newest", token(content(accepted[0])), `second`)
		check(t, w, "what it replaced", token(in(unsigned(accepted[0]), "prev_content")), `first`)
		check(t, w, "which it names", unsigned(accepted[0])["replaces_state"] == accepted[1]["event_id"], `true`)
		check(t, w, "oldest", token(content(accepted[1])), `first`)
		_, replaces := unsigned(accepted[1])["replaces_state"]
		check(t, w, "which replaced nothing", replaces, `false`)
		inState := room.member(grace.ID)
		check(t, w, "in state", token(content(inState)), `second`)
		check(t, w, "what it replaced, in state", unsigned(inState)["replaces_state"] == accepted[1]["event_id"], `true`)
	})
}

func TestBindingAnotherAddressChangesJoinToInvite(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		room.inviteAndJoin(grace)
		to := address("grace")
		room.inviteByEmail(to)
		w.Bind(t, to, grace.ID, grace.token)
		event := room.awaitMembership(grace.ID, "invite")
		check(t, w, "sender", event["sender"] == ada.ID, `true`)
	})
}

func TestInviteIsAcceptedAfterItsSenderLeft(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace, rob := newPerson(t, w, "ada"), newPerson(t, w, "grace"), newPerson(t, w, "rob")
		room := ada.createRoom()
		remains := room.inviteAndJoin(rob)
		to := address("grace")
		room.inviteByEmail(to)
		room.must(http.MethodPost, room.path("/leave"), object{})
		w.Bind(t, to, grace.ID, grace.token)
		event := remains.awaitMembership(grace.ID, "invite")
		check(t, w, "sender", event["sender"] == ada.ID, `true`)
	})
}

func TestBindingAcceptsNoRevokedInvite(t *testing.T) {
	bindingIsRefused(t, func(r room, invite object, _ *person) {
		r.setState(inviteEvent, invite["state_key"].(string), object{})
	})
}

// The identity server signs for the first sender, who is no longer the sender of the
// event.
func TestBindingAcceptsNoInviteThatAnotherMemberReplaced(t *testing.T) {
	bindingIsRefused(t, func(r room, invite object, _ *person) {
		other := r.inviteAndJoin(newPerson(r.t, r.w, "rob"))
		other.setState(inviteEvent, invite["state_key"].(string), content(invite))
	})
}

func TestBindingDoesNotInviteABannedUser(t *testing.T) {
	bindingIsRefused(t, func(r room, _ object, grace *person) {
		r.must(http.MethodPost, r.path("/ban"), object{"user_id": grace.ID})
	})
}

// bindingIsRefused checks that binding does not accept an invalid invite.
func bindingIsRefused(t *testing.T, spoil func(r room, invite object, invitee *person)) {
	t.Helper()
	everywhere(t, func(t *testing.T, w world) {
		grace := newPerson(t, w, "grace")
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		spoil(room, room.inviteByEmail(to), grace)
		w.Bind(t, to, grace.ID, grace.token)
		check(t, w, "is invited", content(room.member(grace.ID))["membership"] == "invite", `false`)
	})
}
