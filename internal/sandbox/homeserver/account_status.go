package homeserver

import (
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// refusedAccount returns the error of a request with a valid token of a locked account. Behind a Matrix
// Authentication Service the token then is not active (User::is_valid in crates/data-model/src/users.rs, asked after the
// token was marked as used in crates/handlers/src/oauth2/introspection.rs); Synapse itself says why, and still lets its
// own session sign out (synapse/api/auth/internal.py, synapse/rest/client/logout.py).
func refusedAccount(s *account.Session, signingOut bool) error {
	switch {
	case !s.User.Locked:
		return nil
	case s.Grant != nil && s.Grant.Client != "":
		return unknownToken("Token is not active", false)
	case signingOut:
		return nil
	}
	return errLocked()
}

func errLocked() *api.Failure {
	f := api.Fail(http.StatusUnauthorized, "M_USER_LOCKED", "User account has been locked")
	f.Extra = object{"soft_logout": true}
	return f
}

// mayLogIn is the check of synapse/rest/client/login.py before a session starts.
func mayLogIn(u *account.User) error {
	switch {
	case u.Deactivated:
		return api.Fail(http.StatusForbidden, "M_USER_DEACTIVATED", "This account has been deactivated")
	case u.Locked:
		return errLocked()
	}
	return nil
}

// refusesSuspended returns the error of an event that a suspended user may not send. It is checked when the event is made,
// so an invite by e-mail is mailed before: create_event in synapse/handlers/message.py.
func (h *Homeserver) refusesSuspended(r *room, e *event) error {
	u := h.Users[e.sender]
	if u == nil || !u.Suspended {
		return nil
	}
	said := "Sending messages while account is suspended is not allowed."
	switch {
	case e.typ == typeMember && e.fields["membership"] == "leave":
		return nil
	case e.typ == typeMember:
		said = "Changing membership while account is suspended is not allowed."
	case e.redacts != "":
		if target := r.byID[e.redacts]; target == nil || target.sender == u.ID {
			return nil
		}
		said = "You can only redact your own events while account is suspended."
	}
	return api.Fail(http.StatusForbidden, "M_USER_SUSPENDED", said)
}
