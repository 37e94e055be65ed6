package linkserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/internal/linkserver"
)

func TestRequestsWithALinkAreLimited(t *testing.T) {
	w := newWorld(t)
	l := w.link(linkkey.Terms{Uses: 2})
	other := w.link(once())
	ok := 0
	for n := range 40 {
		// From different networks.
		rec := w.do(http.MethodPost, "/_matrix/identity/v2/sign-ed25519?token="+l.Token+"&private_key="+l.PrivateKey()+"&mxid="+url.QueryEscape(grace), "", http.Header{"Remote": {fmt.Sprintf("198.51.%d.1:1", n)}})
		switch rec.Code {
		case http.StatusOK:
			ok++
		case http.StatusTooManyRequests:
			if after, err := strconv.Atoi(rec.Header().Get("Retry-After")); err != nil || after < 1 || after > 10 {
				t.Fatal(rec.Header())
			}
		default:
			t.Fatal(rec.Code)
		}
	}
	if ok != 12 {
		t.Errorf("%d requests are allowed", ok)
	}
	if got := w.sign(other, grace); got.Code != http.StatusOK {
		t.Error("another link is limited, too:", got.Code)
	}
	w.now = w.now.Add(10 * time.Second)
	if got := w.sign(l, grace); got.Code != http.StatusOK {
		t.Error("after the wait:", got.Code)
	}
}

func TestRequestsOfANetworkAreLimited(t *testing.T) {
	for name, c := range map[string]struct{ one, same, other string }{
		"IPv4": {"203.0.113.1:1", "203.0.113.1:2", "203.0.113.2:1"},
		"IPv6": {"[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::2]:1", "[2001:db8:1:3::1]:1"},
	} {
		w := newWorld(t)
		for range 120 {
			w.do(http.MethodPost, "/open", "", http.Header{"Remote": {c.one}})
		}
		if got := w.do(http.MethodPost, "/open", "", http.Header{"Remote": {c.same}}); got.Code != http.StatusTooManyRequests {
			t.Errorf("%s: %d", name, got.Code)
		}
		if got := w.do(http.MethodPost, "/open", "", http.Header{"Remote": {c.other}}); got.Code != http.StatusBadRequest {
			t.Errorf("%s: another network: %d", name, got.Code)
		}
	}
}

// X-Forwarded-For counts only as far as it was written by a proxy of ours.
func TestForwardedAddress(t *testing.T) {
	from := func(w *world, remote, forwarded string) int {
		h := http.Header{"Remote": {remote}}
		if forwarded != "" {
			h["X-Forwarded-For"] = []string{forwarded}
		}
		return w.do(http.MethodPost, "/open", "", h).Code
	}
	exhaust := func(w *world, remote, forwarded string) {
		for range 121 {
			from(w, remote, forwarded)
		}
	}
	proxied := newWorld(t, func(o *linkserver.Options) { o.Proxies = prefixes("127.0.0.1/32", "10.0.0.0/8") })
	exhaust(proxied, "127.0.0.1:1", "192.0.2.9, 203.0.113.1, 10.0.0.5")
	for _, c := range []struct {
		remote, forwarded string
		limited           bool
	}{
		{"127.0.0.1:1", "203.0.113.1", true},
		{"127.0.0.1:1", "8.8.8.8, 203.0.113.1", true}, // the client wrote 8.8.8.8
		{"127.0.0.1:1", "192.0.2.9", false},
		{"127.0.0.1:1", "203.0.113.2", false},
		{"203.0.113.1:1", "192.0.2.77", true}, // not a proxy
		{"127.0.0.1:1", "nonsense", false},
	} {
		if got := from(proxied, c.remote, c.forwarded); (got == http.StatusTooManyRequests) != c.limited {
			t.Errorf("%+v: %d", c, got)
		}
	}
	direct := newWorld(t)
	exhaust(direct, "203.0.113.1:1", "192.0.2.1")
	if got := from(direct, "203.0.113.1:1", "192.0.2.2"); got != http.StatusTooManyRequests {
		t.Errorf("a client without proxy chose its address: %d", got)
	}
}

func TestOnlyProxiesAreServed(t *testing.T) {
	w := newWorld(t, func(o *linkserver.Options) { o.Proxies, o.OnlyProxies = prefixes("10.0.0.0/8"), true })
	for remote, want := range map[string]int{"10.1.2.3:1": http.StatusOK, "127.0.0.1:1": http.StatusOK, "203.0.113.1:1": http.StatusForbidden} {
		if got := w.do(http.MethodGet, "/", "", http.Header{"Remote": {remote}}); got.Code != want {
			t.Errorf("%s: %d", remote, got.Code)
		}
	}
}
