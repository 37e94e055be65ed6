package client

import (
	"context"
	"errors"
	"net/url"
)

// A Way is how an invite reaches a person who is not known to be a Matrix user.
type Way string

// The ways.
const (
	ByIdentityServer Way = "identity-server" // the identity server sends an e-mail
	ByLink           Way = "link"            // the account issues the invite itself, and the sender passes on its link
	ByMail           Way = "mail"            // the account issues the invite itself, and mails its link

	// ByDefault means ByIdentityServer or, if the account has no identity server, ByLink.
	ByDefault Way = ""
)

// Ways returns all ways except ByDefault.
func Ways() []Way { return []Way{ByIdentityServer, ByLink, ByMail} }

// issues reports whether the account issues the invite itself.
func (w Way) issues() bool { return w == ByLink || w == ByMail }

// A WayOffer is a way, and whether the account can send invites in this way.
type WayOffer struct {
	Way    Way
	Server string // host of the identity server, for [ByIdentityServer]; empty if it is not known
	Err    error  // why the account cannot send in this way
}

// OfferWays returns all ways for the account. It sends no request to the identity server.
func (a *Account) OfferWays(ctx context.Context) []WayOffer {
	offers := make([]WayOffer, 0, len(Ways()))
	for _, way := range Ways() {
		offer := WayOffer{Way: way}
		switch way {
		case ByMail:
			offer.Err = a.MayMail()
		case ByIdentityServer:
			base, _, err := a.IdentityServer(ctx)
			if u, parseErr := url.Parse(base); parseErr == nil {
				offer.Server = u.Host
			}
			if hasNoIdentityServer(err) { // of another error, planning informs the user
				offer.Err = err
			}
		case ByLink, ByDefault:
		}
		offers = append(offers, offer)
	}
	return offers
}

// hasNoIdentityServer reports whether err says that the account uses no identity server.
func hasNoIdentityServer(err error) bool {
	return errors.Is(err, ErrNoIdentityServer) || errors.Is(err, ErrIdentityServerOff)
}
