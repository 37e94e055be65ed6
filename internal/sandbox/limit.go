package sandbox

import "time"

// What a stock Synapse allows: rc_third_party_invite, since version 1.73.
const (
	StockInvitesPerSecond = 0.0025
	StockInviteBurst      = 5
)

// What a stock Sydent allows one sender: email.ratelimit_sender.
const (
	StockMailsPerSecond = 1.0 / 300
	StockMailBurst      = 5
)

// DemoSpeed is how many times as fast as a stock Synapse the homeserver of the demo accepts e-mail invites again after
// the first five: one in 20 seconds instead of 400. No real server does this: the demo is made to be tried in minutes.
const DemoSpeed = 20

// What a stock Synapse allows of invites to Matrix IDs: rc_invites, whose three limits count by room, by recipient and by
// issuer.
const (
	StockUserInvitesPerSecond = 0.3 // per_room and per_issuer
	StockUserInviteBurst      = 10
	StockRecipientPerSecond   = 0.003 // per_user
	StockRecipientBurst       = 5
)

// userInviteLimits are rc_invites; nil: none.
type userInviteLimits struct{ perRoom, perRecipient, perIssuer *bucket }

// limitPause is how long a homeserver waits before it refuses what exceeds a limit.
const limitPause = 500 * time.Millisecond

// LimitInvites sets the homeserver's limit of e-mail invites per inviter, rc_third_party_invite. A burst of 0 or less
// lifts it, as in a new World.
func (w *World) LimitInvites(perSecond float64, burst int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hs.inviteLimit = newBucket(perSecond, burst)
}

// LimitUserInvites sets the homeserver's limits of invites to Matrix IDs, rc_invites: those per room and per issuer, and
// the one per recipient. A burst of 0 or less lifts them, as in a new World.
func (w *World) LimitUserInvites(perSecond float64, burst int, recipientPerSecond float64, recipientBurst int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hs.userInviteLimits = userInviteLimits{
		perRoom: newBucket(perSecond, burst), perIssuer: newBucket(perSecond, burst),
		perRecipient: newBucket(recipientPerSecond, recipientBurst),
	}
}

// LimitMails sets the identity server's limit of mails per sender. Whoever exceeds it gets a 429 with M_UNKNOWN and no
// hint when to come back, which the homeserver turns into a 500. A burst of 0 or less lifts it, as in a new World.
func (w *World) LimitMails(perSecond float64, burst int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.is.mailLimit = newBucket(perSecond, burst)
}

// A bucket leaks: every action fills it by one, time empties it.
type bucket struct {
	rate   float64
	burst  int
	levels map[string]fill
}

// A fill is how Synapse counts: actions since the bucket was last empty.
type fill struct {
	count float64
	since time.Time
}

func newBucket(perSecond float64, burst int) *bucket {
	if burst <= 0 || perSecond <= 0 {
		return nil
	}
	return &bucket{rate: perSecond, burst: burst, levels: map[string]fill{}}
}

// take counts an action, or says how long until it may be tried again.
func (b *bucket) take(key string, now time.Time) (wait time.Duration, ok bool) {
	if b == nil {
		return 0, true
	}
	f, known := b.levels[key]
	leaked := now.Sub(f.since).Seconds() * b.rate
	if !known || f.count-leaked < 0 {
		f, leaked = fill{since: now}, 0
	}
	if f.count-leaked > float64(b.burst)-1 {
		next := (f.count - float64(b.burst) + 1) / b.rate
		b.levels[key] = f
		return f.since.Add(time.Duration(next * float64(time.Second))).Sub(now), false
	}
	f.count++
	b.levels[key] = f
	return 0, true
}
