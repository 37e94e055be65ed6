package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/oauth"
)

const (
	discoverTimeout = 15 * time.Second
	maxWellKnown    = 64 << 10
)

// A Homeserver is where an account lives.
type Homeserver struct {
	Name    string    // as the person calls it, such as example.org
	BaseURL string    // of the client-server API
	UserID  id.UserID // if that is what the person typed
	Flows   []string  // the ways to sign in, such as m.login.password

	Providers []Provider      // who vouches for people in single sign-on
	OAuth     *oauth.Metadata // nil without one that can be used
	// OAuthErr is why what the homeserver says about OAuth is of no use; nil if
	// it says nothing.
	OAuthErr error
	// preferOAuth is set when single sign-on leads to OAuth all the same.
	preferOAuth bool
}

// An Attempt is one thing that Discover tried and how that ended.
type Attempt struct {
	URL     string
	Outcome string
}

// A DiscoveryError says that no homeserver was found, and what was tried.
type DiscoveryError struct {
	Server string
	Tried  []Attempt
}

func (e *DiscoveryError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "no Matrix homeserver found for %s", e.Server)
	for _, a := range e.Tried {
		fmt.Fprintf(&b, "\n%s: %s", a.URL, a.Outcome)
	}
	return b.String()
}

// ErrNoServerNamed says that a text holds neither a Matrix ID nor a server.
var ErrNoServerNamed = errors.New("neither a Matrix ID such as @you:example.org nor a homeserver")

// Discover finds the homeserver that a person means by a Matrix ID, a server
// name or a URL (https://spec.matrix.org/v1.19/client-server-api/#server-discovery).
func Discover(ctx context.Context, opt Options, who string) (Homeserver, error) {
	who = strings.TrimSpace(who)
	d := discovery{opt: opt}
	if strings.Contains(who, "://") {
		u, err := url.Parse(who)
		if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
			return Homeserver{}, fmt.Errorf("%q is %w", who, ErrNoServerNamed)
		}
		d.server = u.Host
		// The URL may be the homeserver's, or just the domain's front page.
		return d.first(ctx, Homeserver{Name: u.Host}, func() string { return strings.TrimRight(who, "/") },
			func() string { return d.wellKnown(ctx, "https://"+u.Host) })
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
	d.server = hs.Name
	return d.first(ctx, hs, func() string { return d.wellKnown(ctx, "https://"+hs.Name) },
		func() string { return "https://" + hs.Name })
}

// A discovery remembers what it tried.
type discovery struct {
	opt    Options
	server string
	tried  []Attempt
}

// first returns the first candidate that answers as a homeserver.
func (d *discovery) first(ctx context.Context, hs Homeserver, candidates ...func() string) (Homeserver, error) {
	seen := map[string]bool{"": true}
	for _, candidate := range candidates {
		hs.BaseURL = candidate()
		if seen[hs.BaseURL] {
			continue
		}
		seen[hs.BaseURL] = true
		if d.isHomeserver(ctx, hs.BaseURL) {
			err := hs.askWays(ctx, d.opt)
			return hs, err
		}
		if ctx.Err() != nil {
			return Homeserver{}, ctx.Err()
		}
	}
	return Homeserver{}, &DiscoveryError{Server: d.server, Tried: d.tried}
}

// wellKnown asks a domain for its homeserver; empty if it names none.
func (d *discovery) wellKnown(ctx context.Context, domain string) string {
	wk, err := fetchWellKnown(ctx, d.opt.Transport, domain)
	where := domain + "/.well-known/matrix/client"
	base := strings.TrimRight(wk.Homeserver.BaseURL, "/")
	switch u, _ := url.Parse(base); {
	case err != nil:
		d.note(where, err)
	case base == "":
		d.tried = append(d.tried, Attempt{where, "names no homeserver"})
	case u == nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && !loopback(u.Hostname())):
		// A stranger's redirection to a plain or odd URL would get the password.
		d.tried = append(d.tried, Attempt{where, "names a homeserver that is not at an https URL"})
	default:
		return base
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// isHomeserver asks for the versions of the specification, which every
// homeserver tells everybody.
func (d *discovery) isHomeserver(ctx context.Context, base string) bool {
	var reply struct {
		Versions []string `json:"versions"`
	}
	where := base + "/_matrix/client/versions"
	err := getJSON(ctx, d.opt.Transport, where, &reply)
	if err == nil && len(reply.Versions) == 0 {
		err = errNotMatrix
	}
	if err != nil {
		d.note(where, err)
		return false
	}
	return true
}

func (d *discovery) note(where string, err error) {
	d.tried = append(d.tried, Attempt{where, err.Error()})
}

var (
	errNotFound  = errors.New("nothing there (404)")
	errNotMatrix = errors.New("something is there, but it does not speak Matrix")
)

// fetchWellKnown reads what a domain, or a homeserver itself, says about its
// homeserver and identity server.
func fetchWellKnown(ctx context.Context, transport http.RoundTripper, base string) (wk mautrix.ClientWellKnown, err error) {
	err = getJSON(ctx, transport, base+"/.well-known/matrix/client", &wk)
	return wk, err
}

// getJSON reads a small public document. The errors it returns are one line
// each, for people.
func getJSON(ctx context.Context, transport http.RoundTripper, where string, reply any) error {
	err := jsonhttp.Decode(ctx, transport, publicDocument(where), reply)
	e, answered := errors.AsType[*ServerError](err)
	switch {
	case errors.Is(err, jsonhttp.ErrNotJSON), errors.Is(err, jsonhttp.ErrTooLong):
		return errNotMatrix
	case answered && e.Status == http.StatusNotFound:
		return errNotFound
	case answered:
		return fmt.Errorf("answers HTTP %d", e.Status)
	}
	if e, ok := errors.AsType[*UnreachableError](err); ok {
		return e.Err
	}
	return err
}

// publicDocument is a request without secrets, which redirects may answer.
func publicDocument(where string) jsonhttp.Request {
	return jsonhttp.Request{Method: http.MethodGet, URL: where, Limit: maxWellKnown, Within: discoverTimeout, Redirects: true}
}
