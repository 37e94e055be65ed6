package sandbox

import (
	"net/url"
	"strings"
	"sync"
	"time"
)

// A World is a homeserver, an identity server and an OAuth server in one process, with the people on them. Its methods may be called
// from many goroutines at once.
type World struct {
	opts Options

	mu   sync.Mutex // guards everything below, the servers included; never held while waiting
	at   time.Time  // what the clock says during [World.At]
	dice dice
	wake chan struct{} // closed when anything changed; nil while nobody waits

	hs  *homeserver
	is  *identityServer
	as  *authServer
	net network
}

// Options say what a World is called and where it gets its time and its chance from. The zero value is a good world.
type Options struct {
	Domain            string // the server name in IDs; "example.org" if empty
	HomeserverURL     string // "https://matrix.<Domain>" if empty
	IdentityServerURL string // "https://id.<Domain>" if empty
	AuthServerURL     string // "https://account.<Domain>" if empty

	// Seed decides every token, key and ID: two worlds with one seed and one history are the same.
	Seed uint64

	// Now tells the time; time.Now if nil.
	Now func() time.Time
}

// New returns a world without people, rooms, terms or limits.
func New(o Options) *World {
	if o.Domain == "" {
		o.Domain = "example.org"
	}
	if o.HomeserverURL == "" {
		o.HomeserverURL = "https://matrix." + o.Domain
	}
	if o.IdentityServerURL == "" {
		o.IdentityServerURL = "https://id." + o.Domain
	}
	if o.AuthServerURL == "" {
		o.AuthServerURL = "https://account." + o.Domain
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the default of the clock that is handed in
	}
	o.HomeserverURL = strings.TrimRight(o.HomeserverURL, "/")
	o.IdentityServerURL = strings.TrimRight(o.IdentityServerURL, "/")
	o.AuthServerURL = strings.TrimRight(o.AuthServerURL, "/")
	w := &World{opts: o, dice: newDice(o.Seed)}
	w.hs = newHomeserver(w)
	w.is = newIdentityServer(w)
	w.as = newAuthServer(w)
	return w
}

// HomeserverURL is the base URL of the client-server API.
func (w *World) HomeserverURL() string { return w.opts.HomeserverURL }

// IdentityServerURL is the base URL of the identity service API.
func (w *World) IdentityServerURL() string { return w.opts.IdentityServerURL }

// AuthServerURL is where the OAuth server is, if there is one: see [Ways].
func (w *World) AuthServerURL() string { return w.opts.AuthServerURL }

// Domain is the server name in user IDs and aliases.
func (w *World) Domain() string { return w.opts.Domain }

// At runs f with the world's clock stopped at t, so that everything f does carries t as its origin_server_ts. It is
// for seeding: nobody else should use the world meanwhile.
func (w *World) At(t time.Time, f func()) {
	w.setClock(t)
	defer w.setClock(time.Time{})
	f()
}

func (w *World) setClock(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = t
}

// now is the world's time. The caller holds mu.
func (w *World) now() time.Time {
	if !w.at.IsZero() {
		return w.at
	}
	return w.opts.Now()
}

// changed wakes everybody who waits for news. The caller holds mu.
func (w *World) changed() {
	if w.wake != nil {
		close(w.wake)
		w.wake = nil
	}
}

// news is closed at the next change. It is made by whoever waits, so that it belongs to the waiter's bubble. The
// caller holds mu.
func (w *World) news() <-chan struct{} {
	if w.wake == nil {
		w.wake = make(chan struct{})
	}
	return w.wake
}

// host is the host[:port] of a URL, which is how both an identity server and the network name a server.
func host(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return rawURL
	}
	return u.Host
}
