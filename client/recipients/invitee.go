package recipients

import (
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

// An Invitee is the person an invite is for: an e-mail address or a Matrix ID.
// Exactly one of the two is set.
type Invitee struct {
	Address threepid.ID
	UserID  id.UserID
}

// String returns the e-mail address or the Matrix ID.
func (i Invitee) String() string {
	if i.UserID != "" {
		return string(i.UserID)
	}
	return i.Address.Address
}

// Canonical returns the same value for all spellings of an e-mail address. Use it
// only for comparisons, and send to the original address. A Matrix ID has only
// one spelling.
func (i Invitee) Canonical() Invitee {
	i.Address = i.Address.Canonical()
	return i
}
