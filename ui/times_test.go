package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// The details of an invite, its page, the outbox and the header show times in the time
// zone of the user, and in UTC if it is not known.
func TestTimesAreInTheZoneOfTheUser(t *testing.T) {
	for _, tc := range []struct {
		name string
		zone *time.Location
		want string
		last string
	}{
		{"Tokyo", time.FixedZone("Asia/Tokyo", 9*60*60), "09:00", "at 11:00"},
		{"unknown", nil, "00:00 UTC", "at 02:00 UTC"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, n *testWorld) {
				n.invite(t, n.ops, "lin@kernel.example")
				account := n.account(t)
				term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
					return New(ctx, shell.Options{Location: tc.zone, Client: n.options(), Account: account})
				})
				term.Wait(time.Second)
				shows := func(text string) {
					t.Helper()
					if !strings.Contains(term.Screen(), text) {
						t.Errorf("it does not show %q:\n%s", text, term.Screen())
					}
				}
				shows("Sent      " + tc.want + "\n")
				term.Press("enter")
				shows("Sent      " + tc.want + "\n")
				shows(tc.want + "  @ada:example.org wrote it")
				term.Press("esc")
				n.LimitInvites(1.0/3600, 1)
				send(term, people(3)...)
				term.Press("o")
				shows("Queued  " + tc.want)
				shows("the last one " + tc.last)
			})
		})
	}
}
