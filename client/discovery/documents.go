package discovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"maunium.net/go/mautrix"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/oauth"
)

const (
	requestTimeout = 15 * time.Second
	maxDocument    = 64 << 10 // bytes
)

var (
	errNotFound  = errors.New("nothing there (404)")
	errNotMatrix = errors.New("something is there, but it does not speak Matrix")
)

// WellKnown reads the .well-known document of a domain or of a homeserver, which
// names the homeserver and the identity server.
func WellKnown(ctx context.Context, transport http.RoundTripper, base string) (wk mautrix.ClientWellKnown, err error) {
	err = getJSON(ctx, transport, base+"/.well-known/matrix/client", &wk)
	return wk, err
}

// OAuthMetadata reads the metadata of the homeserver's OAuth server; nil if it has
// none (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1auth_metadata).
func OAuthMetadata(ctx context.Context, transport http.RoundTripper, base string) (*oauth.Metadata, error) {
	var raw json.RawMessage
	err := getJSON(ctx, transport, base+"/_matrix/client/v1/auth_metadata", &raw)
	if errors.Is(err, errNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s for its OAuth server: %w", base, err)
	}
	m, err := oauth.ParseMetadata(raw, base)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

// Versions is the response of a homeserver to a request for its versions.
type Versions struct {
	Versions []string // of the specification, such as v1.11
	// SlidingSync is set if the homeserver offers simplified sliding sync (MSC4186).
	SlidingSync bool
	Took        time.Duration // from the request to the response
	// Ahead is how far the homeserver's clock is ahead of this one, in whole seconds.
	// It is valid if Clock is set: the response had a date.
	Ahead time.Duration
	Clock bool
}

// ReadVersions requests the versions of the specification that a homeserver
// supports (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientversions),
// and compares its clock with now.
func ReadVersions(ctx context.Context, transport http.RoundTripper, now func() time.Time, base string) (Versions, error) {
	begun := now()
	res, err := jsonhttp.Do(ctx, transport, document(base+"/_matrix/client/versions"))
	if err != nil {
		return Versions{}, err
	}
	defer res.Close()
	out := Versions{Took: now().Sub(begun)}
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		// The date was written between the request and the response.
		out.Ahead, out.Clock = date.Sub(begun.Add(out.Took/2)).Round(time.Second), true
	}
	var reply struct {
		Versions []string        `json:"versions"`
		Unstable map[string]bool `json:"unstable_features"`
	}
	if json.Unmarshal(res.Body, &reply) != nil || len(reply.Versions) == 0 {
		server := base
		if u, err := url.Parse(base); err == nil {
			server = u.Host
		}
		return out, &jsonhttp.ServerError{Server: server, Status: res.Status, Message: errNotMatrix.Error()}
	}
	out.Versions = reply.Versions
	out.SlidingSync = reply.Unstable["org.matrix.simplified_msc3575"]
	return out, nil
}

// getJSON reads a small public document. Its errors are texts of one line for
// users.
func getJSON(ctx context.Context, transport http.RoundTripper, where string, reply any) error {
	err := jsonhttp.Decode(ctx, transport, document(where), reply)
	e, answered := errors.AsType[*jsonhttp.ServerError](err)
	switch {
	case errors.Is(err, jsonhttp.ErrNotJSON), errors.Is(err, jsonhttp.ErrTooLong):
		return errNotMatrix
	case answered && e.Status == http.StatusNotFound:
		return errNotFound
	case answered:
		return fmt.Errorf("answers HTTP %d", e.Status)
	}
	if e, ok := errors.AsType[*jsonhttp.UnreachableError](err); ok {
		return e.Err
	}
	return err
}

// document is a request without secrets, so that redirects can be followed.
func document(where string) jsonhttp.Request {
	return jsonhttp.Request{Method: http.MethodGet, URL: where, Limit: maxDocument, Within: requestTimeout, Redirects: true}
}
