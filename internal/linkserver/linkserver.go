// Package linkserver is an HTTP server for links of invites that open in a browser. It
// signs for the invitees, and enforces how long and for how many users a link works.
package linkserver

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/linkkey"
)

// Options configure a server.
type Options struct {
	// PublicURL is the URL of the server for browsers and homeservers, without a path: see
	// [CheckPublicURL].
	PublicURL string
	Key       linkkey.Key
	// Uses is the path of the file that counts the users of each link. Several processes
	// may share it.
	Uses string
	// Proxies are the addresses of reverse proxies whose X-Forwarded-For header is used.
	Proxies []netip.Prefix
	// OnlyProxies refuses connections that come from neither a proxy nor this machine.
	OnlyProxies bool
	// Transport sends requests to homeservers that links name; it must refuse private
	// addresses.
	Transport http.RoundTripper
	Now       func() time.Time
	Log       *slog.Logger
}

// A Server responds to browsers, Matrix clients and homeservers. It has no sessions and
// no accounts: everything about an invite is in its link.
type Server struct {
	opt     Options
	uses    *uses
	pages   *template.Template
	metrics *metrics
	links   limiter       // by public key of the invite
	sources limiter       // by network of the client
	binding chan struct{} // limits the requests to homeservers at the same time
}

// maxBindings is the most requests to homeservers at the same time.
const maxBindings = 32

// New returns a server. It opens the file of uses, and creates it if necessary.
func New(ctx context.Context, opt Options) (*Server, error) {
	u, err := openUses(ctx, opt.Uses)
	if err != nil {
		return nil, err
	}
	opt.PublicURL = strings.TrimSuffix(opt.PublicURL, "/")
	return &Server{
		opt: opt, uses: u, pages: parsePages(), metrics: newMetrics(),
		links: newLimiter(), sources: newLimiter(), binding: make(chan struct{}, maxBindings),
	}, nil
}

// Close closes the file of uses.
func (s *Server) Close() error { return s.uses.close() }

// Errors of [CheckPublicURL].
var (
	errPublicURL = errors.New("it is not a URL such as https://invite.example.org, without a path")
	errPublicTLS = errors.New("it has to be https: with http, other computers on the network can read the links")
)

// CheckPublicURL returns an error if a URL cannot be that of a server. It has no path,
// because the proxy passes paths on unchanged; http is for trying on this machine.
func CheckPublicURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || strings.ContainsAny(s, "?#") {
		return errPublicURL
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return nil
	}
	if u.Scheme == "http" {
		return errPublicTLS
	}
	return errPublicURL
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Limits of connections. The write timeout leaves time for the request to a homeserver.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 20 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 90 * time.Second
	stopTimeout   = 25 * time.Second
	maxHeader     = 16 << 10
)

// Serve responds to requests until ctx ends; then it finishes those that have begun.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		stopped <- server.Shutdown(ctx)
	})
	err := server.Serve(listener)
	if stop() {
		return err // the listener failed
	}
	return <-stopped
}

// Handler returns the handler of all requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("POST /open", s.openPage)
	mux.HandleFunc("POST /accept", s.acceptPage)
	mux.HandleFunc("GET /page.css", asset("page/page.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /page.js", asset("page/page.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /icon.svg", asset("page/icon.svg", "image/svg+xml"))
	mux.HandleFunc("GET /robots.txt", asset("page/robots.txt", "text/plain; charset=utf-8"))
	mux.HandleFunc("GET "+healthPath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /_matrix/identity/v2/sign-ed25519", s.sign)
	mux.HandleFunc("OPTIONS /_matrix/identity/v2/sign-ed25519", preflight)
	mux.HandleFunc("GET /valid/{terms}/isvalid", s.isValid)
	mux.HandleFunc("OPTIONS /valid/{terms}/isvalid", preflight)
	mux.HandleFunc("/", s.notFound)
	return s.record(s.guard(mux))
}
