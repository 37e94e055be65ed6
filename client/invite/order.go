package invite

import (
	"bytes"
	"cmp"
	"slices"

	"maunium.net/go/mautrix/id"
)

// Order splits the events of a room into current state and history, for [Fold]. The
// events may come from several responses of a homeserver, received at different
// times. The result does not depend on their order.
//
// An event is history if another event of the same type and state key says that it
// replaced it, or if it is outdated. Of the remaining events the newest is the state. Some homeservers,
// such as Dendrite, do not send which event was replaced. Then Order assumes that
// each event replaced the one sent before it.
//
// The time of an event is set by its sender's homeserver. If a time is wrong and
// the event that replaced an older one is missing, Order may return the older event
// as state.
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
		sortVersions(versions)
		linkVersions(versions)
		current := len(versions) - 1 // the newest, if all replace each other in a circle
		for i, ev := range slices.Backward(versions) {
			if !ev.Outdated && !replaced[replacement{ev.Type, ev.StateKey, ev.ID}] {
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

// sortVersions sorts the versions of an event, the newest last: by depth if all have
// one, otherwise by time. Outdated versions are older than the others.
func sortVersions(versions []Event) {
	known := !slices.ContainsFunc(versions, func(ev Event) bool { return ev.Depth <= 0 })
	slices.SortFunc(versions, func(a, b Event) int {
		c := compareEvents(a, b)
		if known {
			c = cmp.Or(cmp.Compare(a.Depth, b.Depth), c)
		}
		switch {
		case a.Outdated == b.Outdated:
			return c
		case a.Outdated:
			return -1
		default:
			return 1
		}
	})
}

// linkVersions sets Replaces of each version to the version before it, if the
// server has set it for none of them.
func linkVersions(versions []Event) {
	if slices.ContainsFunc(versions, func(ev Event) bool { return ev.Replaces != "" }) {
		return
	}
	for i := 1; i < len(versions); i++ {
		versions[i].Replaces = versions[i-1].ID
	}
}

// A replacement identifies an event that was replaced.
type replacement struct {
	typ, key string
	id       id.EventID
}

// distinct returns one copy of each event. Events without ID are all returned.
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

// compareCopies orders copies of an event by how current and complete they are. A
// redaction removes content and cannot be undone, so the copy with less content is
// the later one (https://spec.matrix.org/v1.19/client-server-api/#redactions).
// Otherwise the copy with more information in unsigned is preferred.
func compareCopies(a, b Event) int {
	return cmp.Or(
		cmp.Compare(len(members(a.Content)), len(members(b.Content))),
		cmp.Compare(b.prevFields(), a.prevFields()),
		compareEvents(a, b),
	)
}

// prevFields returns how many of the members about the replaced event are known.
func (ev Event) prevFields() int {
	n := 0
	for _, known := range []bool{ev.Replaces != "", len(ev.PrevContent) > 0, ev.PrevSender != ""} {
		if known {
			n++
		}
	}
	return n
}

// compareEvents orders events by type, state key and time. The other comparisons
// make the order of different events unique.
func compareEvents(a, b Event) int {
	return cmp.Or(
		cmp.Compare(a.Type, b.Type),
		cmp.Compare(a.StateKey, b.StateKey),
		a.At.Compare(b.At),
		cmp.Compare(a.Position, b.Position),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Sender, b.Sender),
		cmp.Compare(a.Replaces, b.Replaces),
		cmp.Compare(a.PrevSender, b.PrevSender),
		bytes.Compare(a.PrevContent, b.PrevContent),
		bytes.Compare(a.Content, b.Content),
	)
}
