// Package identity speaks the identity service API, version 2
// (https://spec.matrix.org/v1.19/identity-service-api/): the side of
// third-party invites that knows e-mail addresses.
package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

const (
	timeout  = 20 * time.Second
	maxReply = 256 << 10 // terms in every language fit well below
)

// A Server is an identity server. Its methods may be called from many goroutines. It never sees the homeserver's access token:
// it has one of its own, which it gives for an OpenID token.
type Server struct {
	base      *url.URL
	transport http.RoundTripper
	token     atomic.Value // string; empty before Register
}

// New returns the identity server at baseURL, as account data and
// .well-known give it: without the /_matrix/identity path.
func New(baseURL string, transport http.RoundTripper) (*Server, error) {
	u, err := url.Parse(strings.TrimRight(baseURL, "/"))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("identity server %q: not a base URL such as https://vector.im", baseURL)
	}
	return &Server{base: u, transport: transport}, nil
}

// URL is the server's base URL.
func (s *Server) URL() string { return s.base.String() }

// Name is the host and port that a homeserver is told in id_server.
func (s *Server) Name() string { return s.base.Host }

// Token is the access token for this server; empty before Register.
func (s *Server) Token() string {
	token, _ := s.token.Load().(string)
	return token
}

// Ping asks whether an identity server is there
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2).
func (s *Server) Ping(ctx context.Context) error {
	return s.call(ctx, http.MethodGet, "", nil, nil)
}

// Register trades an OpenID token of the homeserver, passed on as it came, for
// an access token here
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2accountregister).
func (s *Server) Register(ctx context.Context, openID json.RawMessage) error {
	var reply struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"` // of servers from before the spec had it
	}
	if err := s.call(ctx, http.MethodPost, "/account/register", openID, &reply); err != nil {
		return err
	}
	token := cmp.Or(reply.Token, reply.AccessToken)
	if token == "" {
		return fmt.Errorf("identity server %s gave no token", s.Name())
	}
	s.token.Store(token)
	return nil
}

// CheckAccount asks whether the token still counts and the terms are accepted
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2account).
func (s *Server) CheckAccount(ctx context.Context) error {
	return s.call(ctx, http.MethodGet, "/account", nil, nil)
}

// Logout gives the token back
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2accountlogout).
func (s *Server) Logout(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/account/logout", struct{}{}, nil)
}

// call sends body as JSON to a path of the API and reads the reply into reply,
// which may be nil.
func (s *Server) call(ctx context.Context, method, path string, body, reply any) error {
	if reply == nil {
		reply = new(json.RawMessage)
	}
	return Refusal(jsonhttp.Decode(ctx, s.transport, jsonhttp.Request{
		Method: method, URL: s.base.String() + "/_matrix/identity/v2" + path, Token: s.Token(), Body: body,
		Limit: maxReply, Within: timeout,
	}, reply))
}
