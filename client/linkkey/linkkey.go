// Package linkkey encrypts and authenticates what a links server has to know of an
// invite, so that the server does not have to store it. It makes no requests.
package linkkey

import (
	"time"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// A Key is the secret that a links server shares with the users who make links for it:
// 32 random bytes. A user who has it can make links of the server, and can open all of
// them. When printed, it shows nothing.
type Key struct{ seal.Key }

// New returns a random key.
func New() Key { return Key{seal.NewKey()} }

// Each purpose has its own key, so that a text that was made for one is not accepted
// for the other.
func (k Key) capsules() seal.Key   { return k.Derive("mxinvite link capsule") }
func (k Key) validities() seal.Key { return k.Derive("mxinvite link validity") }
func (k Key) users() seal.Key      { return k.Derive("mxinvite link users") }

// Mark identifies a user of a link without revealing the Matrix ID: it is what a links
// server stores to count the users.
func (k Key) Mark(user string) []byte { return k.users().Mark(user) }

// MaxUses is the maximum of [Terms.Uses].
const MaxUses = 10000

// Terms are how long, and for how many users, a links server signs for an invite.
type Terms struct {
	Expires time.Time // in whole seconds; zero for never
	Uses    int       // users with different Matrix IDs; 1 to [MaxUses]
}

// Expired reports whether the invite has expired at a time.
func (t Terms) Expired(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

// valid reports whether the values are in their ranges.
func (t Terms) valid() bool {
	return t.Uses >= 1 && t.Uses <= MaxUses && (t.Expires.IsZero() || t.Expires.Unix() > 0)
}

// seconds returns the time of expiry in seconds since 1970; 0 for never.
func (t Terms) seconds() uint64 {
	if t.Expires.IsZero() {
		return 0
	}
	return uint64(max(0, t.Expires.Unix()))
}

func termsOf(seconds, uses uint64) (Terms, bool) {
	if seconds > maxSeconds || uses > MaxUses {
		return Terms{}, false
	}
	t := Terms{Uses: int(uses)}
	if seconds > 0 {
		t.Expires = time.Unix(int64(seconds), 0).UTC()
	}
	return t, t.valid()
}

// maxSeconds is the start of the year 10000.
const maxSeconds = 253402300800
