package invite

import (
	"net/url"
	"slices"
	"strings"
)

// A Warning is a possible problem of an invite.
type Warning string

// Values of Warning.
const (
	Replaced     Warning = "replaced"      // another member overwrote the event, so the invite cannot be accepted any more
	Duplicate    Warning = "duplicate"     // the sender has another pending invite with the same display name in the room
	LeaksAddress Warning = "leaks-address" // the display name is a complete address, which all members of the room can read
	InsecureURL  Warning = "insecure-url"  // a key's validity URL uses http, without encryption
	ForeignHost  Warning = "foreign-host"  // the keys have validity URLs on different hosts
	InviterGone  Warning = "inviter-gone"  // the sender has left the room; the invite can still be accepted
	RejoinHazard Warning = "rejoin-hazard" // the invitee seems to be in the room: accepting it would change their membership from join to invite
	RoomReplaced Warning = "room-replaced" // the room was replaced by another one, to which its invites do not lead
	Reusable     Warning = "reusable"      // accepted but not revoked: the link can be used again
	Stale        Warning = "stale"         // sent a long time ago
)

// warn adds the warnings that depend on the events only.
func (p *roomEvents) warn(invites []Invite) {
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
			{Replaced, i.Revocation == nil && i.OriginalSender != ""},
			{Duplicate, live && named && pending[nameOf(*i)] > 1},
			{LeaksAddress, i.Revocation == nil && isAddress(i.DisplayName)},
			{InsecureURL, live && hosts.insecure(i.Keys, "")},
			{ForeignHost, live && hosts.differ(i.Keys)},
			{InviterGone, live && gone != "" && gone != "join"},
			{RejoinHazard, live && named && joined[nameOf(*i)]},
			{RoomReplaced, live && p.replaced},
			{Reusable, i.Acceptance != nil && slices.ContainsFunc(i.Keys, Key.Usable)},
		} {
			if w.when {
				i.Warnings = append(i.Warnings, w.Warning)
			}
		}
	}
}

// isAddress reports whether a display name is a complete address.
func isAddress(name string) bool {
	local, domain, ok := cutLast(name, "@")
	return ok && local != "" && strings.Contains(strings.Trim(domain, "."), ".") && !strings.Contains(name, "..")
}

// Host returns the host and port of the key's validity URL; empty if there is none.
func (k Key) Host() string { return readHost(k.ValidityURL).name }

// A host is the host of a validity URL.
type host struct {
	name   string // with port; empty if there is none
	secure bool   // the scheme is https
}

func readHost(validityURL string) host {
	u, err := url.Parse(validityURL)
	if err != nil {
		return host{}
	}
	return host{name: u.Host, secure: u.Scheme == "https"}
}

// hosts caches the hosts of validity URLs: most invites of a room have the same
// ones.
type hosts map[string]host

func (h hosts) of(k Key) host {
	found, ok := h[k.ValidityURL]
	if !ok {
		found = readHost(k.ValidityURL)
		h[k.ValidityURL] = found
	}
	return found
}

// insecure reports whether one of the keys has a validity URL without https. URLs
// on the host except are ignored.
func (h hosts) insecure(keys []Key, except string) bool {
	return slices.ContainsFunc(keys, func(k Key) bool {
		of := h.of(k)
		return k.ValidityURL != "" && !of.secure && (except == "" || of.name != except)
	})
}

// differ reports whether the keys have validity URLs on different hosts.
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

// comparesNames reports whether the warning results from comparing display names,
// which different persons may share.
func (w Warning) comparesNames() bool { return w == Duplicate || w == RejoinHazard }

// HasNameWarning reports whether the invite has a warning that results from
// comparing display names.
func (i Invite) HasNameWarning() bool { return slices.ContainsFunc(i.Warnings, Warning.comparesNames) }

// LooksLike reports whether two invites have the same room, display name and
// sender.
func (i Invite) LooksLike(other Invite) bool {
	return i.RoomID == other.RoomID && i.DisplayName == other.DisplayName && i.Sender == other.Sender
}

// Warnings returns all values of Warning.
func Warnings() []Warning {
	return []Warning{Replaced, Duplicate, LeaksAddress, InsecureURL, ForeignHost, InviterGone, RejoinHazard, RoomReplaced, Reusable, Stale}
}

// Lasting reports whether the problem does not disappear without an action of the user.
// Invites with such a warning need a look ([Invite.NeedsLook]).
func (w Warning) Lasting() bool {
	switch w {
	case InviterGone, Reusable, Stale:
		return false
	default:
		return true
	}
}
