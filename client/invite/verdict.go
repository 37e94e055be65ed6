package invite

import (
	"slices"
	"time"
)

// Validity is what is known about whether a key still counts.
type Validity string

// What may be known of a key.
const (
	Valid       Validity = "valid"       // its host says so
	Invalid     Validity = "invalid"     // its host says no
	Unreachable Validity = "unreachable" // its host gave no answer that says either
	Unchecked   Validity = "unchecked"   // its host was not asked
	Perpetual   Validity = "perpetual"   // it has no host to ask and counts for ever
	Unusable    Validity = "unusable"    // it is no key
)

// Validities lists every Validity.
func Validities() []Validity {
	return []Validity{Valid, Invalid, Unreachable, Unchecked, Perpetual, Unusable}
}

// A Verdict says whether a homeserver would honour an invite today or, if it
// was taken, whether it was rightly honoured.
type Verdict string

// The verdicts.
const (
	Honoured Verdict = "honoured"
	Refused  Verdict = "refused"
	Unknown  Verdict = "unknown"
)

// Verdicts lists every Verdict.
func Verdicts() []Verdict { return []Verdict{Honoured, Refused, Unknown} }

// A Check is one thing that a verdict rests on.
type Check struct {
	Name   string // such as usable-key
	Result Result
	Detail string // in plain words; may hold strangers' text
	// Rule is the authorization rule it comes from, as room version 12 numbers
	// them (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules); empty
	// if it comes from elsewhere.
	Rule string
}

// A Result is how a check ended.
type Result string

// The results of a check.
const (
	Pass        Result = "pass"
	Fail        Result = "fail"
	Undecidable Result = "unknown"
)

// Results lists every Result.
func Results() []Result { return []Result{Pass, Fail, Undecidable} }

// Facts is what a judgement needs to know beside the events.
type Facts struct {
	// Validity tells what is known of a usable key that has a validity URL.
	Validity func(Key) Validity
	// Apart tells whether the others that a pending invite is warned of for its
	// name, a [Duplicate] or a [RejoinHazard], are known to be to somebody else.
	// Nil knows nothing of that.
	Apart func(Invite, Warning) bool
	// OwnHost is the host and port of a homeserver on this machine that is used
	// over http. Its keys do not become less safe by an [InsecureURL] to the same
	// host. It is empty for all other homeservers.
	OwnHost string
	// Now and StaleAfter say which invites have been out for long; a zero
	// StaleAfter says none.
	Now        time.Time
	StaleAfter time.Duration
}

// A Judgement is a verdict with the checks it rests on, and what is worth a look.
type Judgement struct {
	Verdict  Verdict
	Checks   []Check
	Warnings []Warning
}

// Assess says whether a homeserver would honour the invite, and what is worth a
// look. It is [Invite.Judge] without the reasons, and cheap.
func (i Invite) Assess(f Facts) (Verdict, []Warning) {
	warnings := i.Warnings
	if f.Apart != nil && i.Mistakable() {
		warnings = slices.DeleteFunc(slices.Clone(warnings), func(w Warning) bool { return w.byName() && f.Apart(i, w) })
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
		return weigh(i.Acceptance.senderResult(), i.Acceptance.proofResult()), warnings
	default:
		return weigh(i.senderResult(), i.keysResult(f)), warnings
	}
}

// Judge says whether a homeserver would honour the invite, and why.
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

// weigh makes a verdict of results that all have to be good.
func weigh(results ...Result) Verdict {
	switch {
	case slices.Contains(results, Fail):
		return Refused
	case slices.Contains(results, Undecidable):
		return Unknown
	default:
		return Honoured
	}
}

// senderResult tells whether the inviter is still the event's sender: the
// identity server will name the one who asked it.
func (i Invite) senderResult() Result {
	if i.OriginalSender != "" {
		return Fail
	}
	return Pass
}

// keysResult weighs what is known of the keys. Whoever comes by the mailed link
// signs with one, whoever has their address confirmed with another, and a
// homeserver asks about the one that fits: a single valid key lets somebody in.
func (i Invite) keysResult(f Facts) Result {
	all := Fail
	for _, k := range i.Keys {
		switch keyResult(f.Of(k)) {
		case Pass:
			return Pass
		case Undecidable:
			all = Undecidable
		case Fail:
		}
	}
	return all
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

// Of is what is known of a key.
func (f Facts) Of(k Key) Validity {
	switch {
	case !k.Usable():
		return Unusable
	case k.ValidityURL == "":
		return Perpetual
	case f.Validity == nil:
		return Unchecked
	default:
		return f.Validity(k)
	}
}

// Standing says in a word how it stands with the keys: of an invite that is out,
// whether they still count, and one that does is enough (a [Validity]); of one
// that was taken, whether they prove it (a [Proof]); of any other nothing.
func (i Invite) Standing(f Facts) string {
	switch {
	case i.Acceptance != nil:
		return string(i.Acceptance.Proof)
	case i.Status != Pending:
		return ""
	}
	all := Invalid
	for _, k := range i.Keys {
		switch v := f.Of(k); v {
		case Valid, Perpetual:
			return string(v)
		case Unreachable, Unchecked:
			all = v
		case Invalid, Unusable:
		}
	}
	return string(all)
}
