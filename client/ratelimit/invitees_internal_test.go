package ratelimit

import (
	"fmt"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
)

func TestLimitsOfInviteesAreBoundedAndForgotten(t *testing.T) {
	var p Limits
	p.invitee("@held:example.org").refused(dawn, dawn, 333*time.Second)
	now := dawn
	for i := range 1000 {
		p.Sent(id.UserID(fmt.Sprintf("@user%d:example.org", i)), true, now, now)
		now = now.Add(time.Millisecond)
	}
	if len(p.invitees) != mostInvitees || !p.Next(now, "@held:example.org").After(now.Add(300*time.Second)) {
		t.Errorf("%d are kept", len(p.invitees))
	}
	if p.Settle(now.Add(rest)); len(p.invitees) != 1 {
		t.Errorf("%d are kept after a rest", len(p.invitees))
	}
	if p.Settle(now.Add(2 * outdated)); len(p.invitees) != 0 {
		t.Errorf("%d are kept after a day", len(p.invitees))
	}
}

// The wait has to be longer than the known limit of all ordinary invites asks for.
func TestShortWaitsAreNotTheLimitOfAnInvitee(t *testing.T) {
	var p Limits
	for range 10 {
		p.Sent("@grace:example.org", true, dawn, dawn)
	}
	p.Refused("@grace:example.org", dawn, dawn, 3300*time.Millisecond)
	if !p.User.known() || p.Row != 0 || p.invitees["@grace:example.org"].known() {
		t.Errorf("%+v", p)
	}
	if due := p.Next(dawn, "@ken:bell.example"); due.Before(dawn.Add(3300 * time.Millisecond)) {
		t.Errorf("another one goes in %s", due.Sub(dawn))
	}
}
