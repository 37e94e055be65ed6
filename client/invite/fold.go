package invite

import (
	"cmp"
	"runtime"
	"slices"
	"sync/atomic"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Fold reads the invites of a room. state holds its current state events, one
// for each type and state key; history holds earlier ones, as many as are
// known. Events may come in any order, repeated, and mixed with ones that do
// not matter: the result is the same. It is sorted, the newest invite first.
func Fold(room id.RoomID, state, history []Event) []Invite {
	p := newPast(state, history)
	events := make([]*Event, 0, len(state))
	for n := range state {
		if state[n].Type == TypeThirdPartyInvite {
			events = append(events, &state[n])
		}
	}
	invites := make([]Invite, len(events))
	each(len(events), func(n int) { invites[n] = p.read(room, *events[n]) })
	p.warn(invites)
	Sort(invites)
	return invites
}

// each calls f with 0 to n-1, on all cores if there is much to do: checking a
// signature takes longer than everything else about an invite.
func each(n int, f func(int)) {
	const share = 64 // worth a goroutine
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
	_ = g.Wait() // nothing that runs there fails
}

// Sort puts the newest invite first.
func Sort(invites []Invite) {
	slices.SortFunc(invites, func(a, b Invite) int { return Compare(&a, &b) })
}

// Compare puts the newer invite first. Of two of one moment the room and the
// token decide, so that only an invite and itself are equal.
func Compare(a, b *Invite) int {
	if c := b.At().Compare(a.At()); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.RoomID, b.RoomID), cmp.Compare(a.Token, b.Token))
}

// past is what the events of a room tell beside its invites themselves.
type past struct {
	earlier    map[id.EventID]Event
	membership map[id.UserID]string  // where everybody stands now
	taken      map[string]acceptance // who took which token
	loose      map[string][]Event    // of each token, what nobody says they replaced, the newest first
}

func newPast(state, history []Event) *past {
	p := &past{
		earlier:    make(map[id.EventID]Event, len(history)),
		membership: map[id.UserID]string{},
		taken:      map[string]acceptance{},
		loose:      map[string][]Event{},
	}
	for _, ev := range history {
		p.earlier[ev.ID] = ev
	}
	p.loosen(state, history)
	var members []memberEvent
	for n := range state {
		if state[n].Type == TypeMember {
			m := readMember(state[n])
			p.membership[m.user] = m.membership
			members = append(members, m)
		}
	}
	for _, ev := range history {
		if ev.Type == TypeMember {
			members = append(members, readMember(ev))
		}
	}
	for _, m := range members {
		p.note(m)
		if prev, ok := m.ev.previous(); ok {
			p.note(readMember(prev))
		}
	}
	return p
}

// loosen finds what events were before that nobody says they replaced.
func (p *past) loosen(state, history []Event) {
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
			p.loose[ev.StateKey] = append(p.loose[ev.StateKey], ev)
		}
	}
	for _, events := range p.loose {
		slices.SortFunc(events, func(a, b Event) int { return compareEvents(b, a) })
	}
}

// note takes down that a member event took an invite, if it did.
func (p *past) note(m memberEvent) {
	a, ok := m.accepted()
	if !ok {
		return
	}
	a.Membership = cmp.Or(p.membership[m.user], "invite")
	if old, had := p.taken[a.token]; !had || a.compare(old.Acceptance) < 0 {
		p.taken[a.token] = a
	}
}

// read reads one invite event with all that is known around it.
func (p *past) read(room id.RoomID, ev Event) Invite {
	i := Invite{RoomID: room, Token: ev.StateKey, EventID: ev.ID}
	c := readContent(ev.Content)
	i.describe(ev, c)
	earlier, gap := p.keyed(ev)
	if n := len(earlier); n > 0 && earlier[n-1].Sender != ev.Sender {
		i.OriginalSender = earlier[n-1].Sender // the identity server was asked for the first
	}
	switch {
	case !c.hasKeys():
		i.Status = Revoked
		i.Revocation = &Revocation{Sender: ev.Sender, At: ev.At}
		if ev.Redactor != "" { // the event itself was the invite
			i.Revocation = &Revocation{Sender: ev.Redactor, At: ev.RedactedAt}
			break
		}
		var last Event // nothing, if nobody tells
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
	if taken, ok := p.taken[i.Token]; ok && i.Status != Malformed {
		a := taken.Acceptance
		all, cut := versions(ev, earlier)
		a.verify(taken, all, cut || gap)
		i.Acceptance = &a
		// A revoked invite that somebody took before shows its end as revoked:
		// nobody can take it again.
		if i.Status == Pending {
			i.Status = a.status()
		}
	}
	return i
}

// describe takes over what an invite event tells.
func (i *Invite) describe(ev Event, c content) {
	i.DisplayName, _ = rawjson.Text(c.displayName)
	i.Sender, i.SentAt = ev.Sender, ev.At
	i.Keys = c.keys()
}

// versions are what an invite's event has been while it held keys, the newest
// first. Somebody may have overwritten it after it was taken; that takes nothing
// away from who took it. Of very many only the newest and the oldest count, and
// cut is set.
func versions(ev Event, earlier []Event) (all []version, cut bool) {
	events := append([]Event{ev}, earlier...) // which all held keys
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

// keyed goes back through what ev replaced, as far as anybody tells, and returns
// what held keys, the newest first. A homeserver might have events replace each
// other in a circle; nobody goes round twice. Where what an event replaced is
// not known, the newest that is loose must have come before, and gap is set.
func (p *past) keyed(ev Event) (found []Event, gap bool) {
	if ev.Replaces == "" && len(ev.PrevContent) == 0 {
		return nil, false // it replaced nothing
	}
	seen := map[id.EventID]bool{}
	others, unknown := p.loose[ev.StateKey], false
	for !seen[ev.ID] {
		seen[ev.ID] = true
		prev, ok := p.earlier[ev.Replaces]
		if !ok || prev.Type != ev.Type || prev.StateKey != ev.StateKey {
			unknown = unknown || ev.Replaces != ""
			prev, ok = ev.previous()
		}
		for !ok && unknown && len(others) > 0 {
			prev, others = others[0], others[1:]
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
	return found, gap
}
