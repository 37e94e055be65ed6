package invite

import (
	"fmt"
	"slices"
)

// eventChecks checks whether the invite's event can be accepted.
func (i Invite) eventChecks() []Check {
	usable := i.usableKeys()
	key := Check{Name: "usable-key", Rule: "5.4.1.7"}
	switch {
	case i.Status == Revoked:
		key.Result, key.Detail = Fail, "the invite was revoked, so the event has no key"
		return []Check{key}
	case usable == 0:
		key.Result, key.Detail = Fail, fmt.Sprintf("none of the event's %d keys is usable", len(i.Keys))
	default:
		key.Result, key.Detail = Pass, fmt.Sprintf("the event has %d usable keys", usable)
		if usable == 1 {
			key.Detail = "the event has 1 usable key"
		}
		if entries := len(i.Keys); entries != usable {
			key.Detail += fmt.Sprintf(" in %d entries", entries)
		}
	}
	sender := Check{Name: "sender-is-inviter", Rule: "5.4.1.6", Result: i.senderResult(), Detail: "the event's sender is the inviter"}
	if sender.Result == Fail {
		sender.Detail = fmt.Sprintf("%s overwrote the event, but the identity server names %s as inviter", i.Sender, i.OriginalSender)
	}
	return []Check{key, sender}
}

// usableKeys returns the number of different usable keys.
func (i Invite) usableKeys() int {
	var different []Key
	for _, k := range i.Keys {
		if k.Usable() && !slices.ContainsFunc(different, k.sameKey) {
			different = append(different, k)
		}
	}
	return len(different)
}

// keyChecks checks whether each key is valid.
func (i Invite) keyChecks(f Facts) []Check {
	var checks []Check
	for n, k := range i.Keys {
		v := f.KeyValidity(k)
		checks = append(checks, Check{Name: "key-valid", Result: keyResult(v), Detail: k.detail(fmt.Sprintf("key %d", n+1), v)})
	}
	return checks
}

// detail describes the validity of a key, which is called name in the text.
func (k Key) detail(name string, v Validity) string {
	host := k.Host()
	if v != Unusable && v != Perpetual && host == "" {
		return name + ": not a valid validity URL"
	}
	switch v {
	case Valid:
		return host + " says that " + name + " is valid"
	case Perpetual:
		return name + " has no validity URL and does not expire"
	case Invalid:
		return host + " says that " + name + " is not valid"
	case Unusable:
		return name + " is not a key: " + k.Problem
	case Unreachable:
		return host + " did not say whether " + name + " is valid"
	default:
		return host + " was not asked about " + name
	}
}

// checks returns the checks of the member event that accepted the invite, one for
// each authorization rule. The first four always pass: Fold ignores member events
// that do not fulfil them.
func (a *Acceptance) checks() []Check {
	sender := Check{Name: "sender-is-inviter", Rule: "5.4.1.6", Result: a.senderResult()}
	switch sender.Result {
	case Pass:
		sender.Detail = "the sender of the member event is the inviter"
	case Fail:
		sender.Detail = "the sender of the member event is not the inviter"
	case Undecidable:
		sender.Detail = "the sender of the member event or of the invite is not known"
	}
	signature := Check{Name: "signature-matches-key", Rule: "5.4.1.7", Result: a.proofResult()}
	switch signature.Result {
	case Pass:
		signature.Detail = "a signature matches a key of the invite"
	case Fail:
		signature.Detail = "no signature matches a key of the invite"
	case Undecidable:
		signature.Detail = "the invite's keys are not known, so no signature can be verified"
	}
	return []Check{
		{"target-not-banned", Pass, "the user was not banned when they accepted the invite", "5.4.1.1"},
		{"signed-complete", Pass, "the member event has a signed object with mxid and token", "5.4.1.3"},
		{"mxid-is-member", Pass, "the object was signed for the user who accepted the invite", "5.4.1.4"},
		{"invite-exists", Pass, "the room has an invite with this token", "5.4.1.5"},
		sender, signature,
	}
}
