package invite

import (
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// By returns the sender of the invite. If only its revocation is known, it returns
// the sender of that.
func (i Invite) By() id.UserID {
	if i.Sender == "" && i.Revocation != nil {
		return i.Revocation.Sender
	}
	return i.Sender
}

// OlderThan reports whether the invite was sent more than age before now. It returns
// false if it is not known when the invite was sent.
func (i Invite) OlderThan(age time.Duration, now time.Time) bool {
	return !i.At().IsZero() && now.Sub(i.At()) > age
}

// IsNamed reports whether name is the Matrix ID of a user, or its localpart, in
// upper or lower case. The @ before a localpart may be left out.
func IsNamed(user id.UserID, name string) bool {
	name = strings.TrimPrefix(name, "@")
	full := strings.TrimPrefix(string(user), "@")
	local, _, _ := strings.Cut(full, ":")
	return name != "" && (strings.EqualFold(name, full) || strings.EqualFold(name, local))
}
