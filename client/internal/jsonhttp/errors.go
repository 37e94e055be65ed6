package jsonhttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxMessage bounds, in characters, what an error quotes of a server's words.
const maxMessage = 300

// A ServerError is an error response, in the server's own words, or a response
// that makes no sense.
type ServerError struct {
	Server     string        // host and port
	Status     int           // of HTTP; 0 if the error did not come in a response
	Code       string        // such as M_FORBIDDEN or invalid_grant; empty if there is none
	Message    string        // without any secret of the request
	RetryAfter time.Duration // zero if the server did not say
	SoftLogout bool          // the session may be resumed by signing in again
	Err        error         // why the response makes no sense; nil for an error response
}

func (e *ServerError) Error() string {
	said := e.Code
	if said == "" && e.Status != 0 {
		said = "HTTP " + strconv.Itoa(e.Status)
	}
	message := e.Message
	if message == "" && e.Err != nil {
		message = e.Err.Error()
	}
	if said != "" && message != "" {
		said += ": "
	}
	return fmt.Sprintf("%s answered %s%s", e.Server, said, message)
}

func (e *ServerError) Unwrap() error { return e.Err }

// HasCode reports whether the server gave this error code.
func (e *ServerError) HasCode(code string) bool { return e.Code == code }

// Hide removes secrets from the server's words: errors are shown and logged.
func (e *ServerError) Hide(secrets ...string) {
	e.Code, e.Message = Clean(e.Code, secrets...), Clean(e.Message, secrets...)
}

// HasCode reports whether err is an error response of type T with this code.
func HasCode[T interface {
	error
	HasCode(code string) bool
}](err error, code string) bool {
	e, ok := errors.AsType[T](err)
	return ok && e.HasCode(code)
}

// An UnreachableError says that no answer came.
type UnreachableError struct {
	Server string // host and port
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %v", e.Server, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// Failure returns why there is no answer from a server: the context's error, or
// an [UnreachableError] without the URL of the request, which may hold secrets.
func Failure(ctx context.Context, server string, err error) error {
	switch {
	case errors.Is(context.Cause(ctx), ErrTimeout):
		return &UnreachableError{Server: server, Err: ErrTimeout}
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return &UnreachableError{Server: server, Err: reason(err)}
}

// Clean removes secrets from what a server says, and its end if it is long.
func Clean(s string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage]) + "…"
	}
	return s
}

// refusal reads an error response. A page of a proxy is no JSON: then the status
// is all there is.
func (r Request) refusal(ctx context.Context, res *http.Response) error {
	data, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if err != nil && ctx.Err() != nil {
		return Failure(ctx, r.host(), err)
	}
	var reply struct {
		ErrCode      string  `json:"errcode"`
		Error        string  `json:"error"`
		Description  string  `json:"error_description"`
		RetryAfterMS float64 `json:"retry_after_ms"`
		SoftLogout   bool    `json:"soft_logout"`
	}
	_ = json.Unmarshal(data, &reply)
	e := &ServerError{Server: r.host(), Status: res.StatusCode, Code: reply.ErrCode, Message: reply.Error, SoftLogout: reply.SoftLogout}
	if r.OAuth {
		e.Code, e.Message = reply.Error, reply.Description
	}
	e.RetryAfter = retryAfter(reply.RetryAfterMS, res.Header)
	e.Hide(append(r.Secrets, r.Token)...)
	return e
}

// retryAfter is how long to wait by the body of an answer, or else by its header
// (https://spec.matrix.org/v1.19/client-server-api/#rate-limiting).
func retryAfter(ms float64, header http.Header) time.Duration {
	if ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	seconds, err := strconv.Atoi(strings.TrimSpace(header.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
