package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

const (
	// requestTimeout bounds everything but a long poll. Synapse gives an
	// identity server 60 s, and we want its answer rather than our own guess.
	requestTimeout = 75 * time.Second
	// maxReply bounds an answer: a first /sync of a very large account.
	maxReply = 256 << 20
)

// path is an endpoint of the client-server API, in unescaped parts.
type path []any

// url returns the URL of an endpoint on the account's homeserver.
func (a *Account) url(p path, query map[string]string) string {
	values := url.Values{}
	for name, value := range query {
		values.Set(name, value)
	}
	return a.urlWith(p, values)
}

func (a *Account) urlWith(p path, query url.Values) string {
	u := mautrix.BuildURL(a.base, append(path{"_matrix", "client"}, p...)...)
	u.RawQuery = query.Encode()
	return u.String()
}

// get asks the homeserver and reads its answer into reply.
func (a *Account) get(ctx context.Context, p path, query map[string]string, reply any) error {
	return a.call(ctx, http.MethodGet, p, query, nil, reply)
}

// call sends one request to the homeserver, once, and reads the answer into
// reply, which may be nil.
func (a *Account) call(ctx context.Context, method string, p path, query map[string]string, body, reply any) error {
	if reply == nil {
		reply = new(json.RawMessage)
	}
	_, err := a.request(ctx, method, p, query, body, reply)
	return err
}

// getRaw asks the homeserver and returns its answer as it came.
func (a *Account) getRaw(ctx context.Context, p path, query map[string]string) ([]byte, error) {
	return a.request(ctx, http.MethodGet, p, query, nil, nil)
}

// request sends one request to a path.
func (a *Account) request(ctx context.Context, method string, p path, query map[string]string, body, reply any) ([]byte, error) {
	return a.requestURL(ctx, method, a.url(p, query), body, reply)
}

// requestURL sends a request once, with a token that is good. One that is refused
// for its token was not carried out, and is sent again with a new one: an
// invite, too, mails nobody twice by that. If new tokens are refused as well, it
// is not the session that has ended.
func (a *Account) requestURL(ctx context.Context, method, url string, body, reply any) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, requestTimeout, errTimeout)
	defer cancel()
	token, err := a.accessToken(ctx)
	if err != nil {
		return nil, a.named(err)
	}
	for try := 0; ; try++ {
		data, err := a.try(ctx, token, method, url, body, reply)
		if !signedOut(err) || token == "" {
			return data, err
		}
		switch renewal := a.renew(ctx, token); {
		case signedOut(renewal):
			return nil, a.named(err)
		case renewal != nil:
			return nil, renewal
		case try == renewals:
			return nil, &AccountLockedError{Server: a.base.Host}
		}
		token = a.Session().AccessToken
	}
}

// named says of an error whose session has ended, if it is that.
func (a *Account) named(err error) error {
	if gone, ok := errors.AsType[*SignedOutError](err); ok {
		return &SignedOutError{UserID: a.session.UserID, Homeserver: a.session.Homeserver, Soft: gone.Soft}
	}
	return err
}

// try sends one request. It is never repeated: an invite is an e-mail to a person.
func (a *Account) try(ctx context.Context, token, method, url string, body, reply any) ([]byte, error) {
	r := jsonhttp.Request{Method: method, URL: url, Token: token, Body: body, Limit: maxReply}
	if reply != nil {
		return nil, homeserverError(jsonhttp.Decode(ctx, a.opt.Transport, r, reply))
	}
	res, err := jsonhttp.Do(ctx, a.opt.Transport, r)
	if err != nil {
		return nil, homeserverError(err)
	}
	return res.Body, nil
}

// WhoAmI returns the user that the session belongs to, as the homeserver says. The
// error is a [SignedOutError] if the session has ended.
func (a *Account) WhoAmI(ctx context.Context) (id.UserID, error) {
	var reply struct {
		UserID id.UserID `json:"user_id"`
	}
	err := a.get(ctx, path{"v3", "account", "whoami"}, nil, &reply)
	return reply.UserID, err
}

// Versions returns the versions of the specification that the homeserver supports,
// and the time on its clock. The session is not used.
func (a *Account) Versions(ctx context.Context) (discovery.Versions, error) {
	return discovery.ReadVersions(ctx, a.opt.Transport, a.opt.Now, a.session.Homeserver)
}
