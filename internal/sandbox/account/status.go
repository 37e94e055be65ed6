package account

// LockUser locks or unlocks an account. The sessions of a locked account are refused and do not end:
// https://spec.matrix.org/v1.19/client-server-api/#account-locking.
func (a *Store) LockUser(userID string, locked bool) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if u := a.Users[userID]; u != nil {
		u.Locked = locked
	}
	a.Changed() // long polls end too
}

// SuspendUser suspends an account, or ends the suspension. A suspended user may read, leave rooms and redact their own events:
// https://spec.matrix.org/v1.19/client-server-api/#account-suspension.
func (a *Store) SuspendUser(userID string, suspended bool) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if u := a.Users[userID]; u != nil {
		u.Suspended = suspended
	}
}

// DeactivateUser deactivates an account and ends its sessions: DeactivateUserJob in crates/tasks/src/user.rs of the
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
