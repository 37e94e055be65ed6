// Package jsonhttp sends an HTTP request and decodes the JSON response.
package jsonhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	userAgent = "mxinvite"
	// maxErrorBody limits the size of an error response, in bytes.
	maxErrorBody = 64 << 10
)

// Errors of [Do] and [Decode] that other errors wrap.
var (
	ErrTimeout = errors.New("no response in time")
	ErrTooLong = errors.New("the response is too long")
	ErrNotJSON = errors.New("the response is not the expected JSON")

	errURL = errors.New("its URL is not valid")
)

// A Request is an HTTP request. It is sent only once, because it may cause an
// e-mail to be sent. Its body is never logged.
type Request struct {
	Method string
	URL    string
	Host   string        // Host header; empty for that of the URL
	Token  string        // access token; may be empty
	Body   any           // a form if url.Values, otherwise encoded as JSON; nil for no body
	Limit  int64         // maximum size of the response, in bytes
	Within time.Duration // maximum time until the response is read; zero for no limit besides the context
	// Now is the clock for a date in the response, if the response has no date itself.
	// If it is nil, the date is ignored then.
	Now func() time.Time
	// Redirects allows redirects to be followed. Set it only for requests without
	// secrets.
	Redirects bool
	// OAuth decodes error responses as in RFC 6749, section 5.2, instead of Matrix
	// errors.
	OAuth bool
	// Arrived is called with each part of the body of the response, uncompressed. It must
	// not keep the bytes. It may be nil.
	Arrived func(part []byte)
	// Secrets and Token are removed from the server's error messages.
	Secrets []string
}

// A Response is a response with an HTTP status of 2xx. The transport may count its
// body as memory in use until Close is called.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	body io.Closer
}

// Close says that the body is no longer used.
func (r *Response) Close() { _ = r.body.Close() }

// Do sends a request. It returns the context's error if the context ends, an
// [UnreachableError] if the server does not respond, or a [ServerError] if the HTTP
// status is not 2xx or the response is too long ([ErrTooLong]): longer than the
// limit of the request, or than the transport allows. If the context ends with the
// cause [ErrTimeout], the error is an [UnreachableError]. The caller closes the
// response.
func Do(ctx context.Context, transport http.RoundTripper, r Request) (*Response, error) {
	if r.Within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.Within, ErrTimeout)
		defer cancel()
	}
	req, err := r.build(ctx)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: transport}
	if !r.Redirects {
		// A redirect could send a password or an address to another server.
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, Failure(ctx, req.URL.Host, err)
	}
	out, err := r.read(ctx, res)
	if err != nil {
		_ = res.Body.Close()
	}
	return out, err
}

// read reads a response.
func (r Request) read(ctx context.Context, res *http.Response) (*Response, error) {
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, r.refusal(ctx, res)
	}
	data, err := io.ReadAll(io.LimitReader(arriving{res.Body, r.Arrived}, r.Limit+1))
	_, refused := errors.AsType[*http.MaxBytesError](err)
	switch {
	case refused, int64(len(data)) > r.Limit:
		return nil, &ServerError{Server: r.host(), Status: res.StatusCode, Err: ErrTooLong}
	case err != nil:
		return nil, Failure(ctx, r.host(), err)
	}
	return &Response{res.StatusCode, res.Header, data, res.Body}, nil
}

// arriving is a body that calls a function with each part.
type arriving struct {
	io.Reader

	arrived func(part []byte) // may be nil
}

func (a arriving) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if a.arrived != nil && n > 0 {
		a.arrived(p[:n])
	}
	return n, err
}

// Decode calls [Do] and decodes the JSON of the response into reply. If that is not
// possible, it returns a [ServerError] that wraps [ErrNotJSON].
func Decode(ctx context.Context, transport http.RoundTripper, r Request, reply any) error {
	res, err := Do(ctx, transport, r)
	if err != nil {
		return err
	}
	defer res.Close()
	if json.Unmarshal(res.Body, reply) != nil {
		return &ServerError{Server: r.host(), Status: res.Status, Err: ErrNotJSON}
	}
	return nil
}

func (r Request) host() string {
	u, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

func (r Request) build(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	contentType := ""
	switch b := r.Body.(type) {
	case nil:
	case url.Values:
		body, contentType = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		body, contentType = bytes.NewReader(data), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, &UnreachableError{Server: r.host(), Err: errURL} // err contains the URL, which may contain secrets
	}
	req.Host = r.Host
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if r.Token != "" {
		req.Header.Set("Authorization", "Bearer "+r.Token)
	}
	return req, nil
}
