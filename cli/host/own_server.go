package host

import (
	"net"
	"net/http"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// ownServer is the way to the servers that vouch for keys, for the account of a
// homeserver on this machine. The account's user signed in there over http and at
// a loopback address, so that questions about keys may go there over http, too: to
// just that host and port. Whether a host is asked at all is decided before: it has to be
// the account's identity server, or one that the user trusts. All other hosts go
// the guarded way.
type ownServer struct {
	VisitorTransport, own http.RoundTripper
	host                  string // as [keycheck.Question.Host] has it
}

// RoundTrip sends a request to the own server or through the guard.
func (t ownServer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "http" && (keycheck.Question{URL: req.URL.String()}).Host() == t.host {
		return t.own.RoundTrip(req)
	}
	return t.VisitorTransport.RoundTrip(req)
}

// withOwnServer is the way to the servers that vouch for keys, for an account. A
// visitor reaches a homeserver on this machine only with serve --allow-private,
// and the visitor's KeyTransport refuses it otherwise.
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
