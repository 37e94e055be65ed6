package homeserver

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

// The limit of e-mail invites of a stock Synapse: rc_third_party_invite, since version 1.73.
const (
	StockInvitesPerSecond = 0.0025
	StockInviteBurst      = 5
)

// The limits of invites to Matrix IDs of a stock Synapse: rc_invites, which limits by room, by recipient and by issuer.
const (
	StockUserInvitesPerSecond = 0.3 // per_room and per_issuer
	StockUserInviteBurst      = 10
	StockRecipientPerSecond   = 0.003 // per_user
	StockRecipientBurst       = 5
)

// The limit of events, other than of membership, that a user of a stock Synapse sends: rc_message.
const (
	StockEventsPerSecond = 0.2
	StockEventBurst      = 10
)

// limitPause is how long Synapse waits before it refuses a request that exceeds a limit.
const limitPause = 500 * time.Millisecond

// userInviteLimits are rc_invites; nil: no limit.
type userInviteLimits struct{ perRoom, perRecipient, perIssuer *api.Bucket }

// LimitInvites sets the homeserver's limit of e-mail invites per inviter, rc_third_party_invite. A burst of 0 or less
// lifts it, as in a new World.
func (h *Homeserver) LimitInvites(perSecond float64, burst int) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	h.inviteLimit = api.NewBucket(perSecond, burst)
}

// LimitEvents sets the homeserver's limit of state events per sender, rc_message. A burst of 0 or less lifts it, as in a
// new World. Messages and redactions are not limited.
func (h *Homeserver) LimitEvents(perSecond float64, burst int) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	h.eventLimit = api.NewBucket(perSecond, burst)
}

// limitEvents is the limit that Synapse checks before it looks at an event (synapse/handlers/message.py,
// create_and_send_nonmember_event; synapse/api/ratelimiting.py, RequestRatelimiter).
func (h *Homeserver) limitEvents(ctx context.Context, userID string) error {
	h.Mu.Lock()
	left, ok := h.eventLimit.Take(userID, h.Now())
	h.Mu.Unlock()
	if ok {
		return nil
	}
	return limitExceeded(ctx, left)
}

// LimitUserInvites sets the homeserver's limits of invites to Matrix IDs, rc_invites: those per room and per issuer, and
// the one per recipient. A burst of 0 or less lifts them, as in a new World.
func (h *Homeserver) LimitUserInvites(perSecond float64, burst int, recipientPerSecond float64, recipientBurst int) {
	h.Mu.Lock()
	defer h.Mu.Unlock()
	h.userInviteLimits = userInviteLimits{
		perRoom: api.NewBucket(perSecond, burst), perIssuer: api.NewBucket(perSecond, burst),
		perRecipient: api.NewBucket(recipientPerSecond, recipientBurst),
	}
}

// limitInvites refuses after a pause, as Synapse does to slow down clients. The time to retry after counts from before the
// pause.
func (h *Homeserver) limitInvites(ctx context.Context, userID string) error {
	h.Mu.Lock()
	left, ok := h.inviteLimit.Take(userID, h.Now())
	h.Mu.Unlock()
	if ok {
		return nil
	}
	return limitExceeded(ctx, left)
}

// limitUserInvites is Synapse's ratelimit_invite (synapse/handlers/room_member.py), which update_membership calls before
// it looks at anything else: the room's bucket first, then the recipient's, then the issuer's. An action that a later bucket refuses stays
// counted in the earlier ones.
func (h *Homeserver) limitUserInvites(ctx context.Context, room, recipient, issuer string) error {
	h.Mu.Lock()
	l, now := h.userInviteLimits, h.Now()
	left, ok := l.perRoom.Take(room, now)
	if ok {
		left, ok = l.perRecipient.Take(recipient, now)
	}
	if ok {
		left, ok = l.perIssuer.Take(issuer, now)
	}
	h.Mu.Unlock()
	if ok {
		return nil
	}
	return limitExceeded(ctx, left)
}

func limitExceeded(ctx context.Context, left time.Duration) error {
	if err := network.Wait(ctx, limitPause); err != nil {
		return err
	}
	f := api.Fail(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", "Too Many Requests")
	f.Extra = object{"retry_after_ms": left.Milliseconds()}
	f.Header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(left.Seconds())))}}
	return f
}
