package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// publicAddress is the address of the only public server of a publicNetwork.
const publicAddress = "93.184.215.14"

// A publicNetwork is a network with one public server, example.com, and with names that
// lead to private addresses. It records what is dialled.
type publicNetwork struct {
	server *httptest.Server

	mu      sync.Mutex
	lookups map[string]int
	dialled []string
}

func newPublicNetwork(t *testing.T, handler http.HandlerFunc) (*publicNetwork, keycheck.TransportOptions) {
	t.Helper()
	n := &publicNetwork{server: httptest.NewTLSServer(handler), lookups: map[string]int{}}
	t.Cleanup(n.server.Close)
	roots := n.server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return n, keycheck.TransportOptions{Resolver: n, Dial: n.dial, Roots: roots}
}

// LookupNetIP implements keycheck.Resolver.
func (n *publicNetwork) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lookups[host]++
	switch strings.TrimSuffix(host, ".") {
	case "example.com":
		return []netip.Addr{netip.MustParseAddr(publicAddress)}, nil
	case "rebinding.example": // public when it is looked up first, private after that
		if n.lookups[host] == 1 {
			return []netip.Addr{netip.MustParseAddr(publicAddress)}, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	case "both.example":
		return []netip.Addr{netip.MustParseAddr(publicAddress), netip.MustParseAddr("10.0.0.1")}, nil
	case "metadata.example":
		return []netip.Addr{netip.MustParseAddr("169.254.169.254")}, nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil // every other name, such as localhost
}

// LookupSRV implements keycheck.Resolver. There are no records.
func (n *publicNetwork) LookupSRV(_ context.Context, _, _, name string) (string, []*net.SRV, error) {
	return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (n *publicNetwork) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dialled = append(n.dialled, address)
	n.mu.Unlock()
	if address != publicAddress+":443" {
		return nil, errors.New("not a server of this network")
	}
	return new(net.Dialer).DialContext(ctx, network, n.server.Listener.Addr().String())
}

// privateHosts are hosts of URLs that must not be reached.
var privateHosts = []string{
	"127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]", "localhost", "LOCALHOST.", "foo.localhost", "127.0.0.1.nip.example",
	"10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "metadata.example", "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25eth0]",
	"[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2606:4700::5efe:127.0.0.1]",
	"both.example", "224.0.0.1", "255.255.255.255",
}

// checkDialled fails if anything but the public server was dialled.
func (n *publicNetwork) checkDialled(t *testing.T, what string) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, address := range n.dialled {
		if !strings.HasPrefix(address, publicAddress+":") {
			t.Errorf("%s: dialled %s", what, address)
		}
	}
	n.dialled = nil
}

func TestWellKnownLeadsVisitorsToNoPrivateServer(t *testing.T) {
	var base string
	n, o := newPublicNetwork(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/.well-known/") {
			fmt.Fprintf(w, `{"m.homeserver":{"base_url":%q},"m.identity_server":{"base_url":%q}}`, base, base)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	transport := visitorTransport(o, false)
	for _, host := range privateHosts {
		for _, format := range []string{"https://%s", "http://%s", "https://%s:8008/path", "http://%s:80"} {
			base = fmt.Sprintf(format, host)
			if hs, err := discovery.Find(t.Context(), transport, "@m:example.com"); err == nil {
				t.Errorf("%s: found %+v", base, hs)
			}
			if server, err := identity.New(base, transport); err == nil {
				if err := server.Ping(t.Context()); err == nil {
					t.Errorf("%s is an identity server", base)
				}
			}
			n.checkDialled(t, base)
		}
	}
}

func TestRedirectsLeadVisitorsToNoPrivateServer(t *testing.T) {
	var to string
	hops := 0
	n, o := newPublicNetwork(t, func(w http.ResponseWriter, r *http.Request) {
		if hops--; hops > 0 {
			http.Redirect(w, r, "https://example.com/.well-known/matrix/client", http.StatusFound)
			return
		}
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	})
	transport := visitorTransport(o, false)
	for _, host := range privateHosts {
		for _, chain := range []int{1, 4} {
			for _, format := range []string{"https://%s/latest/meta-data/", "http://%s/", "file://%s/etc/passwd", "gopher://%s:70/"} {
				to, hops = fmt.Sprintf(format, host), chain
				if _, err := discovery.WellKnown(t.Context(), transport, "https://example.com"); err == nil {
					t.Errorf("%s was read", to)
				}
				n.checkDialled(t, to)
			}
		}
	}
}

func TestRebindingLeadsVisitorsToNoPrivateServer(t *testing.T) {
	n, o := newPublicNetwork(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	transport := visitorTransport(o, false)
	for range 3 {
		_, err := discovery.Find(t.Context(), transport, "https://rebinding.example")
		if err == nil {
			t.Error("found")
		}
		n.checkDialled(t, "rebinding.example")
	}
}

// The transport for the signurl of a link and for key_validity_url.
func TestURLsOfInvitesLeadVisitorsToNoPrivateServer(t *testing.T) {
	n, o := newPublicNetwork(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://127.0.0.1/", http.StatusFound)
	})
	transport := keycheck.NewTransport(o)
	for _, host := range append(slices.Clone(privateHosts), "rebinding.example") {
		for _, format := range []string{"https://%s/", "http://%s/", "https://%s:8448/x"} {
			raw := fmt.Sprintf(format, host)
			for range 2 {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, raw, nil)
				if err != nil {
					break
				}
				if res, err := transport.RoundTrip(req); err == nil {
					_ = res.Body.Close()
					t.Errorf("%s was reached", raw)
				}
				n.checkDialled(t, raw)
			}
		}
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/", nil)
	res, err := transport.RoundTrip(req)
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatalf("the public server: %v", err)
	}
	_ = res.Body.Close()
}
