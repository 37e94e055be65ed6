package invite

import (
	"slices"
	"time"
)

// Validity says whether a key is valid, as far as known.
type Validity string

// Values of Validity.
const (
	Valid       Validity = "valid"       // its host says that it is valid
	Invalid     Validity = "invalid"     // its host says that it is not valid
	Unreachable Validity = "unreachable" // its host gave no valid response
	Unchecked   Validity = "unchecked"   // its host was not asked
	Perpetual   Validity = "perpetual"   // it has no validity URL and does not expire
	Unusable    Validity = "unusable"    // it is not an Ed25519 key
)

// Validities returns all values of Validity.
func Validities() []Validity {
	return []Validity{Valid, Invalid, Unreachable, Unchecked, Perpetual, Unusable}
}

// A Verdict says, for a pending invite, whether a homeserver would let the invitee
// accept it now and, for an accepted invite, whether the acceptance was valid.
type Verdict string

// Values of Verdict.
const (
	Honoured Verdict = "honoured"
	Refused  Verdict = "refused"
	Unknown  Verdict = "unknown"
)

// Verdicts returns all values of Verdict.
func Verdicts() []Verdict { return []Verdict{Honoured, Refused, Unknown} }

// A Check is one of the conditions for a verdict.
type Check struct {
	Name   string // such as usable-key
	Result Result
	Detail string // in English; may contain text of other users
	// Rule is the number of the authorization rule in room version 12
	// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules); empty if the
	// condition is not an authorization rule.
	Rule string
}

// A Result is the result of a check.
type Result string

// Values of Result.
const (
	Pass        Result = "pass"
	Fail        Result = "fail"
	Undecidable Result = "unknown"
)

// Results returns all values of Result.
func Results() []Result { return []Result{Pass, Fail, Undecidable} }

// Facts are the inputs of a judgement that are not in the room's events.
type Facts struct {
	// Validity returns the validity of a usable key with a validity URL.
	Validity func(Key) Validity
	// OtherPerson reports whether a [Duplicate] or [RejoinHazard] warning is known
	// to be wrong: the display names match, but they belong to different persons.
	// It may be nil.
	OtherPerson func(Invite, Warning) bool
	// OwnHost is the host and port of the user's homeserver, if it is on this
	// machine and used over http; otherwise it is empty. URLs on this host do
	// not cause the warning [InsecureURL].
	OwnHost string
	// An invite that was sent more than StaleAfter before Now is stale. If
	// StaleAfter is zero, no invite is stale.
	Now        time.Time
	StaleAfter time.Duration
}

// A Judgement is a verdict, the checks that it is based on, and the warnings of an
// invite.
type Judgement struct {
	Verdict  Verdict
	Checks   []Check
	Warnings []Warning
}

// Assess returns the verdict and the warnings of an invite. It is [Invite.Judge]
// without checks, and faster.
func (i Invite) Assess(f Facts) (Verdict, []Warning) {
	warnings := i.Warnings
	if f.OtherPerson != nil && i.HasNameWarning() {
		warnings = slices.DeleteFunc(slices.Clone(warnings), func(w Warning) bool { return w.comparesNames() && f.OtherPerson(i, w) })
	}
	if f.OwnHost != "" && slices.Contains(warnings, InsecureURL) && !make(hosts).insecure(i.Keys, f.OwnHost) {
		warnings = slices.DeleteFunc(slices.Clone(warnings), func(w Warning) bool { return w == InsecureURL })
	}
	if i.Status == Pending && f.StaleAfter > 0 && !i.SentAt.IsZero() && f.Now.Sub(i.SentAt) > f.StaleAfter {
		warnings = append(slices.Clip(warnings), Stale)
	}
	switch {
	case i.Status == Revoked || i.Status == Malformed:
		return Refused, warnings
	case i.Acceptance != nil:
		return verdictOf(i.Acceptance.senderResult(), i.Acceptance.proofResult()), warnings
	default:
		return verdictOf(i.senderResult(), i.keysResult(f)), warnings
	}
}

// Judge returns the verdict, the checks and the warnings of an invite.
func (i Invite) Judge(f Facts) Judgement {
	var j Judgement
	j.Verdict, j.Warnings = i.Assess(f)
	switch {
	case i.Acceptance != nil && i.Status != Revoked:
		j.Checks = i.Acceptance.checks()
	case i.Status == Pending:
		j.Checks = append(i.eventChecks(), i.keyChecks(f)...)
	default:
		j.Checks = i.eventChecks()
	}
	return j
}

// verdictOf returns the verdict for results that all have to pass.
func verdictOf(results ...Result) Verdict {
	switch {
	case slices.Contains(results, Fail):
		return Refused
	case slices.Contains(results, Undecidable):
		return Unknown
	default:
		return Honoured
	}
}

// senderResult checks whether the inviter is the event's sender: the object that
// the identity server signs names the inviter.
func (i Invite) senderResult() Result {
	if i.OriginalSender != "" {
		return Fail
	}
	return Pass
}

// keysResult checks whether one of the keys is valid. One is enough: an invitee who
// follows the link in the e-mail needs one of the keys, and an invitee who confirms
// the address needs the other.
func (i Invite) keysResult(f Facts) Result {
	result := Fail
	for _, k := range i.Keys {
		switch keyResult(f.KeyValidity(k)) {
		case Pass:
			return Pass
		case Undecidable:
			result = Undecidable
		case Fail:
		}
	}
	return result
}

func keyResult(v Validity) Result {
	switch v {
	case Valid, Perpetual:
		return Pass
	case Invalid, Unusable:
		return Fail
	default:
		return Undecidable
	}
}

func (a *Acceptance) senderResult() Result {
	switch a.sameSender {
	case matches:
		return Pass
	case differs:
		return Fail
	default:
		return Undecidable
	}
}

func (a *Acceptance) proofResult() Result {
	switch a.Proof {
	case ProofVerified:
		return Pass
	case ProofForged:
		return Fail
	default:
		return Undecidable
	}
}

// KeyValidity returns the validity of a key.
func (f Facts) KeyValidity(k Key) Validity {
	switch {
	case !k.Usable():
		return Unusable
	case !k.Expires():
		return Perpetual
	case k.ValidityURL == "":
		return Unreachable
	case f.Validity == nil:
		return Unchecked
	default:
		return f.Validity(k)
	}
}

// Standing returns a [Validity] for a pending invite, that of its best key, and a
// [Proof] for an accepted invite. For other invites it is empty.
func (i Invite) Standing(f Facts) string {
	switch {
	case i.Acceptance != nil:
		return string(i.Acceptance.Proof)
	case i.Status != Pending:
		return ""
	}
	all := Invalid
	for _, k := range i.Keys {
		switch v := f.KeyValidity(k); v {
		case Valid, Perpetual:
			return string(v)
		case Unreachable, Unchecked:
			all = v
		case Invalid, Unusable:
		}
	}
	return string(all)
}
