// Package identity speaks the identity service API, version 2
// (https://spec.matrix.org/v1.19/identity-service-api/): the side of
// third-party invites that knows e-mail addresses.
package identity

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/reason"
)

const (
	timeout  = 20 * time.Second
	maxReply = 256 << 10 // terms in every language fit well below
)

// A Server is an identity server. Its methods may be called from many goroutines. It never sees the homeserver's access token:
// it has one of its own, which it gives for an OpenID token.
type Server struct {
	base  *url.URL
	http  *http.Client
	token atomic.Value // string; empty before Register
}

// New returns the identity server at baseURL, as account data and
// .well-known give it: without the /_matrix/identity path.
func New(baseURL string, transport http.RoundTripper) (*Server, error) {
	u, err := url.Parse(strings.TrimRight(baseURL, "/"))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("identity server %q: not a base URL such as https://vector.im", baseURL)
	}
	return &Server{base: u, http: &http.Client{
		Transport: transport,
		Timeout:   timeout,
		// Nothing in the API redirects, and a stranger's server may not send
		// our token or an address elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
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

// An Error is a refusal in the identity server's own words.
type Error struct {
	Server     string // host and port
	Status     int    // of HTTP
	Code       string // such as M_TERMS_NOT_SIGNED; empty when the answer was no Matrix error
	Message    string
	RetryAfter time.Duration // zero if the server did not say
}

func (e *Error) Error() string {
	said := e.Code
	if said == "" {
		said = "HTTP " + strconv.Itoa(e.Status)
	}
	if e.Message != "" {
		said += ": " + e.Message
	}
	return fmt.Sprintf("identity server %s answered %s", e.Server, said)
}

// HasCode reports whether err is an identity server's refusal with this code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// An UnreachableError says that no answer came from an identity server.
type UnreachableError struct {
	Server string
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("identity server %s cannot be reached: %v", e.Server, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// call sends body as JSON to a path of the API and reads the reply into reply.
func (s *Server) call(ctx context.Context, method, path string, body, reply any) error {
	var r io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base.String()+"/_matrix/identity/v2"+path, r)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token := s.Token(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return s.do(req, reply)
}

func (s *Server) do(req *http.Request, reply any) error {
	res, err := s.http.Do(req)
	if err != nil {
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return ctxErr
		}
		return &UnreachableError{Server: s.Name(), Err: reason.Of(err)}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	switch {
	case err != nil:
		return &UnreachableError{Server: s.Name(), Err: err}
	case len(data) > maxReply:
		return &Error{Server: s.Name(), Status: res.StatusCode, Message: "an answer too long to be one"}
	case res.StatusCode != http.StatusOK:
		return s.refusal(res, data)
	}
	if reply == nil {
		reply = &struct{}{}
	}
	if err := json.Unmarshal(data, reply); err != nil {
		return &Error{Server: s.Name(), Status: res.StatusCode, Message: "what came is not the JSON of an identity server"}
	}
	return nil
}

func (s *Server) refusal(res *http.Response, data []byte) error {
	var m struct {
		Code       string `json:"errcode"`
		Message    string `json:"error"`
		RetryAfter int64  `json:"retry_after_ms"`
	}
	_ = json.Unmarshal(data, &m) // a proxy's page is no JSON; its status says enough
	e := &Error{Server: s.Name(), Status: res.StatusCode, Code: m.Code, Message: m.Message}
	e.RetryAfter = time.Duration(m.RetryAfter) * time.Millisecond
	if seconds, err := time.ParseDuration(res.Header.Get("Retry-After") + "s"); err == nil && e.RetryAfter == 0 {
		e.RetryAfter = seconds
	}
	return e
}
