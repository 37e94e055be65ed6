package linkserver

import (
	"context"
	"fmt"
	"net"
	"net/http"
)

// healthPath is the path of the endpoint that tells whether the server runs.
const healthPath = "/health"

// Probe asks a links server at an address such as ":8088", which the server listens at on
// this machine, whether it runs.
func Probe(ctx context.Context, address string) error {
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+healthPath, nil)
	if err != nil {
		return err
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the answer is %s, and not that of a links server", res.Status)
	}
	return nil
}
