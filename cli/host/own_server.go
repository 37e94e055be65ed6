package host

import (
	"net"
	"net/http"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// ownServer sends key checks to the host of the account's own homeserver on this
// machine without protection, and to all other hosts through guarded. The user has
// signed in there over http and at a loopback address, so key checks to exactly
// that host and port may use http as well. Whether a host is asked at all is
// decided before: it must be the account's identity server or a trusted host.
type ownServer struct {
	guarded, own http.RoundTripper
	host         string // in the form of [keycheck.Question.Host]
}

// RoundTrip sends a request to the own server or through guarded.
func (t ownServer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "http" && (keycheck.Question{URL: req.URL.String()}).Host() == t.host {
		return t.own.RoundTrip(req)
	}
	return t.guarded.RoundTrip(req)
}

// withOwnServer returns the transport for key checks of an account. Visitors reach
// a homeserver on this machine only with serve --allow-private; otherwise their
// KeyTransport refuses it.
func (p *Program) withOwnServer(guarded http.RoundTripper, s client.Session) http.RoundTripper {
	if guarded == nil || p.KeyTransport == nil || s.LoopbackHost() == "" {
		return guarded
	}
	host := keycheck.Question{URL: s.Homeserver}.Host()
	is := func(asked string) bool { return asked == host }
	return ownServer{guarded, p.KeyTransport(keycheck.TransportOptions{AllowHTTP: is, AllowPrivate: is}), host}
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
