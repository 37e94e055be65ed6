package client

import (
	"slices"
	"strings"
	"unicode"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// pendingInvites are the pending invites of a room, with indexes to find those that may
// be for an address.
type pendingInvites struct {
	known map[threepid.ID][]sent     // by address, if it is known
	named map[string][]invite.Invite // the other invites, by folded display name
	cuts  map[cut]bool               // the ways in which display names are shortened

	labels map[string][]invite.Invite // those that the account issued for a label
}

// A sent invite is an invite with a known address, in the spelling that was used.
type sent struct {
	invite.Invite
	address string
}

// A cut says how many bytes of an address are left in a display name such as
// "gra...@nav..."; -1 means that a part is complete.
type cut struct{ local, domain int }

// pending returns the pending invites of a room.
func (a *Account) pending(room id.RoomID) *pendingInvites {
	p := &pendingInvites{
		known: map[threepid.ID][]sent{}, named: map[string][]invite.Invite{}, cuts: map[cut]bool{}, labels: map[string][]invite.Invite{},
	}
	for _, i := range a.Invites(room) {
		if !i.Live() {
			continue
		}
		if to, known := a.AddressOf(room, i.Token); known {
			p.known[to.Canonical()] = append(p.known[to.Canonical()], sent{i, to.Address})
			continue
		}
		if r := a.book.record(room, i.Token); r.label != "" {
			p.labels[r.label] = append(p.labels[r.label], i)
			continue
		}
		p.add(i)
	}
	return p
}

// add adds an invite whose address is not known.
func (p *pendingInvites) add(i invite.Invite) {
	local, domain, ok := cutAt(i.DisplayName)
	if !ok {
		return
	}
	name := fold(i.DisplayName)
	p.named[name] = append(p.named[name], i)
	p.cuts[cut{left(local), left(domain)}] = true
}

// to returns the invites that may be for an address; see [invite.Matches].
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

// labelled returns the invites that the account issued for a label.
func (p *pendingInvites) labelled(label string) (found []invite.Invite) {
	return slices.Clone(p.labels[label])
}

// like returns the invites without a known address whose display name may be a
// shortened form of the address.
func (p *pendingInvites) like(address string) (found []invite.Invite) {
	local, domain, ok := cutAt(address)
	for c := range p.cuts {
		if ok && c.local <= len(local) && c.domain <= len(domain) {
			found = append(found, p.named[fold(c.of(local, domain))]...)
		}
	}
	return found
}

// of returns the display name of an address shortened by c.
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

// fold maps strings that are equal by [strings.EqualFold] to the same string.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, s)
}
