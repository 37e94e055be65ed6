package client_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// BenchmarkLongOutbox measures a list of 20,000 addresses in a room with 2,000 pending
// invites whose display names match one of them.
func BenchmarkLongOutbox(b *testing.B) {
	n := newTestWorld(b)
	for i := range 2000 {
		n.invite(fmt.Sprintf("person%d@example.com", i))
	}
	a := n.start(n.signIn(n.ada).Session(), filepath.Join(b.TempDir(), "store.db"))
	n.must(a.Refresh(b.Context()))
	addresses := make([]recipients.Invitee, 20_000)
	for i := range addresses {
		addresses[i] = n.invitee(fmt.Sprintf("%03dnobody%d@example.com", i%1000, i))
	}
	var plans []client.Plan
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			var err error
			plans, err = a.PlanAll(b.Context(), client.ByIdentityServer, []id.RoomID{n.room}, addresses, nil)
			n.must(err)
		}
	})
	queued, err := a.Enqueue(b.Context(), plans)
	n.must(err)
	numbers := make([]int64, len(queued))
	for i := range queued {
		numbers[i] = queued[i].Number
	}
	b.Run("queue duplicates", func(b *testing.B) {
		for b.Loop() {
			again, err := a.Enqueue(b.Context(), plans)
			n.must(err)
			if len(again) > 0 {
				b.Fatalf("%d queued again", len(again))
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if o := n.outbox(a); len(o.Items) != len(addresses) {
				b.Fatalf("%d items", len(o.Items))
			}
		}
	})
	b.Run("cancel and retry", func(b *testing.B) {
		for b.Loop() {
			n.must(a.Cancel(b.Context(), numbers...))
			n.must(a.Retry(b.Context(), numbers...))
		}
	})
}
