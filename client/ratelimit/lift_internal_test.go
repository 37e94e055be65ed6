package ratelimit

import (
	"testing"
	"time"
)

func TestLiftMakesRoomForOneRequest(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var p Limits
	p.Mail.sent(now, now)
	p.Mail.sent(now, now)
	p.Mail.refused(now, now, 5*time.Hour)
	p.User.BackOff(now, time.Hour)
	if !p.Next(now, To{User: ""}).After(now) || !p.Next(now, To{User: "@grace:example.org"}).After(now) {
		t.Fatal("nothing to wait for")
	}
	known := p.Mail
	p.Lift(now)
	if next := p.Next(now, To{User: ""}); next != now {
		t.Errorf("the next mail is sent at %s", next)
	}
	if next := p.Next(now, To{User: "@grace:example.org"}); next != now {
		t.Errorf("the next invite to a user is sent at %s", next)
	}
	if p.Mail.Interval != known.Interval || p.Mail.Burst != known.Burst {
		t.Error("the limit was forgotten")
	}
	p.Mail.sent(now, now)
	if !p.Next(now, To{User: ""}).After(now) {
		t.Error("there is room for two")
	}
}
