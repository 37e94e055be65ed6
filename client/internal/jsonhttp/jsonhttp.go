// Package jsonhttp sends one HTTP request and reads the JSON of its answer.
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
	// maxErrorBody bounds the answers, in bytes, that errors are read from.
	maxErrorBody = 64 << 10
)

// Reasons why there is no answer, or one that is of no use.
var (
	ErrTimeout = errors.New("no answer in time")
	ErrTooLong = errors.New("an answer that is too long")
	ErrNotJSON = errors.New("not the JSON that was expected")

	errURL = errors.New("its URL is not valid")
)

// A Request is sent once: it may mail a person. Its body is never logged.
type Request struct {
	Method string
	URL    string
	Token  string        // access token; empty for none
	Body   any           // url.Values are sent as a form, other values as JSON; nil sends no body
	Limit  int64         // of the answer, in bytes
	Within time.Duration // until the end of the answer; zero for as long as the context lasts
	// Redirects allows redirects to be followed: a request without secrets only.
	Redirects bool
	// OAuth reads errors as RFC 6749, section 5.2 writes them. Others are Matrix errors.
	OAuth bool
	// Secrets are removed from what a server says about the request. Token is always.
	Secrets []string
}

// A Response is an answer with a status of 2xx.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request. The error is the context's, or an [UnreachableError] if there
// is no answer, or a [ServerError] if the status is not 2xx, or wraps
// [ErrTooLong]. A context that ends with the cause [ErrTimeout] is an
// [UnreachableError], too.
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
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, r.refusal(ctx, res)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, r.Limit+1))
	switch {
	case err != nil:
		return nil, Failure(ctx, req.URL.Host, err)
	case int64(len(data)) > r.Limit:
		return nil, &ServerError{Server: req.URL.Host, Status: res.StatusCode, Err: ErrTooLong}
	}
	return &Response{res.StatusCode, res.Header, data}, nil
}

// Decode is [Do] with the JSON of the answer read into reply. An answer that is
// not the JSON of reply is a [ServerError] that wraps [ErrNotJSON].
func Decode(ctx context.Context, transport http.RoundTripper, r Request, reply any) error {
	res, err := Do(ctx, transport, r)
	if err == nil && json.Unmarshal(res.Body, reply) != nil {
		err = &ServerError{Server: r.host(), Status: res.Status, Err: ErrNotJSON}
	}
	return err
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
		return nil, &UnreachableError{Server: r.host(), Err: errURL} // err would show the URL, which may hold secrets
	}
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
