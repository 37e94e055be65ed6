package account

// LockUser locks an account or unlocks it. A locked user keeps the sessions, which are refused while it lasts:
// https://spec.matrix.org/v1.19/client-server-api/#account-locking.
func (a *Store) LockUser(userID string, locked bool) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if u := a.Users[userID]; u != nil {
		u.Locked = locked
	}
	a.Changed() // long polls end too
}

// SuspendUser suspends an account or lifts that. A suspended user may read, leave rooms and redact their own events:
// https://spec.matrix.org/v1.19/client-server-api/#account-suspension.
func (a *Store) SuspendUser(userID string, suspended bool) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if u := a.Users[userID]; u != nil {
		u.Suspended = suspended
	}
}

// DeactivateUser ends an account for good, with all its sessions: DeactivateUserJob in crates/tasks/src/user.rs of the
// Matrix Authentication Service, and synapse/handlers/deactivate_account.py.
func (a *Store) DeactivateUser(userID string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	u := a.Users[userID]
	if u == nil {
		return
	}
	u.Deactivated = true
	for _, s := range a.Sessions {
		if s.User == u {
			a.End(s)
		}
	}
	a.Changed()
}
