package roomstate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// randomInvites returns invites of a room, of which some have the same time.
func randomInvites(room id.RoomID) []invite.Invite {
	invites := make([]invite.Invite, rand.IntN(8))
	for n := range invites {
		invites[n] = invite.Invite{RoomID: room, Token: strconv.Itoa(n), SentAt: time.UnixMilli(1764208858000 + rand.Int64N(50))}
	}
	return invites
}

// After any changes of the rooms, the list is the same as if it was made anew.
func TestNewestFollowsChangesOfTheRooms(t *testing.T) {
	for _, rooms := range []int{20, largeList} {
		s := New(me)
		for range 20 {
			for range rooms / 4 {
				room := id.RoomID(fmt.Sprint("!r", rand.IntN(rooms)))
				if s.rooms[room] = newEvents(); rand.IntN(4) == 0 {
					delete(s.rooms, room)
					continue
				}
				s.rooms[room].invites = randomInvites(room)
			}
			before := s.Newest()
			kept := slices.Clone(before)
			var want []*invite.Invite
			for _, r := range s.rooms {
				for n := range r.invites {
					want = append(want, &r.invites[n])
				}
			}
			slices.SortFunc(want, compareNewest)
			if !slices.Equal(want, before) {
				t.Fatalf("%d rooms: the list is not that of the rooms", rooms)
			}
			if room := id.RoomID("!r0"); s.rooms[room] != nil {
				s.rooms[room].invites = randomInvites(room)
			}
			s.Newest()
			if !slices.Equal(kept, before) {
				t.Fatal("a list that was returned has changed")
			}
		}
	}
}
