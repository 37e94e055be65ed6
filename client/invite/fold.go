package invite

import (
	"cmp"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Fold returns the invites of a room, sorted with the newest first. state has the
// current state events of the room, one for each type and state key; history has
// earlier ones, as far as known. The order of the events does not matter, and
// repeated events and events of other types are ignored.
func Fold(room id.RoomID, state, history []Event) []Invite {
	p := newRoomEvents(state, history)
	events := make([]*Event, 0, len(state))
	for n := range state {
		if state[n].Type == TypeThirdPartyInvite {
			events = append(events, &state[n])
		}
	}
	invites := make([]Invite, len(events))
	each(len(events), func(n int) { invites[n] = p.readInvite(room, *events[n]) })
	p.warn(invites)
	Sort(invites)
	return invites
}

// each calls f with 0 to n-1, on all cores if n is large: verifying a signature is
// the slowest step of reading an invite.
func each(n int, f func(int)) {
	const share = 64 // minimum number of calls in a goroutine
	var g panicgroup.Group
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), (n+share-1)/share) {
		g.Go(func() error {
			for {
				from := int(next.Add(share)) - share
				if from >= n {
					return nil
				}
				for i := from; i < min(from+share, n); i++ {
					f(i)
				}
			}
		})
	}
	_ = g.Wait() // the functions return no errors
}

// Sort sorts invites with the newest first.
func Sort(invites []Invite) {
	slices.SortFunc(invites, func(a, b Invite) int { return Compare(&a, &b) })
}

// Compare orders invites with the newest first. Invites with the same time are
// ordered by room and token, so it returns 0 only for the same room, token and
// time.
func Compare(a, b *Invite) int {
	if c := b.At().Compare(a.At()); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.RoomID, b.RoomID), cmp.Compare(a.Token, b.Token))
}

// roomEvents is an index of the events of a room.
type roomEvents struct {
	earlier    map[id.EventID]Event
	membership map[id.UserID]string  // current membership
	accepted   map[string]acceptance // by token
	uses       map[use]time.Time     // when the invites were accepted; zero if not known
	unlinked   map[string][]Event    // by token: invite events that are not known to be replaced by another one, the newest first
	replaced   bool                  // the room was replaced by another one
}

func newRoomEvents(state, history []Event) *roomEvents {
	p := &roomEvents{
		earlier:    make(map[id.EventID]Event, len(history)),
		membership: map[id.UserID]string{},
		accepted:   map[string]acceptance{},
		uses:       map[use]time.Time{},
		unlinked:   map[string][]Event{},
	}
	for _, ev := range history {
		p.earlier[ev.ID] = ev
	}
	p.findUnlinked(state, history)
	var members []memberEvent
	for n := range state {
		switch {
		case state[n].Type == TypeMember:
			m := readMember(state[n])
			p.membership[m.user] = m.membership
			members = append(members, m)
		case state[n].Type == TypeTombstone && state[n].StateKey == "":
			_, p.replaced = ReadTombstone(state[n].Content)
		}
	}
	for _, ev := range history {
		if ev.Type == TypeMember {
			members = append(members, readMember(ev))
		}
	}
	for _, m := range members {
		p.addAcceptance(m)
		if prev, ok := m.ev.previous(); ok {
			p.addAcceptance(readMember(prev))
		}
	}
	countUses(p.accepted, p.uses)
	return p
}

// findUnlinked finds the events of earlier invites that no other event says it
// replaced.
func (p *roomEvents) findUnlinked(state, history []Event) {
	replaced := map[id.EventID]bool{}
	for _, events := range [][]Event{state, history} {
		for n := range events {
			if events[n].Type == TypeThirdPartyInvite && events[n].Replaces != "" {
				replaced[events[n].Replaces] = true
			}
		}
	}
	for _, ev := range p.earlier {
		if ev.Type == TypeThirdPartyInvite && !replaced[ev.ID] {
			p.unlinked[ev.StateKey] = append(p.unlinked[ev.StateKey], ev)
		}
	}
	for _, events := range p.unlinked {
		slices.SortFunc(events, func(a, b Event) int { return compareEvents(b, a) })
	}
}

// addAcceptance adds the acceptance in a member event, if it has one.
func (p *roomEvents) addAcceptance(m memberEvent) {
	a, ok := m.accepted()
	if !ok {
		return
	}
	a.Membership = cmp.Or(p.membership[m.user], "invite")
	if old, had := p.accepted[a.token]; !had || a.compare(old.Acceptance) < 0 {
		p.accepted[a.token] = a
	}
	u := use{a.token, a.UserID}
	if at, had := p.uses[u]; !had || compareTimes(a.At, at) < 0 {
		p.uses[u] = a.At
	}
}

// readInvite returns the invite of an event.
func (p *roomEvents) readInvite(room id.RoomID, ev Event) Invite {
	i := Invite{RoomID: room, Token: ev.StateKey, EventID: ev.ID}
	c := readContent(ev.Content)
	i.describe(ev, c)
	earlier, gap, whole := p.earlierVersions(ev)
	if n := len(earlier); n > 0 && earlier[n-1].Sender != ev.Sender {
		i.OriginalSender = earlier[n-1].Sender // the identity server knows the first sender as the inviter
	}
	if whole {
		i.FirstSentAt = firstSent(ev, earlier)
	}
	switch {
	case !c.hasKeys():
		i.Status = Revoked
		i.Revocation = &Revocation{Sender: ev.Sender, At: ev.At}
		if ev.Redactor != "" { // the event was redacted: it is the invite itself
			i.Revocation = &Revocation{Sender: ev.Redactor, At: ev.RedactedAt}
			break
		}
		var last Event // empty if the earlier versions are not known
		if len(earlier) > 0 {
			last = earlier[0]
		}
		i.describe(last, readContent(last.Content))
		i.Keys = nil
	case !slices.ContainsFunc(i.Keys, Key.Usable):
		i.Status = Malformed
	default:
		i.Status = Pending
	}
	if accepted, ok := p.accepted[i.Token]; ok && i.Status != Malformed {
		a := accepted.Acceptance
		all, cut := versions(ev, earlier)
		a.verify(accepted, all, cut || gap)
		i.Acceptance = &a
		// The invitee stays accepted after the invite is revoked. Without the key that
		// signed, an event of another member may only claim that it was accepted.
		if i.Status == Pending || i.Status == Revoked && a.Proof == ProofVerified {
			i.Status = a.status()
		}
	}
	return i
}

// firstSent returns when the first event of an invite was sent, of which all versions
// are known.
func firstSent(ev Event, earlier []Event) time.Time {
	switch n := len(earlier); {
	case n > 0 && earlier[n-1].ID != ev.ID: // a circle ends where it began
		return earlier[n-1].At
	case ev.Redactor != "" || readContent(ev.Content).hasKeys():
		return ev.At
	}
	return time.Time{} // only the revocation is known
}

// describe sets the fields that are read from an invite event.
func (i *Invite) describe(ev Event, c content) {
	i.DisplayName, _ = rawjson.Text(c.displayName)
	i.Sender, i.SentAt = ev.Sender, ev.At
	i.Keys = c.keys()
}

// versions returns the versions of an invite's event that have keys, the newest
// first. An invite may be overwritten after it was accepted; the acceptance stays
// valid. If there are many versions, only the newest and the oldest are returned,
// and cut is true.
func versions(ev Event, earlier []Event) (all []version, cut bool) {
	events := append([]Event{ev}, earlier...) // all of them have keys
	if !readContent(ev.Content).hasKeys() {
		events = earlier
	}
	if cut = len(events) > maxVersions; cut {
		events = slices.Concat(events[:maxVersions/2], events[len(events)-maxVersions/2:])
	}
	for _, e := range events {
		all = append(all, version{e.Sender, readContent(e.Content).keys()})
	}
	return all, cut
}

// earlierVersions returns the events that ev replaced, directly and indirectly, and
// that have keys, the newest first. An event that was already visited ends the
// search: a homeserver may say that events replace each other in a circle. If the
// event that was replaced is not known, the search continues with the newest
// unlinked event, and gap is true. If the first event was found, whole is true.
func (p *roomEvents) earlierVersions(ev Event) (found []Event, gap, whole bool) {
	if ev.Replaces == "" && len(ev.PrevContent) == 0 {
		return nil, false, true // it replaced no event
	}
	seen := map[id.EventID]bool{}
	unlinked, unknown := p.unlinked[ev.StateKey], false
	whole = true
	for !seen[ev.ID] {
		seen[ev.ID] = true
		prev, ok := p.earlier[ev.Replaces]
		if !ok || prev.Type != ev.Type || prev.StateKey != ev.StateKey {
			unknown = unknown || ev.Replaces != ""
			whole = whole && (ev.Replaces == "" || seen[ev.Replaces])
			prev, ok = ev.previous()
		}
		for !ok && unknown && len(unlinked) > 0 {
			prev, unlinked = unlinked[0], unlinked[1:]
			ok = !seen[prev.ID]
			gap = gap || ok
		}
		if !ok {
			break
		}
		if readContent(prev.Content).hasKeys() {
			found = append(found, prev)
		}
		ev = prev
	}
	return found, gap, whole && !gap
}
