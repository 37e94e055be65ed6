package roomstate

import (
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// maxRewrites is how many earlier events of one invite are kept, in memory and in the
// store: one half are the newest, the other the oldest, which have the first sender and
// the first keys. Every user who may invite can replace the event without limit.
const maxRewrites = 64

// versions lists the events of an invite, the newest first. If the event that another
// one replaces is not known, the next in the list is the newest event that no known
// event replaces.
func (r *events) versions(token string) []invite.Event {
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

// loose lists the earlier events of an invite that no known event replaces, the newest
// first. It is not nil.
func (r *events) loose(token string) []invite.Event {
	found := r.rewrites(token)
	replaced := map[id.EventID]bool{r.current[stateKey{invite.TypeThirdPartyInvite, token}].Replaces: true}
	for _, ev := range found {
		replaced[ev.Replaces] = true
	}
	return slices.DeleteFunc(found, func(ev invite.Event) bool { return replaced[ev.ID] })
}

// rewrites lists the earlier events of an invite, the newest first.
func (r *events) rewrites(token string) []invite.Event {
	found := []invite.Event{}
	for _, ev := range r.history {
		if ev.Type == invite.TypeThirdPartyInvite && ev.StateKey == token {
			found = append(found, ev)
		}
	}
	slices.SortFunc(found, compareVersions)
	return found
}

// compareVersions orders the events of an invite, the newest first.
func compareVersions(a, b invite.Event) int {
	return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID))
}

// countRewrites returns the number of earlier events of each invite.
func (r *events) countRewrites() map[string]int {
	count := map[string]int{}
	for _, ev := range r.history {
		if ev.Type == invite.TypeThirdPartyInvite {
			count[ev.StateKey]++
		}
	}
	return count
}

// trim removes the events in the middle of the history of an invite with more than
// maxRewrites earlier events.
func (r *events) trim() {
	if len(r.history) <= maxRewrites {
		return
	}
	for token, n := range r.countRewrites() {
		if n > maxRewrites {
			r.trimInvite(token)
		}
	}
}

func (r *events) trimInvite(token string) {
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
