package invite

import "slices"

// NeedsLook reports whether a user should look at the invite: it cannot be
// accepted, it was accepted with an invalid proof, or [Warning.Lasting] is true
// for one of its warnings. v and warnings are the results of [Invite.Assess].
func (i Invite) NeedsLook(v Verdict, warnings []Warning) bool {
	switch {
	case i.Status == Malformed:
		return true
	case i.Status != Revoked && v == Refused:
		return true
	}
	return slices.ContainsFunc(warnings, Warning.Lasting)
}
