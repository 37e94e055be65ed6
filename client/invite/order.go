package invite

import (
	"bytes"
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"
)

// Order tells which of a room's events are its state and which are history, for
// events that nobody has kept in order: dumps of several answers, taken at
// several times and put together. Both lists are ready for [Fold], and the same
// for the same events in any order.
//
// An event that another of its type and state key says it replaced is history.
// Of what remains the newest is state. Where a server never says what was
// replaced, as Dendrite does not, each event replaced the one before it.
//
// The time of an event is the word of its sender's server: a lying one may pass
// off an older event as state where the one that replaced it is not there to tell.
func Order(events []Event) (state, history []Event) {
	events = distinct(events)
	slices.SortFunc(events, compareEvents)
	replaced := map[replacement]bool{}
	for _, ev := range events {
		if ev.Replaces != "" && ev.Replaces != ev.ID {
			replaced[replacement{ev.Type, ev.StateKey, ev.Replaces}] = true
		}
	}
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].Type == events[0].Type && events[n].StateKey == events[0].StateKey {
			n++
		}
		versions := events[:n]
		events = events[n:]
		link(versions)
		current := len(versions) - 1 // also where they claim to replace each other in a circle
		for i, ev := range slices.Backward(versions) {
			if !replaced[replacement{ev.Type, ev.StateKey, ev.ID}] {
				current = i
				break
			}
		}
		state = append(state, versions[current])
		history = append(history, versions[:current]...)
		history = append(history, versions[current+1:]...)
	}
	return state, history
}

// link has each version of an event replace the one before it, if the server has
// said that of none of them.
func link(versions []Event) {
	if slices.ContainsFunc(versions, func(ev Event) bool { return ev.Replaces != "" }) {
		return
	}
	for i := 1; i < len(versions); i++ {
		versions[i].Replaces = versions[i-1].ID
	}
}

// A replacement is an event that was replaced in its place of the state.
type replacement struct {
	typ, key string
	id       id.EventID
}

// distinct keeps one copy of each event. Those without an ID cannot be told from
// their copies and all stay.
func distinct(events []Event) []Event {
	var out []Event
	at := map[id.EventID]int{}
	for _, ev := range events {
		i, had := at[ev.ID]
		switch {
		case ev.ID == "" || !had:
			at[ev.ID] = len(out)
			out = append(out, ev)
		case compareCopies(ev, out[i]) < 0:
			out[i] = ev
		}
	}
	return out
}

// compareCopies puts the copy of an event first that tells the most of today. A
// redaction only takes away and is never taken back, so the emptier content is
// the later one (https://spec.matrix.org/v1.19/client-server-api/#redactions).
// Otherwise servers say more of an event in one answer than in another.
func compareCopies(a, b Event) int {
	return cmp.Or(
		cmp.Compare(len(members(a.Content)), len(members(b.Content))),
		cmp.Compare(b.told(), a.told()),
		compareEvents(a, b),
	)
}

// told is how much the homeserver said of what the event replaced.
func (ev Event) told() int {
	n := 0
	for _, known := range []bool{ev.Replaces != "", len(ev.PrevContent) > 0, ev.PrevSender != ""} {
		if known {
			n++
		}
	}
	return n
}

// compareEvents orders events by their place in the state and then by time. What
// follows only makes sure that no two different ones are equal.
func compareEvents(a, b Event) int {
	return cmp.Or(
		cmp.Compare(a.Type, b.Type),
		cmp.Compare(a.StateKey, b.StateKey),
		a.At.Compare(b.At),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Sender, b.Sender),
		cmp.Compare(a.Replaces, b.Replaces),
		cmp.Compare(a.PrevSender, b.PrevSender),
		bytes.Compare(a.PrevContent, b.PrevContent),
		bytes.Compare(a.Content, b.Content),
	)
}
