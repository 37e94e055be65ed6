package oauth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// checkURL fails the test if address is not a safe URL for an https homeserver.
func checkURL(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(address, "\x00\x1b\n\r\t \u202e") {
		t.Errorf("%q is not a safe URL", address)
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte(`{"issuer":"https://a.example/","token_endpoint":"https://a.example/t","registration_endpoint":"https://a.example/r"}`))
	f.Add([]byte(`{"issuer":"https:a","token_endpoint":"https://[::1%25]","registration_endpoint":"https://\u0000"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := oauth.ParseMetadata(data, "https://matrix.example.org")
		if err != nil {
			return
		}
		for _, address := range []string{m.Issuer, m.TokenEndpoint, m.RegistrationEndpoint} {
			checkURL(t, address)
		}
		for _, address := range []string{m.RevocationEndpoint, m.AuthorizationEndpoint, m.DeviceAuthorizationEndpoint} {
			if address != "" {
				checkURL(t, address)
			}
		}
	})
}

func FuzzDeviceCode(f *testing.F) {
	f.Add(`{"device_code":"d","expires_in":600,"interval":5,"user_code":"ABC","verification_uri":"https://a.example/link"}`)
	f.Add(`{"device_code":"d","expires_in":1e400,"interval":-1,"user_code":"\u202e","verification_uri":"HTTPS://a.example/"}`)
	f.Fuzz(func(t *testing.T, body string) {
		n := newWorld(t)
		n.must(n.RegisterDevice(t.Context()))
		n.Inject(sandbox.Fault{Path: devicePath, Status: 200, Body: body})
		d, err := n.StartDevice(t.Context(), scope, n.HomeserverURL())
		if err != nil {
			return
		}
		checkURL(t, d.VerificationURI)
		if d.VerificationURIComplete != "" {
			checkURL(t, d.VerificationURIComplete)
		}
		if d.UserCode == "" || strings.IndexFunc(d.UserCode, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
			t.Errorf("%q is not a valid user code", d.UserCode)
		}
	})
}

// FuzzRedeem checks that no code is sent for a URL without the state of the
// sign-in.
func FuzzRedeem(f *testing.F) {
	f.Add("http://127.0.0.1:4711/callback?state=x&code=y")
	f.Add("127.0.0.1:4711/callback#code=y&state=")
	f.Add("http://127.0.0.1:4711@mallory.example/callback?;")
	f.Add("%zz")
	f.Fuzz(func(t *testing.T, final string) {
		n := newWorld(t)
		if _, err := n.Redeem(t.Context(), n.browser(), final); err == nil || n.Count("POST", tokenPath) > 0 {
			t.Errorf("%q was accepted", final)
		}
	})
}
