package invite

import "fmt"

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
		return []Check{key}
	case usable == 0:
		key.Result, key.Detail = Fail, fmt.Sprintf("none of the event's %d keys can verify anything", len(i.Keys))
	default:
		key.Result, key.Detail = Pass, fmt.Sprintf("the event holds %d usable keys", usable)
		if usable == 1 {
			key.Detail = "the event holds 1 usable key"
		}
	}
	sender := Check{Name: "sender-is-inviter", Rule: "5.4.1.6", Result: i.senderResult(), Detail: "the inviter is still the event's sender"}
	if sender.Result == Fail {
		sender.Detail = fmt.Sprintf("%s overwrote the event, and the identity server will name %s", i.Sender, i.OriginalSender)
	}
	return []Check{key, sender}
}

// keyChecks says of each key whether it is valid.
func (i Invite) keyChecks(f Facts) []Check {
	var checks []Check
	for n, k := range i.Keys {
		v := f.Of(k)
		checks = append(checks, Check{Name: "key-valid", Result: keyResult(v), Detail: k.detail(fmt.Sprintf("key %d", n+1), v)})
	}
	return checks
}

// detail says what is known of the key that is called name.
func (k Key) detail(name string, v Validity) string {
	host := k.Host()
	if v != Unusable && v != Perpetual && host == "" {
		return name + ": not a valid validity URL"
	}
	switch v {
	case Valid:
		return host + " vouches for " + name
	case Perpetual:
		return name + " has no validity URL and does not expire"
	case Invalid:
		return host + " says that " + name + " is not valid"
	case Unusable:
		return name + " is not a key: " + k.Problem
	case Unreachable:
		return host + " gave no answer about " + name
	default:
		return host + " was not asked about " + name
	}
}

// checks goes through the authorization rules for the member event that took
// the invite, one check for each. The first four are why it counts as having
// taken the invite at all.
func (a *Acceptance) checks() []Check {
	sender := Check{Name: "sender-is-inviter", Rule: "5.4.1.6", Result: a.senderResult()}
	switch sender.Result {
	case Pass:
		sender.Detail = "the member event was sent in the inviter's name"
	case Fail:
		sender.Detail = "the member event was not sent in the inviter's name"
	case Undecidable:
		sender.Detail = "who sent the member event, or the invite, is not known"
	}
	signature := Check{Name: "signature-matches-key", Rule: "5.4.1.7", Result: a.proofResult()}
	switch signature.Result {
	case Pass:
		signature.Detail = "a signature was made with a key of the invite"
	case Fail:
		signature.Detail = "no signature was made with a key of the invite"
	case Undecidable:
		signature.Detail = "the invite's keys are gone, so this cannot be checked"
	}
	return []Check{
		{"target-not-banned", Pass, "they were not banned when they accepted it", "5.4.1.1"},
		{"signed-complete", Pass, "the member event holds a signed object with mxid and token", "5.4.1.3"},
		{"mxid-is-member", Pass, "it was signed for the member who accepted it", "5.4.1.4"},
		{"invite-exists", Pass, "the room has an invite with this token", "5.4.1.5"},
		sender, signature,
	}
}
