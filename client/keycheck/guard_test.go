package keycheck_test

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/keycheck"
)

// reach returns the addresses that are dialled for a request to a URL.
func reach(t *testing.T, o keycheck.TransportOptions, rawURL string) []string {
	t.Helper()
	w := &recordingDialer{}
	o.Dial = w.dial
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rawURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := keycheck.NewTransport(o).RoundTrip(req)
	if err == nil {
		_ = res.Body.Close()
		t.Errorf("%s was reached", rawURL)
	}
	return w.dialled
}

// literal returns a URL with an IP address as host.
func literal(a string) string {
	if strings.Contains(a, ":") {
		a = "[" + a + "]"
	}
	return "https://" + a + "/"
}

func TestReservedAddressesAreNotDialled(t *testing.T) {
	for _, a := range []string{
		"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
		"127.0.0.1", "127.255.255.255", "169.254.0.1", "169.254.169.254", "172.16.0.0", "172.31.255.255",
		"192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
		"198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
		"240.0.0.0", "255.255.255.254", "255.255.255.255",
		"::", "::1", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe",
		"::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::10.0.0.1", "64:ff9b:1:ffff::1",
		"100::1", "100:0:0:1::1", "1fff::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1",
		"2001:20::1", "2001:1ff:ffff::1", "2001:db8::1", "2002::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "3fff:fff::1",
		"168.63.129.16", "192.31.196.1", "192.52.193.1", "192.175.48.255", "::ffff:0:8.8.8.8", "2001:3::1", "2001:4:112::1", "2001:30::1", "2620:4f:8000::1",
		"2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:10.0.0.1", "2606:4700::5efe:8.8.8.8", "2a00:1:2:3:0:5efe:a9fe:a9fe", "2a00:1:2:3:200:5efe:7f00:1",
		"2a00:1:2:3:300:5efe:7f00:1", "fd00::5efe:10.0.0.1", "fe80::5efe:10.0.0.1",
		"4000::1", "5f00::1", "8000::1", "fc00::1", "fd00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "feff::1",
		"ff02::1", "ff0e::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	} {
		resolver := dns{"evil.example": {{a}}}
		if got := reach(t, keycheck.TransportOptions{Resolver: resolver}, "https://evil.example/"); got != nil {
			t.Errorf("%s, by name: dialled %s", a, got)
		}
		if got := reach(t, keycheck.TransportOptions{Resolver: resolver}, literal(a)); got != nil {
			t.Errorf("%s: dialled %s", a, got)
		}
	}
}

func TestPublicAddressesAreDialled(t *testing.T) {
	for _, a := range []string{
		"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2000::1", "2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1", "2606:4700::1111", "2606:4700::1:5efe:1:1", "2606:4700::5eff:1:1", "2620:4f:8001::1", "192.31.195.255", "192.175.49.0", "3ffe::1", "3fff:1000::1",
	} {
		want := []string{netip.AddrPortFrom(netip.MustParseAddr(a), 443).String()}
		resolver := dns{"good.example": {{a}}}
		for _, u := range []string{"https://good.example/", literal(a)} {
			if got := reach(t, keycheck.TransportOptions{Resolver: resolver}, u); !slices.Equal(got, want) {
				t.Errorf("%s: dialled %s", u, got)
			}
		}
	}
}

func TestAddressWithZoneIsNotDialled(t *testing.T) {
	for _, a := range []string{"fe80::1%eth0", "2606:4700::1111%eth0"} {
		if got := reach(t, keycheck.TransportOptions{Resolver: dns{"evil.example": {{a}}}}, "https://evil.example"); got != nil {
			t.Errorf("%s: dialled %s", a, got)
		}
	}
}

func TestMappedAddressesOfResolverAreIPv4(t *testing.T) {
	resolver := dns{"good.example": {{"::ffff:" + public}}}
	if got := reach(t, keycheck.TransportOptions{Resolver: resolver}, "https://good.example/"); !slices.Equal(got, []string{public + ":443"}) {
		t.Errorf("dialled %s", got)
	}
}

func TestHostWithOneReservedAddressIsNotDialled(t *testing.T) {
	for _, addrs := range [][]string{
		{public, "127.0.0.1"},
		{"127.0.0.1", public},
		{public, "1.1.1.1", "8.8.8.8", "9.9.9.9", "::1"},
	} {
		if got := reach(t, keycheck.TransportOptions{Resolver: dns{"evil.example": {addrs}}}, "https://evil.example/"); got != nil {
			t.Errorf("%s: dialled %s", addrs, got)
		}
	}
}

func TestDNSRebinding(t *testing.T) {
	rebinding := dns{"evil.example": {{public}, {"127.0.0.1"}}}
	if got := reach(t, keycheck.TransportOptions{Resolver: rebinding}, "https://evil.example:8448/"); !slices.Equal(got, []string{public + ":8448"}) {
		t.Errorf("dialled %s", got)
	}
	if got := reach(t, keycheck.TransportOptions{Resolver: rebinding}, "https://evil.example:8448/"); got != nil {
		t.Errorf("after rebinding, dialled %s", got)
	}
}

func TestThreeAddressesOfAHostAreTried(t *testing.T) {
	many := dns{"many.example": {{"1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5"}}}
	if got := reach(t, keycheck.TransportOptions{Resolver: many}, "https://many.example/"); len(got) != 3 {
		t.Errorf("dialled %s", got)
	}
}

func TestPrivateAddressIsDialledOnlyIfAllowed(t *testing.T) {
	private := func(host string) bool { return host == "id.lan" || host == "id.lan:8448" || host == "[::1]" }
	for _, c := range []struct {
		url, address string
		dialled      bool
	}{
		{"https://id.lan/", "192.168.1.2", true},
		{"https://ID.lan.:443/", "192.168.1.2", true},
		{"https://id.lan:8448/", "fd00::2", true},
		{"https://id.lan/", "127.0.0.1", true},
		{"https://id.lan/", "100.100.1.1", true},
		{"https://id.lan/", public, true},
		{"https://[::1]/", "", true},
		{"https://id.lan:22/", "192.168.1.2", false},
		{"https://other.lan/", "192.168.1.2", false},
		{"https://[::1]:8448/", "", false},
		// Servers of users cannot have these addresses, even if the host is
		// allowed.
		{"https://id.lan/", "169.254.169.254", false},
		{"https://id.lan/", "::ffff:0:127.0.0.1", false},
		{"https://id.lan/", "64:ff9b::192.168.1.2", false},
		{"https://id.lan/", "0.0.0.0", false},
		{"https://id.lan/", "224.0.0.1", false},
		{"https://id.lan/", "fd00::5efe:10.0.0.1", false},
	} {
		resolver := dns{}
		if c.address != "" {
			resolver = dns{"id.lan": {{c.address}}, "other.lan": {{c.address}}}
		}
		got := reach(t, keycheck.TransportOptions{Resolver: resolver, AllowPrivate: private}, c.url)
		if dialled := got != nil; dialled != c.dialled {
			t.Errorf("%s at %s: dialled %s", c.url, c.address, got)
		}
	}
}

func TestHTTPIsUsedOnlyIfAllowed(t *testing.T) {
	o := keycheck.TransportOptions{
		Resolver:  dns{"id.lan": {{public}}, "other.lan": {{public}}},
		AllowHTTP: func(host string) bool { return host == "id.lan" },
	}
	for url, want := range map[string][]string{
		"http://id.lan/":     {public + ":80"},
		"https://id.lan/":    {public + ":443"},
		"http://id.lan:81/":  nil,
		"http://other.lan/":  nil,
		"https://other.lan/": {public + ":443"},
		"ftp://id.lan/":      nil,
	} {
		if got := reach(t, o, url); !slices.Equal(got, want) {
			t.Errorf("%s: dialled %s", url, got)
		}
	}
}

func TestNumericHostsAreNotDialled(t *testing.T) {
	// Some resolvers, such as glibc's, resolve all of these.
	resolver := dns{}
	hosts := []string{
		"2130706433", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
		"[::127.0.0.1]", "１２７.0.0.1", "127。0。0。1", "localhost", "localhost.", "LOCALHOST",
	}
	for _, h := range hosts {
		resolver[strings.ToLower(strings.TrimSuffix(h, "."))] = [][]string{{"127.0.0.1"}}
	}
	for _, h := range hosts {
		if got := reach(t, keycheck.TransportOptions{Resolver: resolver}, "https://"+h+"/"); got != nil {
			t.Errorf("%s: dialled %s", h, got)
		}
	}
}

func TestHostWithoutAddressIsNotDialled(t *testing.T) {
	resolver := dns{"empty.example": {{}}}
	for _, u := range []string{"https://empty.example/", "https://missing.example/"} {
		if got := reach(t, keycheck.TransportOptions{Resolver: resolver}, u); got != nil {
			t.Errorf("%s: dialled %s", u, got)
		}
	}
}
