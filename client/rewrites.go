package client

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// maxRewrites is how many earlier versions of one invite are kept, in memory and
// in the store: one half are the newest, the other the oldest, which tell who
// first sent it and with which keys. Anybody who may invite can rewrite an event
// as often as they like.
const maxRewrites = 64

// History is what stood in a room under an invite's token, the newest event
// first, as far as the homeserver has told and it was kept. Where an event says
// that it replaced another than the one that follows, some are left out.
func (a *Account) History(room id.RoomID, token string) []invite.Event {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	r, ok := a.state.rooms[room]
	if !ok {
		return nil
	}
	return r.versions(token)
}

// versions is what stood under an invite's token, the newest event first. Where
// what an event replaced is not known, the newest is next of which nobody says
// that they replaced it.
func (r *roomState) versions(token string) []invite.Event {
	ev, ok := r.current[stateKey{invite.TypeThirdPartyInvite, token}]
	if !ok {
		return nil
	}
	var chain, loose []invite.Event
	seen := map[id.EventID]bool{}
	for ok && !seen[ev.ID] {
		seen[ev.ID] = true
		chain = append(chain, ev)
		replaced := ev.Replaces
		if ev, ok = r.history[replaced]; ok || replaced == "" {
			continue
		}
		if loose == nil {
			loose = r.loose(token)
		}
		if ok = len(loose) > 0; ok {
			ev, loose = loose[0], loose[1:]
		}
	}
	return chain
}

// loose are the events of an invite's past of which nobody says that they
// replaced them, the newest first. It is not nil.
func (r *roomState) loose(token string) []invite.Event {
	found := r.rewrites(token)
	replaced := map[id.EventID]bool{r.current[stateKey{invite.TypeThirdPartyInvite, token}].Replaces: true}
	for _, ev := range found {
		replaced[ev.Replaces] = true
	}
	return slices.DeleteFunc(found, func(ev invite.Event) bool { return replaced[ev.ID] })
}

// rewrites are all events of an invite's past, the newest first.
func (r *roomState) rewrites(token string) []invite.Event {
	found := []invite.Event{}
	for _, ev := range r.history {
		if ev.Type == invite.TypeThirdPartyInvite && ev.StateKey == token {
			found = append(found, ev)
		}
	}
	slices.SortFunc(found, func(a, b invite.Event) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return found
}

// countRewrites says how many earlier versions of each invite are known.
func (r *roomState) countRewrites() map[string]int {
	count := map[string]int{}
	for _, ev := range r.history {
		if ev.Type == invite.TypeThirdPartyInvite {
			count[ev.StateKey]++
		}
	}
	return count
}

// trim lets go of what an invite was in the middle of a long past.
func (r *roomState) trim() {
	if len(r.history) <= maxRewrites {
		return
	}
	for token, n := range r.countRewrites() {
		if n > maxRewrites {
			r.trimInvite(token)
		}
	}
}

func (r *roomState) trimInvite(token string) {
	var past []id.EventID
	seen := map[id.EventID]bool{}
	for _, ev := range append(r.versions(token), r.rewrites(token)...) {
		if _, earlier := r.history[ev.ID]; earlier && !seen[ev.ID] {
			seen[ev.ID] = true
			past = append(past, ev.ID)
		}
	}
	for _, ev := range past[maxRewrites/2 : len(past)-maxRewrites/2] {
		delete(r.history, ev)
	}
}
