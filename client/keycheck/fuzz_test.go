package keycheck_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// publicResolver resolves every host to a public address and records the last host.
type publicResolver struct{ host string }

func (m *publicResolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	m.host = host
	return []netip.Addr{netip.MustParseAddr(public)}, nil
}

// LookupSRV finds no records.
func (*publicResolver) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	return "", nil, &net.DNSError{Err: "no such host", Name: "_" + service + "._" + proto + "." + name, IsNotFound: true}
}

// FuzzURL checks that a request is only made over https to the host of the URL at a
// public address, and that it contains the key.
func FuzzURL(f *testing.F) {
	for _, u := range []string{
		"https://id.example.org/_matrix/identity/v2/pubkey/isvalid", "http://id.example.org/", "https://ID.example.org.:0443//a?b=c#d",
		"https://user@id.example.org", "https://[::ffff:127.0.0.1]:8448/", "https://0x7f.1", "https://2130706433", "https://１２７.0.0.1",
		"https://a/?public_key=x;public_key=y", "https://a\\@b/", "//a", "https:a", "https://[fe80::1%25eth0]/", "https://1.1.1.1:1", "ftp://a",
	} {
		f.Add(u, "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI")
		f.Add(u, "a+b/=&;\x00")
	}
	f.Fuzz(func(t *testing.T, raw, key string) {
		q := keycheck.Question{URL: raw, PublicKey: key}
		m := &publicResolver{}
		var dialled []string
		guarded := keycheck.NewTransport(keycheck.TransportOptions{
			Resolver: m,
			Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				dialled = append(dialled, address)
				return nil, errNoConn
			},
		})
		requests := 0
		c := newChecker(roundTripFunc(func(req *http.Request) (*http.Response, error) {
			requests++
			if got := req.URL.Query()["public_key"]; len(got) != 1 || got[0] != key {
				t.Errorf("sends the key as %q", got)
			}
			return guarded.RoundTrip(req)
		}))
		got := askOne(t.Context(), c, q)
		if got != invite.Unreachable || requests > 1 || (requests == 1) != (q.Host() != "") {
			t.Errorf("%s after %d requests to %q", got, requests, q.Host())
		}
		for _, address := range dialled {
			checkDialled(t, raw, m.host, address)
		}
	})
}

// checkDialled checks that a connection was made to the host of the URL.
func checkDialled(t *testing.T, raw, resolved, address string) {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.User != nil {
		t.Fatalf("dialled %s", address)
	}
	want := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	got := netip.MustParseAddrPort(address)
	if resolved != "" {
		if resolved != want || got.Addr() != netip.MustParseAddr(public) {
			t.Fatalf("dialled %s for %s", address, resolved)
		}
		return
	}
	if got.Addr() != netip.MustParseAddr(want) || !got.Addr().IsGlobalUnicast() || got.Addr().IsPrivate() {
		t.Fatalf("dialled %s for %s", address, want)
	}
}
