package e2e

import (
	"maps"
	"net/http"
	"strconv"
	"testing"
)

// internal is the response of the homeserver to nearly all errors of the identity
// server.
const internal = "500 M_UNKNOWN: Internal server error"

// The homeserver asks the identity server to send the mail before it checks whether the event is allowed.
func TestMailIsSentBeforeThePowerLevelIsChecked(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom(object{"power_level_content_override": object{"invite": 50}})
		theirs := room.inviteAndJoin(grace)
		to := address("rob")
		refused(t, w, "answer", theirs.askInvite(theirs.byEmail(to)),
			"403 M_FORBIDDEN: You don't have permission to invite users")
		check(t, w, "mails", len(w.Mails(t, to, 0)), `1`)
		check(t, w, "invites", len(room.invites()), `0`)
	})
}

func TestMailIsSentAlthoughTheSenderIsNotInTheRoom(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom().as(grace)
		to := address("rob")
		refused(t, w, "answer", room.askInvite(room.byEmail(to)),
			"403 M_FORBIDDEN: User "+grace.ID+" not in room "+room.RoomID)
		check(t, w, "mails", len(w.Mails(t, to, 0)), `1`)
	})
}

func TestInviteWithoutRequiredMembers(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		for name, want := range map[string]string{
			"id_access_token": "400 M_MISSING_PARAM: `id_server` and `id_access_token` are required when doing 3pid invite",
			"id_server":       "400 M_MISSING_PARAM: `id_server` and `id_access_token` are required when doing 3pid invite",
			"medium":          "400 M_MISSING_PARAM: Missing params: ['user_id']",
			"address":         "400 M_MISSING_PARAM: Missing params: ['user_id']",
		} {
			body := room.byEmail(to)
			delete(body, name)
			refused(t, w, "without "+name, room.askInvite(body), want)
		}
		check(t, w, "mails", len(w.Mails(t, to, 0)), `0`)
	})
}

func TestEveryErrorOfTheIdentityServerIsAnInternalError(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		room := ada.createRoom()
		to := address("rob")
		try := func(fact string, change object) {
			t.Helper()
			body := room.byEmail(to)
			maps.Copy(body, change)
			refused(t, w, fact, room.askInvite(body), internal)
		}
		try("bad id_access_token", object{"id_access_token": "not-a-token"})
		try("id_access_token of another user", object{"id_access_token": grace.atIdentityServer()})
		try("no such identity server", object{"id_server": "localhost:1"})
		try("no address", object{"address": "nonsense"})
		try("an address with a name", object{"address": "Rob <rob@example.test>"})
		try("a telephone", object{"medium": "msisdn", "address": "18005552067"})
		check(t, w, "mails", len(w.Mails(t, to, 0)), `0`)
		check(t, w, "invites", len(room.invites()), `0`)
	})
}

func TestInviteWhileTheIdentityServerIsDown(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		body := room.byEmail(to)
		w.SetIdentityServerDown(t, true)
		t.Cleanup(func() { w.SetIdentityServerDown(t, false) })
		refused(t, w, "answer", room.askInvite(body), internal)
		check(t, w, "invites", len(room.invites()), `0`)
		w.SetIdentityServerDown(t, false)
		accepted(t, w, "when it is back", room.askInvite(body))
	})
}

func TestInviteBeforeTermsAreAccepted(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		to := address("grace")
		w.SetTerms(t, true)
		t.Cleanup(func() { w.SetTerms(t, false) })
		refused(t, w, "answer", room.askInvite(room.byEmail(to)), internal)
		check(t, w, "mails", len(w.Mails(t, to, 0)), `0`)
	})
}

func TestInviteOfABoundAddressInTheWrongCaseFails(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		to := address("grace")
		w.Bind(t, to, grace.ID, grace.token)
		room := ada.createRoom()
		// The homeserver hashes the address without case folding and finds no user; the identity server folds it and finds one.
		refused(t, w, "answer", room.askInvite(room.byEmail("G"+to[1:])), internal)
	})
}

func TestInviteOfABoundAddressOfAUserWhoCannotBeInvited(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		to := address("grace")
		w.Bind(t, to, grace.ID, grace.token)
		room := ada.createRoom()
		room.inviteAndJoin(grace)
		refused(t, w, "joined", room.askInvite(room.byEmail(to)), "403 M_FORBIDDEN: "+grace.ID+" is already in the room.")
		room.must(http.MethodPost, room.path("/ban"), object{"user_id": grace.ID})
		refused(t, w, "banned", room.askInvite(room.byEmail(to)), "403 M_BAD_STATE: Cannot invite user who was banned")
	})
}

func TestInviteIntoAnUnknownRoom(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		nowhere := room{ada, "!nowhere:" + w.ServerName()}
		to := address("grace")
		refused(t, w, "by e-mail", nowhere.askInvite(nowhere.byEmail(to)), "403 M_FORBIDDEN: User "+ada.ID+" not in room "+nowhere.RoomID)
		check(t, w, "mails", len(w.Mails(t, to, 0)), `1`)
		refused(t, w, "by user ID", nowhere.askInvite(object{"user_id": "@grace:" + w.ServerName()}), "403 M_FORBIDDEN: Unknown room")
	})
}

func TestInvitesAreLimited(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		w.LimitInvites(t, 0.0025, 5)
		room := newPerson(t, w, "ada").createRoom()
		for range 5 {
			accepted(t, w, "the first five", room.askInvite(room.byEmail(address("grace"))))
		}
		to := address("grace")
		a := room.askInvite(room.byEmail(to))
		refused(t, w, "the sixth", a, "429 M_LIMIT_EXCEEDED: Too Many Requests")
		wait, _ := a.Body["retry_after_ms"].(float64)
		check(t, w, "wait in ms", wait > 390_000 && wait <= 400_000, `true`)
		header, err := strconv.Atoi(a.Header.Get("Retry-After"))
		check(t, w, "wait in seconds, by header", err == nil && header >= 390 && header <= 400, `true`)
		check(t, w, "mails of the refused", len(w.Mails(t, to, 0)), `0`)

		other := newPerson(t, w, "grace").createRoom()
		accepted(t, w, "another user", other.askInvite(other.byEmail(address("rob"))))
	})
}
