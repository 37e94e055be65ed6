package invite

import (
	"net/url"
	"slices"
	"strings"
)

// A Warning names what is worth a look about an invite.
type Warning string

// These are all the warnings there are.
const (
	Replaced     Warning = "replaced"      // another member overwrote the event; nobody can take it any more
	Duplicate    Warning = "duplicate"     // another one with the same name, by the same sender, is pending too
	LeaksAddress Warning = "leaks-address" // its name holds a whole address, for all the room to see
	InsecureURL  Warning = "insecure-url"  // a key's validity is asked in the clear
	ForeignHost  Warning = "foreign-host"  // its keys are vouched for by different hosts
	InviterGone  Warning = "inviter-gone"  // its sender has left; it works all the same
	RejoinHazard Warning = "rejoin-hazard" // looks like one to somebody who is in the room: taking it throws them back to invited
	Reusable     Warning = "reusable"      // taken, and not revoked: the link still works
	Stale        Warning = "stale"         // has been out for long
)

// warn finds the warnings that the events alone give.
func (p *past) warn(invites []Invite) {
	type name struct{ display, sender string }
	pending, joined := map[name]int{}, map[name]bool{}
	nameOf := func(i Invite) name { return name{i.DisplayName, string(i.Sender)} }
	for _, i := range invites {
		switch i.Status {
		case Pending:
			pending[nameOf(i)]++
		case Joined:
			joined[nameOf(i)] = true
		default:
		}
	}
	for n := range invites {
		i := &invites[n]
		live, named := i.Status == Pending, i.DisplayName != ""
		gone := p.membership[i.Sender]
		for _, w := range []struct {
			Warning
			when bool
		}{
			{Replaced, i.Status != Revoked && i.OriginalSender != ""},
			{Duplicate, live && named && pending[nameOf(*i)] > 1},
			{LeaksAddress, i.Status != Revoked && isAddress(i.DisplayName)},
			{InsecureURL, live && slices.ContainsFunc(i.Keys, Key.insecure)},
			{ForeignHost, live && len(hosts(i.Keys)) > 1},
			{InviterGone, live && gone != "" && gone != "join"},
			{RejoinHazard, live && named && joined[nameOf(*i)]},
			{Reusable, i.Acceptance != nil && slices.ContainsFunc(i.Keys, Key.Usable)},
		} {
			if w.when {
				i.Warnings = append(i.Warnings, w.Warning)
			}
		}
	}
}

// isAddress reports whether a name is an address that nobody shortened.
func isAddress(name string) bool {
	local, domain, ok := cutLast(name, "@")
	return ok && local != "" && strings.Contains(strings.Trim(domain, "."), ".") && !strings.Contains(name, "..")
}

func (k Key) insecure() bool {
	u, err := url.Parse(k.ValidityURL)
	return k.ValidityURL != "" && (err != nil || u.Scheme != "https")
}

// Host is the host and port that vouches for the key; empty if none does.
func (k Key) Host() string {
	u, err := url.Parse(k.ValidityURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// hosts are the different hosts that vouch for keys.
func hosts(keys []Key) []string {
	var all []string
	for _, k := range keys {
		if h := k.Host(); h != "" && !slices.Contains(all, h) {
			all = append(all, h)
		}
	}
	return all
}

// Warnings lists every Warning.
func Warnings() []Warning {
	return []Warning{Replaced, Duplicate, LeaksAddress, InsecureURL, ForeignHost, InviterGone, RejoinHazard, Reusable, Stale}
}

// Lasting reports whether a person should look: what it warns of is wrong and
// does not go away by itself.
func (w Warning) Lasting() bool {
	switch w {
	case InviterGone, Reusable, Stale:
		return false
	default:
		return true
	}
}

// Words says in plain words what the warning means.
func (w Warning) Words() string {
	switch w {
	case Replaced:
		return "another member overwrote it, so nobody can take it any more"
	case Duplicate:
		return "another one with this name, by the same sender, is pending too"
	case LeaksAddress:
		return "the name holds a whole address, for all the room to see"
	case InsecureURL:
		return "its keys are vouched for without encryption"
	case ForeignHost:
		return "its keys are vouched for by different hosts"
	case InviterGone:
		return "the inviter has left the room; the invite works all the same"
	case RejoinHazard:
		return "looks like one to somebody who is in the room: taking it throws them back to invited"
	case Reusable:
		return "it was taken and not revoked, so its link still works"
	case Stale:
		return "it has been out for a long time"
	default:
		return string(w)
	}
}
