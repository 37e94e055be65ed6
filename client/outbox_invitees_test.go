package client_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const katherine = "@katherine:nasa.example"

// createRooms creates rooms in which Ada is the creator.
func (n *testWorld) createRooms(count int) []id.RoomID {
	var rooms []id.RoomID
	for i := range count {
		rooms = append(rooms, id.RoomID(n.CreateRoom(n.ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %d", i)})))
	}
	return rooms
}

// stockUserInviteLimits sets rc_invites to the defaults of Synapse.
func (n *testWorld) stockUserInviteLimits() {
	n.LimitUserInvites(sandbox.StockUserInvitesPerSecond, sandbox.StockUserInviteBurst, sandbox.StockRecipientPerSecond, sandbox.StockRecipientBurst)
}

// users returns Matrix IDs, one on each line.
func users(count int) string {
	var list bytes.Buffer
	for i := range count {
		fmt.Fprintf(&list, "@user%d:example.org\n", i)
	}
	return list.String()
}

// enqueue queues invites for a list of people in some rooms.
func (n *testWorld) enqueue(a *client.Account, rooms []id.RoomID, list string) {
	n.t.Helper()
	_, err := a.Enqueue(n.t.Context(), n.planAll(a, rooms, list))
	n.must(err)
}

// refusedCount returns the number of requests to invite that were refused.
func (n *testWorld) refusedCount(a *client.Account) int {
	n.t.Helper()
	return n.Count("POST", invitePath) - n.outbox(a).Count(client.ItemResolved)
}

// runUntil runs a runner until this number of invites was accepted by the homeserver.
func (n *testWorld) runUntil(a *client.Account, r *client.Runner, accepted int) {
	n.t.Helper()
	for n.outbox(a).Count(client.ItemResolved) < accepted {
		r.Next(n.t.Context())
	}
}

// checkDuration checks that a duration is from least to most.
func (n *testWorld) checkDuration(what string, took, least, most time.Duration) {
	n.t.Helper()
	if took < least || took > most {
		n.t.Errorf("%s took %s, want %s to %s", what, took, least, most)
	}
}

// lastAccepted returns when the homeserver accepted the last invite to a user or, if
// others is true, to all other users.
func (n *testWorld) lastAccepted(a *client.Account, user id.UserID, others bool) time.Time {
	n.t.Helper()
	var last time.Time
	for _, i := range n.outbox(a).Items {
		if i.State == client.ItemResolved && (i.UserID == user) != others && i.Changed.After(last) {
			last = i.Changed
		}
	}
	return last
}

// Synapse accepts 5 invites to one user, and then one every 333 seconds. It accepts 10
// invites by one sender, and then one every 3.3 seconds.
func TestInviteeLimitDelaysThatInviteeOnly(t *testing.T) {
	for name, othersFirst := range map[string]bool{"the invitee first": false, "the others first": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				rooms := n.createRooms(8)
				n.stockUserInviteLimits()
				a := n.accountWithStore()
				if othersFirst {
					n.enqueue(a, rooms[7:], users(20))
				}
				n.enqueue(a, rooms, katherine)
				if !othersFirst {
					n.enqueue(a, rooms[7:], users(20))
				}
				begun := time.Now()
				n.runOutbox(a)
				if got := n.outbox(a).Count(client.ItemResolved); got != 28 {
					t.Fatalf("%d invites were accepted", got)
				}
				n.checkDuration("the others", n.lastAccepted(a, katherine, true).Sub(begun), 30*time.Second, 60*time.Second)
				n.checkDuration("the invitee", n.lastAccepted(a, katherine, false).Sub(begun), 1000*time.Second, 1050*time.Second)
				if got := n.refusedCount(a); got > 2 {
					t.Errorf("%d requests were refused", got)
				}
			})
		})
	}
}

func TestForecastUsesTheLimitOfAnInvitee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		rooms := n.createRooms(8)
		n.stockUserInviteLimits()
		a := n.accountWithStore()
		n.enqueue(a, rooms, katherine)
		n.enqueue(a, rooms[7:], users(20))
		begun := time.Now()
		r := a.Runner("test")
		defer r.Close()
		n.runUntil(a, r, 15)
		o := n.outbox(a)
		n.checkDuration("the next one", time.Until(o.Next), 0, 4*time.Second)
		n.checkDuration("the last one", o.Last.Sub(begun), 1000*time.Second, 1010*time.Second)
		n.runUntil(a, r, 25)
		o = n.outbox(a)
		n.checkDuration("the next one, of the invitee", o.Next.Sub(begun), 333*time.Second, 336*time.Second)
		_, last := o.Forecast(time.Now(), n.planAll(a, []id.RoomID{n.room}, katherine))
		n.checkDuration("one more", last.Sub(o.Last), 333*time.Second, 334*time.Second)
	})
}

func TestInviteeLimitIsRestoredAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		rooms := n.createRooms(8)
		n.stockUserInviteLimits()
		session, dir := n.signIn(n.ada).Session(), t.TempDir()
		a := n.start(session, filepath.Join(dir, "store.db"))
		n.must(a.Refresh(t.Context()))
		n.enqueue(a, rooms, katherine)
		n.enqueue(a, rooms[7:], users(20))
		begun := time.Now()
		r := a.Runner("test")
		defer r.Close()
		n.runUntil(a, r, 15) // the limits of the invitee and of the sender are known

		// The file now has the content that a killed program leaves.
		killed := t.TempDir()
		n.must(os.CopyFS(killed, os.DirFS(dir)))
		path := filepath.Join(killed, "store.db")
		s, err := store.Open(t.Context(), path)
		n.must(err)
		note, err := s.Note(t.Context(), store.Account{UserID: session.UserID, Homeserver: session.Homeserver}, "paces")
		n.must(err)
		n.must(s.Close())
		if len(note) == 0 || bytes.Contains(note, []byte("katherine")) {
			t.Errorf("stored: %s", note)
		}

		a = n.start(session, path)
		n.must(a.Refresh(t.Context()))
		n.runOutbox(a)
		n.checkDuration("the invitee", n.lastAccepted(a, katherine, false).Sub(begun), 1000*time.Second, 1050*time.Second)
		if got := n.refusedCount(a); got > 2 {
			t.Errorf("%d requests were refused", got)
		}
	})
}

func TestSeveralInviteesReachTheirLimits(t *testing.T) {
	for _, tc := range []struct {
		invitees, refused int
		least             time.Duration
	}{
		{2, 3, 1000 * time.Second},
		// The first invitee's bucket also counts the request that the sender's limit
		// refused.
		{5, 6, 1333 * time.Second},
	} {
		t.Run(strconv.Itoa(tc.invitees), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				rooms := n.createRooms(8)
				n.stockUserInviteLimits()
				a := n.accountWithStore()
				n.enqueue(a, rooms, users(tc.invitees))
				n.enqueue(a, rooms[7:], "@grace:example.org, @ken:bell.example")
				begun := time.Now()
				n.runOutbox(a)
				n.checkDuration("all", time.Since(begun), tc.least, tc.least+time.Minute)
				if got := n.refusedCount(a); got > tc.refused {
					t.Errorf("%d requests were refused", got)
				}
				var late []string
				for _, i := range n.outbox(a).Items {
					if slices.Contains([]id.UserID{"@grace:example.org", "@ken:bell.example"}, i.UserID) && i.Changed.Sub(begun) > 150*time.Second {
						late = append(late, fmt.Sprint(i.UserID, i.Changed.Sub(begun)))
					}
				}
				if len(late) > 0 {
					t.Errorf("held up: %v", late)
				}
			})
		})
	}
}

// A limit by room or by sender requires a long wait. When a second invitee is refused,
// it is clear that this is not the limit of the first one.
func TestSlowLimitOfAllOrdinaryInvites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.LimitUserInvites(sandbox.StockRecipientPerSecond, 10, 0, 0)
		a := n.accountWithStore()
		n.enqueue(a, []id.RoomID{n.room}, users(20))
		begun := time.Now()
		n.runOutbox(a)
		n.checkDuration("all", time.Since(begun), 3333*time.Second, 3400*time.Second)
		if got := n.refusedCount(a); got > 2 {
			t.Errorf("%d requests were refused", got)
		}
	})
}

func TestSlowLimitOfAllOrdinaryInvitesInSeveralRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		rooms := n.createRooms(8)
		n.LimitUserInvites(sandbox.StockRecipientPerSecond, 10, 0, 0)
		a := n.accountWithStore()
		n.enqueue(a, rooms, users(4))
		n.runOutbox(a)
		if got := n.refusedCount(a); got > 10 {
			t.Errorf("%d requests were refused", got)
		}
	})
}

// An address may be bound to a Matrix ID while its invite waits.
func TestAddressOfAnInviteeAtTheLimitWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		rooms := n.createRooms(7)
		n.stockUserInviteLimits()
		a := n.accountWithStore()
		n.enqueue(a, rooms[:6], "@grace:example.org")
		n.enqueue(a, rooms[6:], "grace@navy.example")
		n.must(n.Bind("grace@navy.example", n.grace))
		begun := time.Now()
		n.runOutbox(a)
		n.checkDuration("all", time.Since(begun), 666*time.Second, 680*time.Second)
		if got := n.refusedCount(a); got != 1 {
			t.Errorf("%d requests were refused", got)
		}
	})
}
