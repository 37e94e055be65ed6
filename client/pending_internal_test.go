package client

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// The index finds the same invites as a comparison with all invites.
func TestPendingInvitesAreFoundByAnyName(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	part := func() string {
		var s strings.Builder
		for range rng.IntN(4) {
			s.WriteString(pick("a", "b", "A", "K", "k", "\u212a", "ſ", "s", "é", ".", "\xc3"))
		}
		return s.String()
	}
	for range 2000 {
		p := &pendingInvites{named: map[string][]invite.Invite{}, cuts: map[cut]bool{}}
		var all []invite.Invite
		for n := range 10 {
			i := invite.Invite{Token: strconv.Itoa(n), DisplayName: part() + pick("...", "") + pick("@", "@", "@", "") + part() + pick("...", "")}
			all = append(all, i)
			p.add(i)
		}
		address := threepid.ID{Medium: threepid.Email, Address: part() + "@" + part()}
		found := map[string]bool{}
		for _, i := range p.to(address) {
			found[i.Token] = true
		}
		for _, i := range all {
			if want := invite.Matches(i.DisplayName, address.Address); found[i.Token] != want {
				t.Fatalf("%q and %q: %v, want %v", i.DisplayName, address.Address, found[i.Token], want)
			}
		}
	}
}
