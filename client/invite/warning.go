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
	RejoinHazard Warning = "rejoin-hazard" // the invitee seems to be in the room: accepting it would change their membership from join to invite
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
	hosts := hosts{}
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
			{InsecureURL, live && hosts.insecure(i.Keys, "")},
			{ForeignHost, live && hosts.differ(i.Keys)},
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

// Host is the host and port that vouches for the key; empty if none does.
func (k Key) Host() string { return readHost(k.ValidityURL).name }

// A host is who vouches for a key.
type host struct {
	name   string // and port; empty if there is none
	secure bool   // it is asked over an encrypted connection
}

func readHost(validityURL string) host {
	u, err := url.Parse(validityURL)
	if err != nil {
		return host{}
	}
	return host{name: u.Host, secure: u.Scheme == "https"}
}

// hosts remembers who is behind a validity URL: a room's invites have few
// different ones.
type hosts map[string]host

func (h hosts) of(k Key) host {
	found, ok := h[k.ValidityURL]
	if !ok {
		found = readHost(k.ValidityURL)
		h[k.ValidityURL] = found
	}
	return found
}

// insecure reports whether any of the keys has a validity URL without encryption,
// other than at one host.
func (h hosts) insecure(keys []Key, except string) bool {
	return slices.ContainsFunc(keys, func(k Key) bool {
		of := h.of(k)
		return k.ValidityURL != "" && !of.secure && (except == "" || of.name != except)
	})
}

// differ reports whether more than one host vouches for the keys.
func (h hosts) differ(keys []Key) bool {
	first := ""
	for _, k := range keys {
		switch name := h.of(k).name; {
		case name == "":
		case first == "":
			first = name
		case name != first:
			return true
		}
	}
	return false
}

// byName reports whether it is warned of for a name alone, which two people may
// have.
func (w Warning) byName() bool { return w == Duplicate || w == RejoinHazard }

// Mistakable reports whether the invite is warned of for its name alone.
func (i Invite) Mistakable() bool { return slices.ContainsFunc(i.Warnings, Warning.byName) }

// LooksLike reports whether two invites cannot be told apart in their room.
func (i Invite) LooksLike(other Invite) bool {
	return i.RoomID == other.RoomID && i.DisplayName == other.DisplayName && i.Sender == other.Sender
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
