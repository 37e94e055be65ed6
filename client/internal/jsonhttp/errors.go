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

// maxMessage is the maximum length of a server's message in an error, in
// characters.
const maxMessage = 300

// A ServerError is an error response, or a response that cannot be used.
type ServerError struct {
	Server     string        // host and port
	Status     int           // HTTP status; 0 if the error was not sent in a response
	Code       string        // such as M_FORBIDDEN or invalid_grant; may be empty
	Message    string        // the server's message, without secrets of the request
	RetryAfter time.Duration // zero if the server did not send it
	WaitCut    bool          // the server asked for longer than [LongestWait]
	SoftLogout bool          // the session can be resumed by signing in again
	Err        error         // why the response cannot be used; nil for an error response
}

func (e *ServerError) Error() string {
	detail := e.Code
	if detail == "" && e.Status != 0 {
		detail = "HTTP " + strconv.Itoa(e.Status)
	}
	message := e.Message
	if message == "" && e.Err != nil {
		message = e.Err.Error()
	}
	if detail != "" && message != "" {
		detail += ": "
	}
	return fmt.Sprintf("%s answered %s%s", e.Server, detail, message)
}

func (e *ServerError) Unwrap() error { return e.Err }

// HasCode reports whether the response has this error code.
func (e *ServerError) HasCode(code string) bool { return e.Code == code }

// Hide removes secrets from the server's message: errors are shown and logged.
func (e *ServerError) Hide(secrets ...string) {
	e.Code, e.Message = Clean(e.Code, secrets...), Clean(e.Message, secrets...)
}

// HasCode reports whether err is an error of type T with this code.
func HasCode[T interface {
	error
	HasCode(code string) bool
}](err error, code string) bool {
	e, ok := errors.AsType[T](err)
	return ok && e.HasCode(code)
}

// An UnreachableError says that the server did not respond.
type UnreachableError struct {
	Server string // host and port
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %v", e.Server, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// Failure returns the reason why there is no response: the context's error, or an
// [UnreachableError] without the URL of the request, which may contain secrets.
func Failure(ctx context.Context, server string, err error) error {
	switch {
	case errors.Is(context.Cause(ctx), ErrTimeout):
		return &UnreachableError{Server: server, Err: ErrTimeout}
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return &UnreachableError{Server: server, Err: reason(err)}
}

// Clean removes secrets from a server's message and truncates it to 300 characters.
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

// refusal reads an error response. The response of a proxy may not be JSON; then
// the error has only the HTTP status.
func (r Request) refusal(ctx context.Context, res *http.Response) error {
	data, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if err != nil && ctx.Err() != nil {
		return Failure(ctx, r.host(), err)
	}
	var reply struct {
		ErrCode      string          `json:"errcode"`
		Error        string          `json:"error"`
		Description  string          `json:"error_description"`
		RetryAfterMS json.RawMessage `json:"retry_after_ms"`
		SoftLogout   bool            `json:"soft_logout"`
	}
	_ = json.Unmarshal(data, &reply)
	e := &ServerError{Server: r.host(), Status: res.StatusCode, Code: reply.ErrCode, Message: reply.Error, SoftLogout: reply.SoftLogout}
	if r.OAuth {
		e.Code, e.Message = reply.Error, reply.Description
	}
	e.RetryAfter, e.WaitCut = retryAfter(res.Header, reply.RetryAfterMS, r.Now)
	e.Hide(append(r.Secrets, r.Token)...)
	return e
}
