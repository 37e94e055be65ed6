package ratelimit

import (
	"fmt"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
)

func TestInviteeLimitsAreBoundedAndExpire(t *testing.T) {
	var p Limits
	p.invitee("@limited:example.org").refused(start, start, 333*time.Second)
	now := start
	for i := range 1000 {
		p.Sent(To{User: id.UserID(fmt.Sprintf("@user%d:example.org", i))}, true, now, now)
		now = now.Add(time.Millisecond)
	}
	if len(p.invitees) != mostInvitees || !p.Next(now, To{User: "@limited:example.org"}).After(now.Add(300*time.Second)) {
		t.Errorf("%d are kept", len(p.invitees))
	}
	if p.Settle(now.Add(rest)); len(p.invitees) != 1 {
		t.Errorf("%d are kept after a pause", len(p.invitees))
	}
	if p.Settle(now.Add(2 * outdated)); len(p.invitees) != 0 {
		t.Errorf("%d are kept after a day", len(p.invitees))
	}
}

// A refusal is only attributed to the invitee if the wait is longer than the known
// limit for all invites explains.
func TestShortWaitIsNotAttributedToTheInvitee(t *testing.T) {
	var p Limits
	for range 10 {
		p.Sent(To{User: "@grace:example.org"}, true, start, start)
	}
	p.Refused(To{User: "@grace:example.org"}, start, start, 3300*time.Millisecond)
	if !p.User.known() || p.Row != 0 || p.invitees["@grace:example.org"].known() {
		t.Errorf("%+v", p)
	}
	if due := p.Next(start, To{User: "@ken:bell.example"}); due.Before(start.Add(3300 * time.Millisecond)) {
		t.Errorf("the next invite is sent in %s", due.Sub(start))
	}
}
