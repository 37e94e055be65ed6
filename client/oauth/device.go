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
	slowDown        = 5 * time.Second // RFC 8628, section 3.5
	longestInterval = 5 * time.Minute
	longestUserCode = 64
	// longestWait limits how long a sign-in waits for the user. If the server
	// refuses the user on its page, for example because they have too many
	// sessions, the client is not told: the sign-in stays pending until the code
	// expires. With the Matrix Authentication Service that is after 20 minutes
	// (crates/handlers/src/oauth2/device/consent.rs and authorize.rs).
	longestWait = 10 * time.Minute
)

// A DeviceCode is a sign-in that the user approves on another device (RFC 8628).
type DeviceCode struct {
	UserCode string
	// VerificationURI is the page where the user enters UserCode.
	// VerificationURIComplete, which may be empty, contains the code. Both are safe
	// to open in a browser.
	VerificationURI, VerificationURIComplete string
	ExpiresAt                                time.Time

	code     string
	interval time.Duration
}

// StartDevice requests a device code. homeserver is the base URL of the homeserver,
// as for [ParseMetadata].
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
		return DeviceCode{}, c.invalid(c.Server.DeviceAuthorizationEndpoint)
	}
	if !safe(reply.VerificationURI, homeserver) ||
		(reply.VerificationURIComplete != "" && !safe(reply.VerificationURIComplete, homeserver)) {
		return DeviceCode{}, &Error{jsonhttp.ServerError{
			Server: hostOf(c.Server.DeviceAuthorizationEndpoint), Message: "with a verification URI that is not an https URL",
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

// WaitDevice polls the server until the user approves the sign-in. It returns
// [ErrDenied] if the user refuses, and [ErrExpired] if the code expires. If the
// server cannot be reached, it continues to poll.
func (c *Client) WaitDevice(ctx context.Context, d DeviceCode) (Tokens, error) {
	interval, failures := d.interval, 0
	for {
		// The interval grows after each failed request (RFC 8628, section 3.5).
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
		case temporary(err):
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
			return Tokens{}, fmt.Errorf("wait for approval of the device code: %w", err)
		}
		failures = 0
	}
}

// temporary reports whether the next request may succeed.
func temporary(err error) bool {
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
