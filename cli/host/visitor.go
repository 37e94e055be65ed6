package host

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // for the time zones of visitors, if the machine has no database of them

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/budget"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// Visit runs a program for a visitor, and limits the memory of the session.
func (v Visitors) Visit(s *serve.Server, visit *serve.Session, run func(World) int) int {
	share := v.Budget.Share(func(err error) { visit.Evict(err.Error()) })
	defer share.Close()
	return run(v.worldOf(s, visit, share))
}

// worldOf returns the world of a visitor: the streams of the SSH session, a
// private directory, and the public network.
func (v Visitors) worldOf(s *serve.Server, visit *serve.Session, share *budget.Share) World {
	w := World{
		Streams: out.Streams{
			In:  visit.In,
			Out: visit.Out,
			Err: visit.Err,
			Env: append(visit.Env, "MXINVITE_HOME="+filepath.Join(v.Home.DataDir(), "visitors", visit.Key.Dir())),
			Now: v.Now,

			Location: locationOf(visit.Env),
		},
		Machine: Machine{
			Transport: share.Transport(s.Counting(v.Transport)),
			Memory:    share,
			KeyTransport: func(o keycheck.TransportOptions) http.RoundTripper {
				if !v.AllowPrivate {
					o.AllowHTTP, o.AllowPrivate = nil, nil
				}
				o.Dial = dialOthers(v.AllowPrivate)
				return share.Transport(keycheck.NewTransport(o))
			},
			Guest: visit,
		},
	}
	if t := visit.Terminal; t != nil {
		w.InTTY, w.OutTTY, w.ErrTTY = true, true, true
		w.Width, w.Height = t.Size().Width, t.Size().Height
		w.ReadPassword = func(ctx context.Context) (string, error) { return t.ReadLine(ctx, false) }
	}
	return w
}

// locationOf returns the time zone in the variable TZ, such as Asia/Tokyo. It
// returns nil if the variable is not set or the zone is unknown. The time zone of
// this machine does not apply to visitors.
func locationOf(env []string) *time.Location {
	name := strings.TrimPrefix(out.Streams{Env: env}.Getenv("TZ"), ":")
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

const (
	visitorDial      = 10 * time.Second
	visitorIdle      = 90 * time.Second
	visitorPerServer = 64 // idle connections for each host

	// Limits of the data that a connection buffers before the program reads it, in
	// bytes.
	visitorHeader = 64 << 10
	visitorStream = 256 << 10
	visitorConn   = 1 << 20
)

// VisitorTransport returns the transport for requests of visitors. It refuses
// addresses of this machine and its networks, unless private is set, because
// visitors choose the homeserver.
func VisitorTransport(private bool) http.RoundTripper {
	return visitorTransport(keycheck.TransportOptions{Dial: dialOthers(private)}, private)
}

func visitorTransport(o keycheck.TransportOptions, private bool) http.RoundTripper {
	dial := keycheck.Dialer(o, private)
	return keycheck.RaisePanics(&http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, visitorDial)
			defer cancel()
			return dial(ctx, network, address)
		},
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		TLSHandshakeTimeout: visitorDial,
		ForceAttemptHTTP2:   true,

		MaxResponseHeaderBytes: visitorHeader,
		HTTP2:                  &http.HTTP2Config{MaxReceiveBufferPerStream: visitorStream, MaxReceiveBufferPerConnection: visitorConn},

		MaxIdleConns:        4 * visitorPerServer,
		MaxIdleConnsPerHost: visitorPerServer,
		IdleConnTimeout:     visitorIdle,
	})
}

// dialOthers returns a dialer that refuses the addresses of this machine's
// interfaces, which may be public.
func dialOthers(private bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := new(net.Dialer)
	if private {
		return dialer.DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return nil, err
		}
		own, err := net.InterfaceAddrs()
		if err != nil {
			return nil, err
		}
		for _, a := range own {
			if n, ok := a.(*net.IPNet); ok && n.IP.Equal(to.Addr().AsSlice()) {
				return nil, fmt.Errorf("%s is an address of this server", to.Addr())
			}
		}
		return dialer.DialContext(ctx, network, address)
	}
}

// Visitors creates the worlds of visitors.
type Visitors struct {
	World

	Home         config.Home
	Transport    http.RoundTripper
	AllowPrivate bool
	Budget       *budget.Budget // limits the memory for responses to visitors
}
