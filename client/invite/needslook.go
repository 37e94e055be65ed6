package invite

import "slices"

// NeedsLook reports whether a person should look at the invite, whose verdict and
// warnings are those of [Invite.Assess]: it cannot be accepted, was accepted with a
// wrong proof, or has a warning that is lasting ([Warning.Lasting]).
func (i Invite) NeedsLook(v Verdict, warnings []Warning) bool {
	switch {
	case i.Status == Malformed:
		return true
	case i.Status != Revoked && v == Refused:
		return true
	}
	return slices.ContainsFunc(warnings, Warning.Lasting)
}
