package send

import (
	"fmt"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

func TestRevocationNamesPeopleAndRoom(t *testing.T) {
	some := func(n int, rooms ...id.RoomID) (all []*revocation) {
		for i := range n {
			room := rooms[i%len(rooms)]
			all = append(all, &revocation{
				Invite:  invite.Invite{RoomID: room},
				attempt: attempt{outcome: out.Planned},
				room:    client.Room{ID: room, Name: "Ops"},
				address: fmt.Sprintf("user%d@bell.example", i+1),
			})
		}
		return all
	}
	failing := some(3, "!a:hs")
	failing[0].fail(client.ErrAlreadyRevoked)
	for _, tt := range []struct {
		all  []*revocation
		want string
	}{
		{some(1, "!a:hs"), "the invite for user1@bell.example to Ops"},
		{some(2, "!a:hs"), "2 invites to Ops (user1@bell.example and user2@bell.example)"},
		{some(4, "!a:hs", "!b:hs"), "4 invites to 2 rooms (user1@bell.example, user2@bell.example, user3@bell.example and user4@bell.example)"},
		{some(15, "!a:hs"), "15 invites to Ops (user1@bell.example, user2@bell.example, user3@bell.example and 12 more)"},
		{failing, "2 invites to Ops (user2@bell.example and user3@bell.example)"},
	} {
		if got := describe(tt.all, (*revocation).open); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
