package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Reasons why somebody is not signed in, beside the types below.
var (
	ErrDenied    = errors.New("the sign-in was denied")
	ErrExpired   = errors.New("the code was not used in time")
	ErrNotAnswer = errors.New("this is not the address that the browser ends at after signing in")
	ErrState     = errors.New("this address belongs to another sign-in than the one that waits for it")
	ErrMixUp     = errors.New("the answer is from another server than the one that was asked")

	errTimeout = errors.New("no answer in time")
)

// An Error is a server's refusal (RFC 6749, section 5.2).
type Error struct {
	Server string
	Status int    // of HTTP; 0 if the refusal came by way of a browser, or made no sense
	Code   string // such as invalid_grant; empty when the answer was no OAuth error
	// Description is the server's own words, without any secret of ours.
	Description string
}

func (e *Error) Error() string {
	said := e.Code
	if said == "" && e.Status != 0 {
		said = "HTTP " + strconv.Itoa(e.Status)
	}
	if said != "" && e.Description != "" {
		said += ": "
	}
	return fmt.Sprintf("%s answered %s%s", e.Server, said, e.Description)
}

// HasCode reports whether err is a server's refusal with this error code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// An UnreachableError says that no answer came.
type UnreachableError struct {
	Server string
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %v", e.Server, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// longestDescription is more than anybody reads of an error.
const longestDescription = 300

// refusal reads an error out of an answer.
func refusal(server string, status int, data []byte, hidden []string) error {
	e := &Error{Server: server, Status: status}
	var reply struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(data, &reply) == nil {
		e.Code, e.Description = clean(reply.Error, hidden), clean(reply.Description, hidden)
	}
	return e
}

// clean takes secrets of ours out of what a server says, and most of what is
// too long to read.
func clean(s string, hidden []string) string {
	for _, secret := range hidden {
		s = strings.ReplaceAll(s, secret, "…")
	}
	if r := []rune(s); len(r) > longestDescription {
		s = string(r[:longestDescription]) + "…"
	}
	return s
}
