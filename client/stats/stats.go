// Package stats computes how inviting goes: how many invites were accepted, and how
// fast. It makes no requests and does not read the clock.
//
// Every invite of a room counts once. An invite that was sent again is two invites, of
// which the first is revoked. Times are those that homeservers claim. A time that is
// not known or cannot be right leaves the invite out of the figures that need the
// time; the figures say of how many invites they are.
package stats

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Stats are the figures of all invites, of each room, and of each inviter. Rooms and
// Inviters are sorted by the number of invites, the most first.
type Stats struct {
	All      Summary
	Rooms    []Room
	Inviters []Inviter
	Untraced int // number of the rooms that are not traced
}

// Room are the figures of the invites of one room.
type Room struct {
	ID id.RoomID
	Summary
}

// Inviter are the figures of the invites that one user sent; of an invite that another
// user overwrote, the first sender. UserID is empty for invites whose sender is not known.
type Inviter struct {
	UserID id.UserID
	Summary
}

// Of computes the figures of invites. traced reports whether a room is traced: until
// then, an invite that looks pending or revoked may have been accepted.
func Of(invites iter.Seq[*invite.Invite], traced func(id.RoomID) bool, now time.Time) Stats {
	all, rooms, inviters := new(tally), map[id.RoomID]*tally{}, map[id.UserID]*tally{}
	known := map[id.RoomID]bool{}
	for i := range invites {
		certain, asked := known[i.RoomID]
		if !asked {
			certain = traced(i.RoomID)
			known[i.RoomID] = certain
		}
		o := outcomeOf(i, certain, now)
		all.add(o)
		of(rooms, i.RoomID).add(o)
		of(inviters, cmp.Or(i.OriginalSender, i.Sender)).add(o)
	}
	s := Stats{All: all.summary()}
	for _, room := range ranked(rooms) {
		if !known[room] {
			s.Untraced++
		}
		s.Rooms = append(s.Rooms, Room{room, rooms[room].summary()})
	}
	for _, user := range ranked(inviters) {
		s.Inviters = append(s.Inviters, Inviter{user, inviters[user].summary()})
	}
	return s
}

// Each returns an iterator over invites, for [Of].
func Each(invites []invite.Invite) iter.Seq[*invite.Invite] {
	return func(yield func(*invite.Invite) bool) {
		for n := range invites {
			if !yield(&invites[n]) {
				return
			}
		}
	}
}

func of[K comparable](tallies map[K]*tally, key K) *tally {
	t := tallies[key]
	if t == nil {
		t = new(tally)
		tallies[key] = t
	}
	return t
}

// ranked returns the keys by the number of invites, the most first.
func ranked[K cmp.Ordered](tallies map[K]*tally) []K {
	return slices.SortedFunc(maps.Keys(tallies), func(a, b K) int {
		return cmp.Or(cmp.Compare(tallies[b].Sent, tallies[a].Sent), cmp.Compare(a, b))
	})
}

// MostInAWeek returns the largest number of invites that one of some rooms or inviters
// has in one of the last n weeks.
func MostInAWeek[S interface{ SentByWeek(n int) []int }](all []S, n int) int {
	most := 0
	for _, s := range all {
		most = max(most, slices.Max(s.SentByWeek(n)))
	}
	return most
}
