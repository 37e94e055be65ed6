package federation_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/mxinvite/mxinvite/client/federation"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

const publicAddress = "93.184.215.14"

// A resolver has one host, example.com, whose federation API is at another host.
type resolver struct{}

func (resolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if host != "example.com" && host != "federation.example.net" {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return []netip.Addr{netip.MustParseAddr(publicAddress)}, nil
}

func (resolver) LookupSRV(_ context.Context, service, _, name string) (string, []*net.SRV, error) {
	if service != "matrix-fed" || name != "example.com" {
		return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return "", []*net.SRV{{Target: "federation.example.net.", Port: 8449}}, nil
}

// A server with an SRV record is asked at its target, by its own name, and its
// certificate is for that name.
func TestServerWithAServiceRecord(t *testing.T) {
	var host string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_matrix/federation/v1/version" {
			http.NotFound(w, r)
			return
		}
		host = r.Host
		_, _ = w.Write([]byte(`{"server":{"name":"Synapse"}}`))
	}))
	defer server.Close()
	var dialled []string
	transport := keycheck.NewTransport(keycheck.TransportOptions{
		Resolver: resolver{}, Roots: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			dialled = append(dialled, address)
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		},
	})
	defer transport.CloseIdleConnections()
	found, err := federation.Find(t.Context(), transport, "example.com") // the certificate of the test server is for this name
	if err != nil {
		t.Fatal(err)
	}
	name, err := found.Software(t.Context(), transport)
	if err != nil || name != "Synapse" || host != "example.com" {
		t.Errorf("%q of %q, %v", name, host, err)
	}
	if last := dialled[len(dialled)-1]; last != publicAddress+":8449" {
		t.Errorf("dialled %v", dialled)
	}
}
