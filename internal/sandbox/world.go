package sandbox

import (
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/account"
	"github.com/mxinvite/mxinvite/internal/sandbox/homeserver"
	"github.com/mxinvite/mxinvite/internal/sandbox/identityserver"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/oauthserver"
)

// A World is a homeserver, an identity server and an OAuth server in one process, with their users. Its methods may be
// called from many goroutines at once.
type World struct {
	*network.Network
	*account.Store
	*homeserver.Homeserver
	*identityserver.IdentityServer
	*oauthserver.AuthServer

	identity network.Server
	matrix   network.Server
	domain   network.Server
	oauth    network.Server

	hosts           sync.Map        // of *network.Server by host, by [World.AddHost]
	silentAddresses map[string]bool // that do not accept in [World.Simulate]
}

// Options configure a World. The zero value is valid.
type Options struct {
	Domain            string // the server name in IDs; "example.org" if empty
	HomeserverURL     string // "https://matrix.<Domain>" if empty
	IdentityServerURL string // "https://id.<Domain>" if empty
	AuthServerURL     string // "https://account.<Domain>" if empty

	// Seed determines all tokens, keys and IDs: with the same seed and the same calls, two worlds
	// are equal.
	Seed uint64

	// Now returns the current time. If nil, it is time.Now.
	Now func() time.Time
}

// New returns a world without users, rooms, terms and limits.
func New(o Options) *World {
	setDefaultTo(&o.Domain, "example.org")
	setDefaultTo(&o.HomeserverURL, "https://matrix."+o.Domain)
	setDefaultTo(&o.IdentityServerURL, "https://id."+o.Domain)
	setDefaultTo(&o.AuthServerURL, "https://account."+o.Domain)
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the default of the clock that is handed in
	}
	n := network.New(network.Addresses{
		Domain:            o.Domain,
		HomeserverURL:     strings.TrimRight(o.HomeserverURL, "/"),
		IdentityServerURL: strings.TrimRight(o.IdentityServerURL, "/"),
		AuthServerURL:     strings.TrimRight(o.AuthServerURL, "/"),
	}, o.Seed, o.Now)
	a := account.New(n)
	w := &World{
		Network: n, Store: a,
		Homeserver: homeserver.New(a), IdentityServer: identityserver.New(n), AuthServer: oauthserver.New(a),
		silentAddresses: map[string]bool{},
	}
	w.identity.Serve = w.IdentityServer.Serve
	w.matrix.Serve = w.Homeserver.Serve
	w.domain.Serve = w.ServeDomain
	w.oauth.Serve = w.AuthServer.Serve
	n.Resolve, n.ResolvePath = w.serverOf, w.serverOfPath
	return w
}

func setDefaultTo(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

// serverOf returns the server behind a URL. Servers may share a host: then the path decides.
func (w *World) serverOf(u *url.URL) *network.Server {
	switch {
	case u.Host == network.Host(w.IdentityServerURL()) && identityserver.Serves(u):
		return &w.identity
	case u.Host == network.Host(w.AuthServerURL()) && oauthserver.Serves(u):
		return &w.oauth
	case u.Host == network.Host(w.HomeserverURL()):
		return &w.matrix
	case u.Host == w.Domain():
		return &w.domain
	case u.Host == network.Host(w.IdentityServerURL()):
		return &w.identity
	case u.Host == network.Host(w.AuthServerURL()):
		return &w.oauth
	}
	return w.added(u)
}

// serverOfPath returns the server that serves a path where all servers have one origin.
func (w *World) serverOfPath(u *url.URL) *network.Server {
	if added := w.added(u); added != nil {
		return added
	}
	switch {
	case identityserver.Serves(u):
		return &w.identity
	case oauthserver.Serves(u):
		return &w.oauth
	}
	return &w.matrix
}

// SetIdentityServerDown makes the identity server refuse all connections, or accept them again.
func (w *World) SetIdentityServerDown(down bool) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.identity.Down = down
}
