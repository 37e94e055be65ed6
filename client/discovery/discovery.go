// Package discovery finds a Matrix homeserver and the ways to sign in on it
// (https://spec.matrix.org/v1.19/client-server-api/#server-discovery).
package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/oauth"
)

// A Homeserver is the result of discovery.
type Homeserver struct {
	Name    string    // as the user entered it, such as example.org
	BaseURL string    // base URL of the client-server API
	UserID  id.UserID // set if the user entered a Matrix ID
	Flows   []string  // login types, such as m.login.password

	Providers []Provider      // the identity providers for single sign-on
	OAuth     *oauth.Metadata // nil if there is no usable OAuth server
	// OAuthErr is the reason why the OAuth metadata cannot be used; nil if it can, or
	// if there is none.
	OAuthErr error
	// preferOAuth is set if single sign-on leads to the OAuth server as well.
	preferOAuth bool
}

// An Attempt is a URL that [Find] requested, with the result.
type Attempt struct {
	URL     string
	Outcome string
}

// An Error says that no homeserver was found, and which URLs were tried.
type Error struct {
	Server string
	Tried  []Attempt
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "no Matrix homeserver found for %s", e.Server)
	for _, a := range e.Tried {
		fmt.Fprintf(&b, "\n%s: %s", a.URL, a.Outcome)
	}
	return b.String()
}

// LoopbackOverHTTPS reports whether the server is on this machine and was tried
// over https first, as it is if the user typed no URL.
func (e *Error) LoopbackOverHTTPS() bool {
	u, err := url.Parse("https://" + e.Server)
	return err == nil && IsLoopback(u.Hostname()) && len(e.Tried) > 0 && strings.HasPrefix(e.Tried[0].URL, "https://")
}

// ErrNoServerNamed says that a text contains neither a Matrix ID nor a homeserver.
var ErrNoServerNamed = errors.New("neither a Matrix ID such as @you:example.org nor a homeserver")

// Find finds the homeserver for a Matrix ID, a server name or a URL, and asks it
// for the ways to sign in. The error is an [Error] if no homeserver is found, and
// wraps [ErrNoServerNamed] if the text names none.
func Find(ctx context.Context, transport http.RoundTripper, who string) (Homeserver, error) {
	who = strings.TrimSpace(who)
	s := search{transport: transport}
	if strings.Contains(who, "://") {
		u, err := url.Parse(who)
		if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
			return Homeserver{}, fmt.Errorf("%q is %w", who, ErrNoServerNamed)
		}
		s.server = u.Host
		// The URL may be the homeserver's, or only that of the domain's web site.
		return s.first(ctx, Homeserver{Name: u.Host}, func() string { return strings.TrimRight(who, "/") },
			func() string { return s.wellKnown(ctx, "https://"+u.Host) })
	}
	hs := Homeserver{Name: who}
	if strings.HasPrefix(who, "@") {
		hs.UserID = id.UserID(who)
		var err error
		if _, hs.Name, err = hs.UserID.Parse(); err != nil {
			return Homeserver{}, fmt.Errorf("%q is %w", who, ErrNoServerNamed)
		}
	}
	if u, err := url.Parse("https://" + hs.Name); err != nil || hs.Name == "" || u.Host != hs.Name || strings.ContainsAny(hs.Name, " @") {
		return Homeserver{}, fmt.Errorf("%q is %w", who, ErrNoServerNamed)
	}
	s.server = hs.Name
	return s.first(ctx, hs, func() string { return s.wellKnown(ctx, "https://"+hs.Name) },
		func() string { return "https://" + hs.Name })
}

// A search records the URLs that were tried.
type search struct {
	transport http.RoundTripper
	server    string
	tried     []Attempt
}

// first returns the first candidate that responds as a homeserver.
func (s *search) first(ctx context.Context, hs Homeserver, candidates ...func() string) (Homeserver, error) {
	seen := map[string]bool{"": true}
	for _, candidate := range candidates {
		hs.BaseURL = candidate()
		if seen[hs.BaseURL] {
			continue
		}
		seen[hs.BaseURL] = true
		if s.isHomeserver(ctx, hs.BaseURL) {
			err := hs.readWays(ctx, s.transport)
			return hs, err
		}
		if ctx.Err() != nil {
			return Homeserver{}, ctx.Err()
		}
	}
	return Homeserver{}, &Error{Server: s.server, Tried: s.tried}
}

// wellKnown returns the homeserver in the .well-known document of a domain; empty
// if there is none that can be used.
func (s *search) wellKnown(ctx context.Context, domain string) string {
	wk, err := WellKnown(ctx, s.transport, domain)
	where := domain + "/.well-known/matrix/client"
	base := strings.TrimRight(wk.Homeserver.BaseURL, "/")
	switch u, _ := url.Parse(base); {
	case err != nil:
		s.note(where, err)
	case base == "":
		s.tried = append(s.tried, Attempt{where, "names no homeserver"})
	case u == nil || u.Host == "" || u.User != nil || !Encrypted(u):
		// The password would be sent to this server.
		s.tried = append(s.tried, Attempt{where, "names a homeserver that is not at an https URL"})
	default:
		return base
	}
	return ""
}

// Encrypted reports whether requests to a URL cannot be read on the network: it is
// an https URL or that of a loopback address.
func Encrypted(u *url.URL) bool { return u.Scheme == "https" || IsLoopback(u.Hostname()) }

// IsLoopback reports whether a host is this machine.
func IsLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// isHomeserver requests the versions of the specification, which a homeserver
// serves without an access token.
func (s *search) isHomeserver(ctx context.Context, base string) bool {
	var reply struct {
		Versions []string `json:"versions"`
	}
	where := base + "/_matrix/client/versions"
	err := getJSON(ctx, s.transport, where, &reply)
	if err == nil && len(reply.Versions) == 0 {
		err = errNotMatrix
	}
	if err != nil {
		s.note(where, err)
		return false
	}
	return true
}

func (s *search) note(where string, err error) {
	s.tried = append(s.tried, Attempt{where, err.Error()})
}
