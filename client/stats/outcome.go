package stats

import (
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
)

type kind int

const (
	pending kind = iota
	accepted
	revoked
	malformed
)

// An outcome is the status of an invite, and the times that are known of it.
type outcome struct {
	kind    kind
	certain bool // it is known whether the invite was accepted
	joined  bool // a user who accepted it is in the room
	users   int  // number of users who accepted it

	dated bool // it is known when the invite was sent
	age   time.Duration
	timed bool          // it is known how long after sending it was accepted or revoked
	after time.Duration // how long
}

// Limits for the times that homeservers claim. A time outside of them is not known.
const (
	clockError = 10 * time.Minute // how far the clocks of servers are ahead
	maxAge     = 20 * 365 * day   // the first rooms are from 2014
)

func outcomeOf(i *invite.Invite, traced bool, now time.Time) outcome {
	o := outcome{certain: true}
	var ended time.Time
	switch i.Status {
	case invite.Pending:
		o.certain = traced
	case invite.Invited, invite.Joined, invite.Left, invite.Banned:
		o.kind, o.joined = accepted, i.Status == invite.Joined
		o.users, ended = i.Acceptance.Users, i.Acceptance.First
	case invite.Revoked:
		o.kind, o.certain = revoked, traced
		ended = i.Revocation.At
	case invite.Malformed:
		o.kind = malformed
	}
	if o.dated = plausible(i.FirstSentAt, now); !o.dated {
		return o
	}
	o.age = max(0, now.Sub(i.FirstSentAt))
	if o.timed = plausible(ended, now) && !ended.Before(i.FirstSentAt); o.timed {
		o.after = ended.Sub(i.FirstSentAt)
	}
	return o
}

// plausible reports whether a time is known and can be right.
func plausible(t, now time.Time) bool {
	return !t.IsZero() && !t.After(now.Add(clockError)) && t.After(now.Add(-maxAge))
}
