package oauth_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// after calls f after d in another goroutine.
func after(d time.Duration, f func()) { time.AfterFunc(d, f) }

func TestDeviceCodeApproved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		if d := n.device(); d.VerificationURI != n.AuthServerURL()+"/link" || d.VerificationURIComplete != "" {
			t.Errorf("%+v", d)
		}
		n.SetWays(sandbox.Ways{OAuth: true, CodeInAddress: true})
		d := n.device()
		if d.VerificationURI != n.AuthServerURL()+"/link" || d.VerificationURIComplete != d.VerificationURI+"?code="+d.UserCode {
			t.Errorf("%+v", d)
		}
		after(time.Minute, func() { n.must(n.ApproveDevice(n.ada, d.UserCode)) })
		tokens, err := n.WaitDevice(t.Context(), d)
		n.must(err)
		if tokens.AccessToken == "" || tokens.RefreshToken == "" || time.Until(tokens.ExpiresAt) != 5*time.Minute {
			t.Errorf("%+v", tokens)
		}
		for _, gap := range n.polls() {
			if gap != 5*time.Second {
				t.Errorf("asked again after %s", gap)
			}
		}
	})
}

func TestDeviceCodeDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		d := n.device()
		after(time.Minute, func() { n.must(n.DenyDevice(n.ada, d.UserCode)) })
		if _, err := n.WaitDevice(t.Context(), d); !errors.Is(err, oauth.ErrDenied) {
			t.Errorf("%v", err)
		}
	})
}

func TestDeviceCodeExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		begin := time.Now()
		if _, err := n.WaitDevice(t.Context(), n.device()); !errors.Is(err, oauth.ErrExpired) {
			t.Errorf("%v", err)
		}
		if took := time.Since(begin); took < 10*time.Minute || took > 10*time.Minute+10*time.Second {
			t.Errorf("after %s", took)
		}
	})
}

// The server does not tell the client that a user has too many sessions.
func TestDeviceCodeRefusedBySessionLimitExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		n.SetWays(sandbox.Ways{OAuth: true, SessionLimit: 1})
		first := n.device()
		n.must(n.ApproveDevice(n.ada, first.UserCode))
		_, err := n.WaitDevice(t.Context(), first)
		n.must(err)
		second := n.device()
		if n.ApproveDevice(n.ada, second.UserCode) == nil {
			t.Error("the server approves a session over the limit")
		}
		begin := time.Now()
		if _, err := n.WaitDevice(t.Context(), second); !errors.Is(err, oauth.ErrExpired) || time.Since(begin) > 11*time.Minute {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}

func TestWaitDeviceStopsWhenCodeExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		d := n.device()
		n.Inject(sandbox.Fault{Path: tokenPath, Status: 400, Body: `{"error":"authorization_pending"}`})
		if _, err := n.WaitDevice(t.Context(), d); !errors.Is(err, oauth.ErrExpired) {
			t.Errorf("%v", err)
		}
	})
}

func TestSlowDownAddsFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		d := n.device()
		n.Inject(sandbox.Fault{Path: tokenPath, Status: 400, Body: `{"error":"slow_down"}`, Times: 2})
		after(time.Minute, func() { n.must(n.ApproveDevice(n.ada, d.UserCode)) })
		_, err := n.WaitDevice(t.Context(), d)
		n.must(err)
		if got := n.polls(); !slices.Equal(got[:3], []time.Duration{10 * time.Second, 15 * time.Second, 15 * time.Second}) {
			t.Errorf("%v", got)
		}
	})
}

func TestWaitDeviceSurvivesTemporaryErrors(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"refused": {Refuse: true}, "connection lost": {Lose: true}, "no answer": {Delay: time.Hour},
		"bad gateway": {Status: 502, Body: "<html>"}, "rate limited": {Status: 429},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := newWorld(t)
			d := n.device()
			fault.Path, fault.Times = tokenPath, 3
			n.Inject(fault)
			after(2*time.Minute, func() { n.must(n.ApproveDevice(n.ada, d.UserCode)) })
			if _, err := n.WaitDevice(t.Context(), d); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestWaitDeviceReturnsWhenContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		if _, err := n.WaitDevice(ctx, n.device()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

func TestInvalidDeviceCodesAreRefused(t *testing.T) {
	const good = `"device_code":"d","expires_in":600,"user_code":"ABC","verification_uri":"https://a.example/link"`
	for _, body := range []string{
		`{"device_code":"d","expires_in":600,"user_code":"ABC","verification_uri":"javascript:alert(1)"}`,
		`{"device_code":"d","expires_in":600,"user_code":"ABC","verification_uri":"file:///etc/passwd"}`,
		`{"device_code":"d","expires_in":600,"user_code":"ABC","verification_uri":"http://a.example/link"}`,
		`{"device_code":"d","expires_in":600,"user_code":"ABC","verification_uri":"https://you@a.example/link"}`,
		`{"device_code":"d","expires_in":600,"user_code":"ABC","verification_uri":"https://a.example/\u202elink"}`,
		`{"device_code":"d","expires_in":600,"user_code":"ABC","verification_uri":"https://a.example/ --flag"}`,
		`{` + good + `,"verification_uri_complete":"ms-settings:about"}`,
		`{` + good + `,"user_code":"\u001b[2JABC"}`,
		`{` + good + `,"user_code":"A\nB"}`,
		`{` + good + `,"user_code":""}`,
		`{` + good + `,"expires_in":-1}`,
		`{}`, `[]`, `<html>`,
	} {
		n := newWorld(t)
		n.must(n.RegisterDevice(t.Context()))
		n.Inject(sandbox.Fault{Path: devicePath, Status: 200, Body: body})
		if d, err := n.StartDevice(t.Context(), scope, n.HomeserverURL()); err == nil {
			t.Errorf("%s: %+v", body, d)
		}
	}
}

func TestVeryLongDurationsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWorld(t)
		n.must(n.RegisterDevice(t.Context()))
		n.Inject(sandbox.Fault{Path: devicePath, Status: 200, Body: `{"device_code":"d","expires_in":1e300,"interval":1e300,"user_code":"ABC","verification_uri":"https://a.example/"}`})
		d, err := n.StartDevice(t.Context(), scope, n.HomeserverURL())
		n.must(err)
		n.Inject(sandbox.Fault{Path: tokenPath, Status: 200, Body: `{"access_token":"a","token_type":"bearer","expires_in":1e300}`})
		begin := time.Now()
		tokens, err := n.WaitDevice(t.Context(), d)
		n.must(err)
		if took := time.Since(begin); took > 5*time.Minute || tokens.ExpiresAt.Before(begin) {
			t.Errorf("after %s: %+v", took, tokens)
		}
	})
}
