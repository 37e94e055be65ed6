package sandbox

import (
	"fmt"
	"net/http"
)

// LockUser locks an account or unlocks it. A locked user keeps the sessions, which are refused while it lasts:
// https://spec.matrix.org/v1.19/client-server-api/#account-locking.
func (w *World) LockUser(userID string, locked bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.hs.users[userID]; u != nil {
		u.locked = locked
	}
	w.changed() // long polls end too
}

// SuspendUser suspends an account or lifts that. A suspended user may read, leave rooms and redact their own events:
// https://spec.matrix.org/v1.19/client-server-api/#account-suspension.
func (w *World) SuspendUser(userID string, suspended bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.hs.users[userID]; u != nil {
		u.suspended = suspended
	}
}

// DeactivateUser ends an account for good, with all its sessions: DeactivateUserJob in crates/tasks/src/user.rs of the
// Matrix Authentication Service, and synapse/handlers/deactivate_account.py.
func (w *World) DeactivateUser(userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.hs.users[userID]
	if u == nil {
		return
	}
	u.deactivated = true
	for _, s := range w.hs.sessions {
		if s.user == u {
			w.hs.end(s)
		}
	}
	w.changed()
}

// refusedAccount says why a request with a token that is good is refused: its account is locked. Behind a Matrix
// Authentication Service the token then is not active (User::is_valid in crates/data-model/src/users.rs, asked after the
// token was marked as used in crates/handlers/src/oauth2/introspection.rs); Synapse itself says why, and still lets its
// own session sign out (synapse/api/auth/internal.py, synapse/rest/client/logout.py).
func (s *session) refusedAccount(signingOut bool) error {
	switch {
	case !s.user.locked:
		return nil
	case s.grant != nil && s.grant.client != "":
		return unknownToken("Token is not active", false)
	case signingOut:
		return nil
	}
	return errLocked()
}

func errLocked() *failure {
	f := fail(http.StatusUnauthorized, "M_USER_LOCKED", "User account has been locked")
	f.extra = object{"soft_logout": true}
	return f
}

// mayLogIn is the check of synapse/rest/client/login.py before a session starts.
func (u *user) mayLogIn() error {
	switch {
	case u.deactivated:
		return fail(http.StatusForbidden, "M_USER_DEACTIVATED", "This account has been deactivated")
	case u.locked:
		return errLocked()
	}
	return nil
}

// refusesSuspended is what a suspended user may not do. It is looked at when an event is made, so that of an invite by
// e-mail the mail has gone out before: create_event in synapse/handlers/message.py.
func (h *homeserver) refusesSuspended(r *room, e *event) error {
	u := h.users[e.sender]
	if u == nil || !u.suspended {
		return nil
	}
	said := "Sending messages while account is suspended is not allowed."
	switch {
	case e.typ == typeMember && e.fields["membership"] == "leave":
		return nil
	case e.typ == typeMember:
		said = "Changing membership while account is suspended is not allowed."
	case e.redacts != "":
		if target := r.byID[e.redacts]; target == nil || target.sender == u.id {
			return nil
		}
		said = "You can only redact your own events while account is suspended."
	}
	return fail(http.StatusForbidden, "M_USER_SUSPENDED", said)
}

// deviceCount is how many sessions a user has: count_user_sessions_for_limiting in crates/handlers/src/session.rs of the
// Matrix Authentication Service.
func (h *homeserver) deviceCount(u *user) int {
	devices := map[string]bool{}
	for _, s := range h.sessions {
		if s.user == u && !s.ended {
			devices[s.device] = true
		}
	}
	return len(devices)
}

// LatestTokens returns the pair of tokens that was given out last for a device of a user.
func (w *World) LatestTokens(userID, device string) (access, refresh string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.hs.refreshTokens {
		if g := t.grant; g.user.id == userID && g.device == device && !g.ended && g.latest == t {
			return g.last.token, t.token, nil
		}
	}
	return "", "", fmt.Errorf("%s has no session %s that can be renewed", userID, device)
}
