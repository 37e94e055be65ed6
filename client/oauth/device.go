package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

const (
	defaultInterval = 5 * time.Second // RFC 8628, section 3.2
	slowDown        = 5 * time.Second // section 3.5
	longestInterval = 5 * time.Minute
	longestUserCode = 64
	// longestWait is how long a person is waited for at most. A server whose page
	// refuses them, for example since they have too many sessions, does not say so to
	// the program: to that the sign-in is pending until the code expires, after 20
	// minutes with the Matrix Authentication Service
	// (crates/handlers/src/oauth2/device/consent.rs and authorize.rs there).
	longestWait = 10 * time.Minute
)

// A DeviceCode is a sign-in that waits for a person to approve it on another
// device (RFC 8628).
type DeviceCode struct {
	UserCode string
	// VerificationURI is where to type the code; VerificationURIComplete, which
	// may be empty, has it in it. Both are safe to open.
	VerificationURI, VerificationURIComplete string
	ExpiresAt                                time.Time

	code     string
	interval time.Duration
}

// StartDevice asks for a code. homeserver is as for [ParseMetadata].
func (c *Client) StartDevice(ctx context.Context, scope, homeserver string) (DeviceCode, error) {
	var reply struct {
		DeviceCode              string  `json:"device_code"`
		UserCode                string  `json:"user_code"`
		VerificationURI         string  `json:"verification_uri"`
		VerificationURIComplete string  `json:"verification_uri_complete"`
		ExpiresIn               float64 `json:"expires_in"`
		Interval                float64 `json:"interval"`
	}
	asked := c.Now()
	if err := c.post(ctx, c.Server.DeviceAuthorizationEndpoint, url.Values{"scope": {scope}}, &reply); err != nil {
		return DeviceCode{}, err
	}
	if reply.DeviceCode == "" || !printable(reply.UserCode) || len(reply.UserCode) > longestUserCode || reply.ExpiresIn <= 0 {
		return DeviceCode{}, c.nonsense(c.Server.DeviceAuthorizationEndpoint)
	}
	if !safe(reply.VerificationURI, homeserver) ||
		(reply.VerificationURIComplete != "" && !safe(reply.VerificationURIComplete, homeserver)) {
		return DeviceCode{}, &Error{jsonhttp.ServerError{
			Server: hostOf(c.Server.DeviceAuthorizationEndpoint), Message: "an address to open that is not at an https URL",
		}}
	}
	d := DeviceCode{
		UserCode: reply.UserCode, VerificationURI: reply.VerificationURI, VerificationURIComplete: reply.VerificationURIComplete,
		ExpiresAt: asked.Add(min(seconds(reply.ExpiresIn), longestWait)), code: reply.DeviceCode, interval: defaultInterval,
	}
	if reply.Interval > 0 {
		d.interval = min(seconds(reply.Interval), longestInterval)
	}
	return d, nil
}

// WaitDevice returns once the person has decided: with tokens, [ErrDenied] or
// [ErrExpired]. A server that cannot be reached for a while ends nothing.
func (c *Client) WaitDevice(ctx context.Context, d DeviceCode) (Tokens, error) {
	interval, failures := d.interval, 0
	for {
		// Who does not answer is asked less and less often (RFC 8628, section 3.5).
		if err := sleep(ctx, min(interval<<min(failures, 6), longestInterval)); err != nil {
			return Tokens{}, err
		}
		if c.Now().After(d.ExpiresAt) {
			return Tokens{}, ErrExpired
		}
		t, err := c.tokens(ctx, url.Values{"grant_type": {grantDevice}, "device_code": {d.code}})
		switch {
		case err == nil:
			return t, nil
		case passing(err):
			failures++
			continue
		case HasCode(err, "slow_down"):
			interval = min(interval+slowDown, longestInterval)
		case HasCode(err, "authorization_pending"):
		case HasCode(err, "access_denied"):
			return Tokens{}, ErrDenied
		case HasCode(err, "expired_token"):
			return Tokens{}, ErrExpired
		default:
			return Tokens{}, fmt.Errorf("wait for the code to be used: %w", err)
		}
		failures = 0
	}
}

// passing reports whether a failure may be over by the next try.
func passing(err error) bool {
	var e *Error
	var unreachable *UnreachableError
	return errors.As(err, &unreachable) ||
		errors.As(err, &e) && (e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
