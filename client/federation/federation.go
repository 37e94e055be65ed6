// Package federation finds the federation API of a homeserver and tells it that a user
// accepts a third-party invite.
package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/internal/service"
)

const (
	defaultPort  = "8448"
	findTimeout  = 10 * time.Second
	askTimeout   = 20 * time.Second // the server sends the invite to the homeserver of the invitee before it responds
	maxDocument  = 16 << 10
	maxServer    = 255 // bytes of a server name
	standardPort = "443"
)

// An Error is an error response of a homeserver.
type Error = jsonhttp.ServerError

// ErrName is the error for a text that is not a server name.
var ErrName = errors.New("not the name of a homeserver")

// A Server is the federation API of a homeserver.
type Server struct {
	base string
	// host is set if the server has no port, so that it may have SRV records.
	host string
}

// String returns the base URL.
func (s Server) String() string { return s.base }

// Find returns the federation API of a homeserver
// (https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names): that of the
// name itself if it has a port or is an IP address, else that of the server which its
// .well-known document names. A server without a port has SRV records, which the
// transport looks up when it connects, or port 8448.
func Find(ctx context.Context, transport http.RoundTripper, name string) (Server, error) {
	host, port, err := split(name)
	if err != nil {
		return Server{}, err
	}
	if port == "" && !isAddress(host) {
		if delegated, ok := wellKnown(ctx, transport, name); ok {
			if host, port, err = split(delegated); err != nil {
				return Server{}, fmt.Errorf("%s delegates to a server that is %w", name, ErrName)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return Server{}, err
	}
	switch {
	case port == "" && isAddress(host):
		port = defaultPort
	case port == "":
		return Server{base: "https://" + net.JoinHostPort(host, defaultPort), host: host}, nil
	case port == standardPort:
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return Server{base: "https://" + host}, nil
	}
	return Server{base: "https://" + net.JoinHostPort(host, port)}, nil
}

// call sends a request to the server.
func (s Server) call(ctx context.Context, transport http.RoundTripper, r jsonhttp.Request, reply any) error {
	if s.host != "" {
		ctx = service.With(ctx, "matrix-fed", "matrix")
	}
	r.URL, r.Host, r.Limit = s.base+r.URL, s.host, maxDocument
	return jsonhttp.Decode(ctx, transport, r, reply)
}

// wellKnown returns the server that the .well-known document of a server names. The
// specification requires to follow redirects, and to ignore a document that is not
// valid.
func wellKnown(ctx context.Context, transport http.RoundTripper, name string) (server string, ok bool) {
	var document struct {
		Server string `json:"m.server"`
	}
	err := jsonhttp.Decode(ctx, transport, jsonhttp.Request{
		Method: http.MethodGet, URL: "https://" + name + "/.well-known/matrix/server", Limit: maxDocument, Within: findTimeout, Redirects: true,
	}, &document)
	return document.Server, err == nil && document.Server != ""
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// split returns the host and the port of a server name
// (https://spec.matrix.org/v1.19/appendices/#server-name). An IPv6 address has no
// brackets in the result; port is empty if there is none.
func split(name string) (host, port string, err error) {
	if name == "" || len(name) > maxServer || strings.ContainsFunc(name, notInServerName) {
		return "", "", ErrName
	}
	host, port = name, ""
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, ']') {
		host, port = name[:at], name[at+1:]
		if len(port) == 0 || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
			return "", "", ErrName
		}
	}
	if inner, v6 := strings.CutPrefix(host, "["); v6 {
		if host, v6 = strings.CutSuffix(inner, "]"); !v6 || !isAddress(host) {
			return "", "", ErrName
		}
	} else if host == "" || strings.ContainsAny(host, ":[]") {
		return "", "", ErrName
	}
	return host, port, nil
}

func notInServerName(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".-:[]", r)
}

// A Binding says that a user accepts an invite. The homeserver of Sender, which is in
// the room, then sends an ordinary invite to User.
type Binding struct {
	RoomID id.RoomID
	Sender id.UserID // of the invite
	User   id.UserID
	Token  string
	Signed json.RawMessage // by [invite.PrivateKey.SignBinding]
}

// Send sends the binding to a homeserver
// (https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv13pidonbind).
// Homeservers serve the endpoint under POST and need no authentication. It is made for
// identity servers, which send an address as well; homeservers do not check it, so
// the address here is not one.
func (b Binding) Send(ctx context.Context, transport http.RoundTripper, to Server) error {
	const medium, address = "email", "invitee@invalid"
	type accepted struct {
		Medium  string          `json:"medium"`
		Address string          `json:"address"`
		MXID    id.UserID       `json:"mxid"`
		RoomID  id.RoomID       `json:"room_id"`
		Sender  id.UserID       `json:"sender"`
		Token   string          `json:"token"`
		Signed  json.RawMessage `json:"signed"`
	}
	body := struct {
		Medium  string     `json:"medium"`
		Address string     `json:"address"`
		MXID    id.UserID  `json:"mxid"`
		Invites []accepted `json:"invites"`
	}{medium, address, b.User, []accepted{{medium, address, b.User, b.RoomID, b.Sender, b.Token, b.Signed}}}
	var reply json.RawMessage
	return to.call(ctx, transport, jsonhttp.Request{
		Method: http.MethodPost, URL: "/_matrix/federation/v1/3pid/onbind", Body: body, Within: askTimeout,
	}, &reply)
}

// Software returns the name of the software of the homeserver, such as "Synapse". It is text of that server
// (https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1version).
func (s Server) Software(ctx context.Context, transport http.RoundTripper) (string, error) {
	var reply struct {
		Server struct {
			Name string `json:"name"`
		} `json:"server"`
	}
	err := s.call(ctx, transport, jsonhttp.Request{
		Method: http.MethodGet, URL: "/_matrix/federation/v1/version", Within: findTimeout,
	}, &reply)
	return reply.Server.Name, err
}
