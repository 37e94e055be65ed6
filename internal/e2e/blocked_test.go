package e2e

import (
	"net/http"
	"net/url"
	"testing"
)

// Users may block all invites (MSC4380, Matrix 1.18).
func TestInviteOfAUserWhoBlocksInvites(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		to := address("grace")
		w.Bind(t, to, grace.ID, grace.token)
		grace.must(http.MethodPut, "/user/"+url.PathEscape(grace.ID)+"/account_data/m.invite_permission_config",
			object{"default_action": "block"})
		room := ada.createRoom()
		refused(t, w, "by user ID", room.askInvite(object{"user_id": grace.ID}),
			"403 M_INVITE_BLOCKED: You are not permitted to invite this user.")
		refused(t, w, "by e-mail", room.askInvite(room.byEmail(to)),
			"403 M_INVITE_BLOCKED: You are not permitted to invite this user.")
	})
}
