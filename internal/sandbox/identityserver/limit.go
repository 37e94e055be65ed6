package identityserver

import "github.com/mxinvite/mxinvite/internal/sandbox/api"

// The limit of mails per sender of a stock Sydent: email.ratelimit_sender.
const (
	StockMailsPerSecond = 1.0 / 300
	StockMailBurst      = 5
)

// LimitMails sets the identity server's limit of mails per sender. A sender who exceeds it gets a 429 with M_UNKNOWN
// that does not say when to retry; the homeserver turns it into a 500. A burst of 0 or less lifts it, as in a new World.
func (s *IdentityServer) LimitMails(perSecond float64, burst int) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.mailLimit = api.NewBucket(perSecond, burst)
}
