package client_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// asked returns the number of requests about each key so far.
func (n *testWorld) asked() map[string]int {
	asked := map[string]int{}
	for _, r := range n.Requests() {
		if strings.HasSuffix(r.URL.Path, "/isvalid") {
			asked[r.URL.Path+" "+r.URL.Query().Get("public_key")]++
		}
	}
	return asked
}

// A key may become invalid while the program runs. Each key is checked again, and not
// before its result is old.
func TestOldKeyResultsAreCheckedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		token := n.invite("lin@kernel.example")
		for _, address := range []string{"rob@bell.example", "ken@bell.example", "joan@acm.example"} {
			n.invite(address)
		}
		opt := n.options()
		opt.KeyTransport = n.World
		a, err := client.Resume(opt, n.signIn(n.ada).Session())
		n.must(err)
		n.must(a.Refresh(t.Context()))
		longTerm := n.PublicKey()
		told := 0
		check := func() { a.CheckKeys(t.Context(), func() { told++ }) }
		check()
		before := n.asked()
		if len(before) != 6 || told != 6 { // one key belongs to all invites, with two validity URLs
			t.Fatalf("%d keys, told %d times", len(before), told)
		}
		n.RotateKey()
		told = 0
		busiest, last := 0, 6
		for minute := range 100 {
			time.Sleep(time.Minute)
			check()
			sum := 0
			for key, times := range n.asked() {
				if sum += times; times > 2 || (minute < 59 && times > 1) {
					t.Fatalf("%s was asked about %d times after %d minutes", key, times, minute+1)
				}
			}
			busiest, last = max(busiest, sum-last), sum
		}
		if last != 12 || busiest == 6 {
			t.Errorf("asked %d times, %d of them at once", last, busiest)
		}
		i, err := a.Invite(n.room, token)
		n.must(err)
		for _, k := range i.Keys {
			want := invite.Valid
			if k.Public == longTerm {
				want = invite.Invalid
			}
			if got := a.Facts().KeyValidity(k); got != want {
				t.Errorf("%s is %s", k.Public, got)
			}
		}
		if told != 2 {
			t.Errorf("told %d times that the answers at both URLs changed", told)
		}
	})
}
