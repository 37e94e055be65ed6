package client

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/client/ownkey"
)

// A LinksServer signs for the invitees of links, so that a link opens in a browser, works
// for a limited number of users, and can expire.
type LinksServer struct {
	URL string // base URL; empty for none
	Key linkkey.Key
	// Problem is why Key is not known; nil if it is.
	Problem error
}

func (s LinksServer) host() string { return keycheck.Question{URL: s.URL}.Host() }

// LinkTerms are the limits of a link that is to be made. They need a links server.
type LinkTerms struct {
	Lasts time.Duration // from queueing on; zero if it does not expire
	Uses  int           // zero for the default, which is one if there is a links server
}

// ErrNoLinksServer says that a link cannot expire, or be limited to some users, without
// a links server.
var ErrNoLinksServer = errors.New("a link can expire, or work for a limited number of people, only with a links server, and none is set")

// LinksServer returns the URL of the links server, empty if there is none, and why it
// cannot be used.
func (a *Account) LinksServer() (url string, problem error) {
	if problem = a.opt.LinksServer.Problem; problem != nil {
		problem = fmt.Errorf("make a link of %s: %w", a.opt.LinksServer.URL, problem)
	}
	return a.opt.LinksServer.URL, problem
}

// A signedLink is what is stored of a link of a links server, in addition to its key.
type signedLink struct {
	Server      string        `json:"server"`  // base URL
	Capsule     string        `json:"capsule"` // see [linkkey.Key.Seal]
	ValidityURL string        `json:"validity_url"`
	Expires     time.Time     `json:"expires,omitzero"`
	Lasts       time.Duration `json:"lasts,omitempty"`
	Uses        int           `json:"uses"`
}

// errLinkExpired says that a link was in the outbox for longer than it works.
var errLinkExpired = errors.New("the link expired before it was sent; make a new one")

func (l signedLink) expired(now time.Time) bool {
	return linkkey.Terms{Expires: l.Expires}.Expired(now)
}

func (l signedLink) terms() LinkTerms { return LinkTerms{Lasts: l.Lasts, Uses: l.Uses} }

// signLink returns what a links server has to know of a new invite; zero if the account
// has no links server.
func (a *Account) signLink(p Plan, issued ownkey.Invite) (signedLink, error) {
	server, problem := a.LinksServer()
	if problem != nil {
		return signedLink{}, problem
	}
	if server == "" {
		if p.Terms != (LinkTerms{}) {
			return signedLink{}, ErrNoLinksServer
		}
		return signedLink{}, nil
	}
	terms := linkkey.Terms{Uses: max(1, p.Terms.Uses)}
	if p.Terms.Lasts > 0 {
		terms.Expires = a.opt.Now().Add(p.Terms.Lasts).Truncate(time.Second)
	}
	seed, err := base64.RawURLEncoding.DecodeString(issued.PrivateKey)
	if err != nil || len(seed) != ed25519.SeedSize {
		return signedLink{}, errors.New("the key of the invite is damaged")
	}
	public, _ := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	c := linkkey.Capsule{Seed: [ed25519.SeedSize]byte(seed), Terms: terms, RoomID: p.Room.ID, Sender: a.session.UserID}
	if p.Room.Name != string(p.Room.ID) {
		c.RoomName = p.Room.Name
	}
	key := a.opt.LinksServer.Key
	return signedLink{
		Server: strings.TrimSuffix(server, "/"), Capsule: key.Seal(issued.Token, c), ValidityURL: key.ValidityURL(server, public, terms),
		Expires: terms.Expires, Lasts: p.Terms.Lasts, Uses: terms.Uses,
	}, nil
}

// LinkLimits are the limits of a link that this program made, as [LinkTerms] asked for.
type LinkLimits struct {
	Server  string    // host of the links server; empty if the link has no limits
	Expires time.Time // zero for never
	Uses    int       // maximum number of users; zero for no limit
}

// LinkLimits returns the limits of the link of an invite; zero if it has none.
func (a *Account) LinkLimits(room id.RoomID, token string) LinkLimits {
	l := a.book.record(room, token).signed
	return LinkLimits{Server: keycheck.Question{URL: l.Server}.Host(), Expires: l.Expires, Uses: l.Uses}
}
