// Package identity is a client of the Matrix identity service API, version 2
// (https://spec.matrix.org/v1.19/identity-service-api/).
package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
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
	maxReply = 256 << 10 // bytes; large enough for terms in all languages
)

// A Server is a client of one identity server. It is safe for concurrent use. It
// never gets the homeserver's access token: it has its own access token, which the
// server issues in exchange for an OpenID token.
type Server struct {
	base      *url.URL
	transport http.RoundTripper
	token     atomic.Value // access token, a string; empty before Register
}

// New returns a client of the identity server at baseURL. Like the URLs in account
// data and .well-known, it does not include the path /_matrix/identity.
func New(baseURL string, transport http.RoundTripper) (*Server, error) {
	u, err := url.Parse(strings.TrimRight(baseURL, "/"))
	if err != nil {
		return nil, errors.New("the URL of the identity server is not valid") // err contains the URL
	}
	if u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || strings.ContainsAny(baseURL, "?#") {
		return nil, fmt.Errorf("identity server %q: not a base URL such as https://vector.im", u.Redacted())
	}
	return &Server{base: u, transport: transport}, nil
}

// URL returns the server's base URL.
func (s *Server) URL() string { return s.base.String() }

// Name returns the server's host and port, as used for id_server in requests to a
// homeserver.
func (s *Server) Name() string { return s.base.Host }

// Token returns the access token for this server. It is empty before Register.
func (s *Server) Token() string {
	token, _ := s.token.Load().(string)
	return token
}

// Ping checks whether the server is an identity server
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2).
func (s *Server) Ping(ctx context.Context) error {
	return s.call(ctx, http.MethodGet, "", nil, nil)
}

// Register exchanges an OpenID token of the homeserver for an access token. openID
// is the unchanged response of the homeserver
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2accountregister).
func (s *Server) Register(ctx context.Context, openID json.RawMessage) error {
	var reply struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"` // of servers that predate the spec
	}
	if err := s.call(ctx, http.MethodPost, "/account/register", openID, &reply); err != nil {
		return err
	}
	token := cmp.Or(reply.Token, reply.AccessToken)
	if token == "" {
		return fmt.Errorf("identity server %s returned no access token", s.Name())
	}
	s.token.Store(token)
	return nil
}

// CheckAccount checks whether the access token is valid and the terms are accepted
// (https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2account).
func (s *Server) CheckAccount(ctx context.Context) error {
	return s.call(ctx, http.MethodGet, "/account", nil, nil)
}

// Logout invalidates the access token
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2accountlogout).
func (s *Server) Logout(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/account/logout", struct{}{}, nil)
}

// call sends body as JSON to a path of the API and decodes the response into reply.
// reply may be nil.
func (s *Server) call(ctx context.Context, method, path string, body, reply any) error {
	if reply == nil {
		reply = new(json.RawMessage)
	}
	return WrapError(jsonhttp.Decode(ctx, s.transport, jsonhttp.Request{
		Method: method, URL: s.base.String() + "/_matrix/identity/v2" + path, Token: s.Token(), Body: body,
		Limit: maxReply, Within: timeout,
	}, reply))
}
