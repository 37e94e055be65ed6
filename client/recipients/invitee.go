package recipients

import (
	"cmp"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

// An Invitee is the person an invite is for: an e-mail address, a Matrix ID, or the
// label of a link for a person who has neither. Exactly one of them is set.
type Invitee struct {
	Address threepid.ID
	UserID  id.UserID
	Label   string
}

// String returns the e-mail address, the Matrix ID or the label.
func (i Invitee) String() string {
	return cmp.Or(string(i.UserID), i.Address.Address, i.Label)
}

// Canonical returns the same value for all spellings of an e-mail address. Use it
// only for comparisons, and send to the original address. A Matrix ID has only
// one spelling.
func (i Invitee) Canonical() Invitee {
	i.Address = i.Address.Canonical()
	return i
}
