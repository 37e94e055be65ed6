package client

import (
	"slices"
	"strings"
	"unicode"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// pendingInvites are the invites of a room that are still out, in an order in
// which those that may be to an address are found without looking at all: lists
// and rooms are long.
type pendingInvites struct {
	known map[threepid.ID][]sent     // by whom they are known to have gone to
	named map[string][]invite.Invite // the others, by their names, folded
	cuts  map[cut]bool               // how the names are cut
}

// A sent invite is one that went to an address, in the spelling that it went to.
type sent struct {
	invite.Invite
	address string
}

// A cut is how much of an address is left in a name such as "gra...@nav...", in
// bytes: -1 if all of it is.
type cut struct{ local, domain int }

// pending sorts the invites of a room that are still out.
func (a *Account) pending(room id.RoomID) *pendingInvites {
	p := &pendingInvites{
		known: map[threepid.ID][]sent{}, named: map[string][]invite.Invite{}, cuts: map[cut]bool{},
	}
	for _, i := range a.Invites(room) {
		if !i.Live() {
			continue
		}
		if to, known := a.AddressOf(room, i.Token); known {
			p.known[to.Canonical()] = append(p.known[to.Canonical()], sent{i, to.Address})
			continue
		}
		p.add(i)
	}
	return p
}

// add sorts in an invite of which nobody knows who it went to.
func (p *pendingInvites) add(i invite.Invite) {
	local, domain, ok := cutAt(i.DisplayName)
	if !ok {
		return
	}
	name := fold(i.DisplayName)
	p.named[name] = append(p.named[name], i)
	p.cuts[cut{left(local), left(domain)}] = true
}

// to are the invites that may be to an address; see [invite.Matches].
func (p *pendingInvites) to(address threepid.ID) []invite.Invite {
	var found []invite.Invite
	add := func(i invite.Invite, spelling string) {
		if invite.Matches(i.DisplayName, spelling) {
			found = append(found, i)
		}
	}
	for _, i := range p.known[address.Canonical()] {
		add(i.Invite, i.address)
	}
	for _, spelling := range address.Spellings() {
		for _, i := range p.like(spelling) {
			add(i, spelling)
		}
	}
	slices.SortFunc(found, func(i, j invite.Invite) int { return invite.Compare(&i, &j) })
	return slices.CompactFunc(found, func(i, j invite.Invite) bool { return i.Token == j.Token })
}

// like are the invites of which nobody knows who they went to, and whose names
// an address may have been cut to.
func (p *pendingInvites) like(address string) (found []invite.Invite) {
	local, domain, ok := cutAt(address)
	for c := range p.cuts {
		if ok && c.local <= len(local) && c.domain <= len(domain) {
			found = append(found, p.named[fold(c.of(local, domain))]...)
		}
	}
	return found
}

// of is the name that an address is given when it is cut so.
func (c cut) of(local, domain string) string {
	part := func(s string, n int) string {
		if n < 0 {
			return s
		}
		return s[:n] + "..."
	}
	return part(local, c.local) + "@" + part(domain, c.domain)
}

func left(part string) int {
	if prefix, ok := strings.CutSuffix(part, "..."); ok {
		return len(prefix)
	}
	return -1
}

func cutAt(address string) (local, domain string, ok bool) {
	n := strings.LastIndexByte(address, '@')
	if n < 0 {
		return "", "", false
	}
	return address[:n], address[n+1:], true
}

// fold makes those strings equal that [strings.EqualFold] calls so.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, s)
}
