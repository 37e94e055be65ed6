package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

const (
	// requestTimeout is the limit for all requests. It is longer than the 60 s for
	// which Synapse waits for an identity server.
	requestTimeout = 75 * time.Second
	// enoughBytes must arrive in each requestTimeout of a response for which slow lines are
	// allowed: 1 KiB in a second.
	enoughBytes = int64(requestTimeout/time.Second) << 10
	// maxReply is the largest response, in bytes: the first /sync of a large account.
	maxReply = 256 << 20
)

// Options are what a [Client] needs from its caller.
type Options struct {
	Transport http.RoundTripper
	Now       func() time.Time

	// Save stores a renewed session. It is called before the new tokens are used,
	// because the old ones are invalid from then on. Nil stores nothing.
	Save func(Session) error
	// Saved returns the session that was saved last, perhaps by another program. The
	// error is [fs.ErrNotExist] if another program has ended the session. It is nil
	// if no other program has the session.
	Saved func() (Session, error)
	// Lock waits until no other program renews or ends the session, and keeps other
	// programs from it until unlock is called. It is nil if no other program has the
	// session.
	Lock func(context.Context) (unlock func(), err error)
}

// A Client sends requests to a homeserver for a session. Its methods may be called
// concurrently.
type Client struct {
	opt    Options
	user   Session // without tokens
	tokens tokens
	base   *url.URL // of the homeserver

	ended   atomic.Bool // the session was ended by End
	saveErr atomic.Pointer[NotSavedError]
}

// New returns a client for a session. It sends no request.
func New(opt Options, s Session) (*Client, error) {
	base, err := mautrix.ParseAndNormalizeBaseURL(s.Homeserver)
	if err != nil {
		return nil, fmt.Errorf("resume the session of %s: %w", s.UserID, err)
	}
	user := s
	user.AccessToken, user.RefreshToken = "", ""
	c := &Client{opt: opt, user: user, tokens: tokens{saved: s.AccessToken}, base: base}
	c.tokens.set(s, opt.Now)
	return c, nil
}

// Session returns the session with its newest tokens.
func (c *Client) Session() Session { return c.tokens.session() }

// Host returns the host of the homeserver, with its port if there is one.
func (c *Client) Host() string { return c.base.Host }

// NotSaved returns why the renewed session could not be saved, and nil the next
// time.
func (c *Client) NotSaved() error {
	if err := c.saveErr.Swap(nil); err != nil {
		return err
	}
	return nil
}

// A Path is an endpoint of the client-server API, in parts that are not escaped.
type Path []any

func (c *Client) url(p Path, query url.Values) string {
	u := mautrix.BuildURL(c.base, append(Path{"_matrix", "client"}, p...)...)
	u.RawQuery = query.Encode()
	return u.String()
}

// Get requests an endpoint and decodes the response into reply.
func (c *Client) Get(ctx context.Context, p Path, query url.Values, reply any) error {
	return c.Call(ctx, http.MethodGet, p, query, nil, reply)
}

// Call sends one request to the homeserver and decodes the response into reply,
// which may be nil. The error is a [SignedOutError] if the session has ended, a
// [RenewalError] if it could not be renewed, an [UnreachableError] if there is no
// response, and an [AccountLockedError], [AccountSuspendedError],
// [RateLimitError] or [ServerError] if the homeserver refuses.
func (c *Client) Call(ctx context.Context, method string, p Path, query url.Values, body, reply any) error {
	if reply == nil {
		reply = new(json.RawMessage)
	}
	return c.request(ctx, call{method: method, url: c.url(p, query), body: body, read: c.decode(reply)})
}

// decode returns a function that decodes a response into reply.
func (c *Client) decode(reply any) func(*jsonhttp.Response) error {
	return func(res *jsonhttp.Response) error {
		if json.Unmarshal(res.Body, reply) != nil {
			return &ServerError{Server: c.base.Host, Status: res.Status, Err: jsonhttp.ErrNotJSON}
		}
		return nil
	}
}

// GetRaw requests an endpoint and calls read with the body of the response. After
// that the body no longer counts as memory in use, so read must not keep it.
func (c *Client) GetRaw(ctx context.Context, p Path, query url.Values, read func(body []byte) error) error {
	return c.request(ctx, call{method: http.MethodGet, url: c.url(p, query), read: rawBody(read)})
}

// GetLong is like GetRaw for a response that may take minutes on a slow line: not its time
// is limited, but how slow it may be. It calls arrived with each part of the body.
func (c *Client) GetLong(ctx context.Context, p Path, query url.Values, arrived func(part []byte), read func(body []byte) error) error {
	return c.requestLong(ctx, call{method: http.MethodGet, url: c.url(p, query), arrived: arrived, read: rawBody(read)})
}

// PostLong sends body to an endpoint whose response may take minutes, as for GetLong.
func (c *Client) PostLong(ctx context.Context, p Path, body any, read func(body []byte) error) error {
	ignore := func([]byte) {}
	return c.requestLong(ctx, call{method: http.MethodPost, url: c.url(p, nil), body: body, arrived: ignore, read: rawBody(read)})
}

// requestLong makes a call with a valid access token. The time limit begins again
// whenever enough of the response has arrived.
func (c *Client) requestLong(ctx context.Context, r call) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := time.AfterFunc(requestTimeout, func() { cancel(jsonhttp.ErrTimeout) })
	defer limit.Stop()
	arrived, enough := r.arrived, enoughBytes
	r.arrived = func(part []byte) {
		if enough -= int64(len(part)); enough <= 0 {
			enough = enoughBytes
			limit.Reset(requestTimeout)
		}
		arrived(part)
	}
	return c.authorized(ctx, r)
}

func rawBody(read func([]byte) error) func(*jsonhttp.Response) error {
	return func(res *jsonhttp.Response) error { return read(res.Body) }
}

// WhoAmI returns the user and the device that the session belongs to, as the
// homeserver says (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3accountwhoami).
func (c *Client) WhoAmI(ctx context.Context) (id.UserID, id.DeviceID, error) {
	var reply struct {
		UserID   id.UserID   `json:"user_id"`
		DeviceID id.DeviceID `json:"device_id"`
	}
	err := c.Get(ctx, Path{"v3", "account", "whoami"}, nil, &reply)
	return reply.UserID, reply.DeviceID, err
}

// A call is a request and what to do with the response.
type call struct {
	method, url string
	body        any
	arrived     func(part []byte) // see [jsonhttp.Request]; may be nil
	read        func(*jsonhttp.Response) error
}

// request makes a call with a valid access token, within the time limit.
func (c *Client) request(ctx context.Context, r call) error {
	ctx, cancel := context.WithTimeoutCause(ctx, requestTimeout, jsonhttp.ErrTimeout)
	defer cancel()
	return c.authorized(ctx, r)
}

// authorized makes a call with a valid access token. A homeserver that refuses the token
// has not carried the request out, so it is sent again with a renewed token, also if it is
// an invite. If the homeserver refuses renewed tokens as well, the account is locked.
func (c *Client) authorized(ctx context.Context, r call) error {
	token, err := c.accessToken(ctx)
	if err != nil {
		return c.withUser(err)
	}
	for try := 0; ; try++ {
		err := c.try(ctx, token, r)
		if !HasEnded(err) || token == "" {
			return err
		}
		switch renewal := c.renew(ctx, token); {
		case HasEnded(renewal):
			return c.withUser(err)
		case renewal != nil:
			return renewal
		case try == maxRenewals:
			return &AccountLockedError{Server: c.base.Host}
		}
		token = c.Session().AccessToken
	}
}

// withUser adds the user to a [SignedOutError].
func (c *Client) withUser(err error) error {
	if ended, ok := errors.AsType[*SignedOutError](err); ok {
		return &SignedOutError{UserID: c.user.UserID, Homeserver: c.user.Homeserver, Soft: ended.Soft}
	}
	return err
}

// try sends one request, once: an invite is an e-mail to a person.
func (c *Client) try(ctx context.Context, token string, r call) error {
	res, err := jsonhttp.Do(ctx, c.opt.Transport, jsonhttp.Request{
		Method: r.method, URL: r.url, Token: token, Body: r.body, Limit: maxReply, Now: c.opt.Now, Arrived: r.arrived,
	})
	if err != nil {
		return homeserverError(err)
	}
	defer res.Close()
	return r.read(res)
}
