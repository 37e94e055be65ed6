package invite

import (
	"fmt"
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

// A Verdict says whether a homeserver would honour an invite today or, if it
// was taken, whether it was rightly honoured.
type Verdict string

// The verdicts.
const (
	Honoured Verdict = "honoured"
	Refused  Verdict = "refused"
	Unknown  Verdict = "unknown"
)

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

// Facts is what a judgement needs to know beside the events.
type Facts struct {
	// Validity tells what is known of a usable key that has a validity URL.
	Validity func(Key) Validity
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

// Judge says whether a homeserver would honour the invite, and why.
func (i Invite) Judge(f Facts) Judgement {
	j := Judgement{Warnings: slices.Clone(i.Warnings)}
	if i.Acceptance != nil && i.Status != Revoked {
		j.Checks = i.acceptanceChecks()
		j.Verdict = weigh(j.Checks)
		return j
	}
	j.Checks = i.eventChecks()
	j.Verdict = weigh(j.Checks)
	if i.Status != Pending {
		return j
	}
	var keys Verdict
	keyChecks, keys := i.keyChecks(f)
	j.Checks = append(j.Checks, keyChecks...)
	if j.Verdict == Honoured {
		j.Verdict = keys
	}
	if f.StaleAfter > 0 && !i.SentAt.IsZero() && f.Now.Sub(i.SentAt) > f.StaleAfter {
		j.Warnings = append(j.Warnings, Stale)
	}
	return j
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

// eventChecks looks at the invite's event: would it let anybody in?
func (i Invite) eventChecks() []Check {
	usable := 0
	for _, k := range i.Keys {
		if k.Usable() {
			usable++
		}
	}
	key := Check{Name: "usable-key", Rule: "5.4.1.7"}
	switch {
	case i.Status == Revoked:
		key.Result, key.Detail = Fail, "the event was emptied, so no key is left"
	case usable == 0:
		key.Result, key.Detail = Fail, fmt.Sprintf("the event holds %d keys, and none can verify anything", len(i.Keys))
	default:
		key.Result, key.Detail = Pass, fmt.Sprintf("the event holds %d usable keys", usable)
		if usable == 1 {
			key.Detail = "the event holds 1 usable key"
		}
	}
	checks := []Check{key}
	if i.Status == Revoked {
		return checks
	}
	sender := Check{Name: "sender-is-inviter", Rule: "5.4.1.6", Result: Pass, Detail: "the inviter is still the event's sender"}
	if i.OriginalSender != "" {
		sender.Result = Fail
		sender.Detail = fmt.Sprintf("%s overwrote the event, and the identity server will name %s", i.Sender, i.OriginalSender)
	}
	return append(checks, sender)
}

// keyChecks looks at the keys. Whoever comes by the mailed link signs with one,
// whoever has their address confirmed with another, and a homeserver asks about
// the one that fits: a single valid key lets somebody in.
func (i Invite) keyChecks(f Facts) ([]Check, Verdict) {
	var checks []Check
	verdict := Refused
	for n, k := range i.Keys {
		c := Check{Name: "key-valid", Detail: fmt.Sprintf("key %d", n+1)}
		switch v := f.Of(k); v {
		case Valid:
			c.Result, c.Detail, verdict = Pass, k.Host()+" vouches for "+c.Detail, Honoured
		case Perpetual:
			c.Result, c.Detail, verdict = Pass, c.Detail+" has nobody to ask, and counts for ever", Honoured
		case Invalid:
			c.Result, c.Detail = Fail, k.Host()+" says that "+c.Detail+" is not valid"
		case Unusable:
			c.Result, c.Detail = Fail, c.Detail+" is none: "+k.Problem
		default:
			c.Result = Undecidable
			c.Detail = fmt.Sprintf("%s was not asked about %s", k.Host(), c.Detail)
			if v == Unreachable {
				c.Detail = fmt.Sprintf("%s gives no answer about key %d", k.Host(), n+1)
			}
			if verdict == Refused {
				verdict = Unknown
			}
		}
		checks = append(checks, c)
	}
	return checks, verdict
}

// acceptanceChecks goes through the authorization rules for the member event
// that took the invite, one check for each.
func (i Invite) acceptanceChecks() []Check {
	a := i.Acceptance
	checks := []Check{
		{"target-not-banned", Pass, "they were not banned when they took it", "5.4.1.1"},
		{"signed-complete", Pass, "the member event holds a signed object with mxid and token", "5.4.1.3"},
		{"mxid-is-member", Pass, "it was signed for the member who took it", "5.4.1.4"},
		{"invite-exists", Pass, "the room has an invite with this token", "5.4.1.5"},
	}
	sender := Check{Name: "sender-is-inviter", Rule: "5.4.1.6"}
	switch a.sameSender {
	case matches:
		sender.Result, sender.Detail = Pass, "the member event was sent in the inviter's name"
	case differs:
		sender.Result, sender.Detail = Fail, "the member event was not sent in the inviter's name"
	case unknowable:
		sender.Result, sender.Detail = Undecidable, "who sent the member event, or the invite, is not known"
	}
	signature := Check{Name: "signature-matches-key", Rule: "5.4.1.7"}
	switch a.Proof {
	case ProofVerified:
		signature.Result, signature.Detail = Pass, "a signature was made with a key of the invite"
	case ProofForged:
		signature.Result, signature.Detail = Fail, "no signature was made with a key of the invite"
	case ProofUnverifiable:
		signature.Result, signature.Detail = Undecidable, "the invite's keys are gone, so nobody can tell"
	}
	return append(checks, sender, signature)
}

// weigh makes a verdict of checks that all have to pass.
func weigh(checks []Check) Verdict {
	verdict := Honoured
	for _, c := range checks {
		switch c.Result {
		case Fail:
			return Refused
		case Undecidable:
			verdict = Unknown
		case Pass:
		}
	}
	return verdict
}
