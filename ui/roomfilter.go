package ui

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// roomNamed returns a test for the rooms that match a value: an ID, an alias with or
// without its server, or a part of a name.
func roomNamed(value string, rooms iter.Seq[*client.Room]) (is func(*client.Room) bool, problem string) {
	switch {
	case strings.HasPrefix(value, "!"):
		is = byRoomID(id.RoomID(value), rooms)
	case strings.HasPrefix(value, "#"):
		alias := widget.MatchID(value, func(yield func(string) bool) {
			for r := range rooms {
				if !yield(string(r.Alias)) {
					return
				}
			}
		})
		is = func(r *client.Room) bool { return alias(string(r.Alias)) }
	default:
		lower := strings.ToLower(value)
		return func(r *client.Room) bool {
			return widget.ContainsFold(r.Name, lower) || widget.ContainsFold(string(r.Alias), lower)
		}, ""
	}
	for r := range rooms {
		if is(r) {
			return is, ""
		}
	}
	return nil, fmt.Sprintf("no room matches %q", value)
}

// byRoomID returns a test for a room ID, or for its beginning. IDs are case-sensitive.
func byRoomID(room id.RoomID, rooms iter.Seq[*client.Room]) func(*client.Room) bool {
	for r := range rooms {
		if r.ID == room {
			return func(r *client.Room) bool { return r.ID == room }
		}
	}
	return func(r *client.Room) bool { return strings.HasPrefix(string(r.ID), string(room)) }
}

// roomTerm returns the value by which a filter finds exactly one room: its alias or,
// if several rooms claim the alias, its ID.
func roomTerm(room client.Room, rooms iter.Seq[*client.Room]) string {
	if room.Alias == "" || strings.ContainsAny(string(room.Alias), `" `) {
		return string(room.ID)
	}
	for r := range rooms {
		if r.ID != room.ID && strings.EqualFold(string(r.Alias), string(room.Alias)) {
			return string(room.ID)
		}
	}
	return string(room.Alias)
}

// roomTerms returns the names of rooms for completion: short aliases, or names of
// rooms without an alias.
func roomTerms(rooms map[id.RoomID]*client.Room) []string {
	terms := make([]string, 0, len(rooms))
	for _, r := range rooms {
		terms = append(terms, r.Label())
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}
