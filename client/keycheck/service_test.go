package keycheck_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"

	"github.com/mxinvite/mxinvite/client/internal/service"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

// services is a resolver with SRV records, by service and host.
type services struct {
	dns
	records map[string][]*net.SRV
	asked   []string
}

func (s *services) LookupSRV(ctx context.Context, name, proto, host string) (string, []*net.SRV, error) {
	of := "_" + name + "._" + proto + "." + host
	s.asked = append(s.asked, of)
	if records, ok := s.records[of]; ok {
		return of, records, nil
	}
	return s.dns.LookupSRV(ctx, name, proto, host)
}

// A request to a service goes to the target of its SRV record, whose addresses are checked
// like those of any host.
func TestServiceRecordsChooseTheTarget(t *testing.T) {
	const matrixFed, matrix = "_matrix-fed._tcp.example.com", "_matrix._tcp.example.com"
	to := func(targets ...string) (records []*net.SRV) {
		for _, host := range targets {
			records = append(records, &net.SRV{Target: host, Port: 8449})
		}
		return records
	}
	names := dns{
		"example.com": {{"192.0.32.10"}}, "hs.example.com": {{"93.184.215.14"}}, "old.example.com": {{"93.184.215.15"}},
		"down.example.com": {{"93.184.215.16"}}, "private.example.com": {{"10.0.0.1"}}, "both.example.com": {{"93.184.215.14", "127.0.0.1"}},
	}
	for name, tt := range map[string]struct {
		records map[string][]*net.SRV
		none    bool // the request is not to a service
		want    []string
	}{
		"record":            {map[string][]*net.SRV{matrixFed: to("hs.example.com."), matrix: to("old.example.com.")}, false, []string{"93.184.215.14:8449"}},
		"deprecated record": {map[string][]*net.SRV{matrix: to("old.example.com.")}, false, []string{"93.184.215.15:8449"}},
		"no record":         {nil, false, []string{"192.0.32.10:8448"}},
		"no service":        {map[string][]*net.SRV{matrixFed: to(".")}, false, []string{"192.0.32.10:8448"}},
		"not to a service":  {map[string][]*net.SRV{matrixFed: to("hs.example.com.")}, true, []string{"192.0.32.10:8448"}},
		"second target":     {map[string][]*net.SRV{matrixFed: to("down.example.com.", "hs.example.com.")}, false, []string{"93.184.215.16:8449", "93.184.215.14:8449"}},
		"private target":    {map[string][]*net.SRV{matrixFed: to("private.example.com.")}, false, nil},
		"loopback target":   {map[string][]*net.SRV{matrixFed: to("127.0.0.1")}, false, nil},
		"one private":       {map[string][]*net.SRV{matrixFed: to("both.example.com.")}, false, nil},
		"unknown target":    {map[string][]*net.SRV{matrixFed: to("missing.example.com.")}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var dialled []string
			resolver := &services{dns: names, records: tt.records}
			dial := keycheck.Dialer(keycheck.TransportOptions{Resolver: resolver, Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				dialled = append(dialled, address)
				if address == "93.184.215.16:8449" {
					return nil, errors.New("down")
				}
				conn, _ := net.Pipe()
				return conn, nil
			}}, false)
			ctx := t.Context()
			if !tt.none {
				ctx = service.With(ctx, "matrix-fed", "matrix")
			}
			conn, err := dial(ctx, "tcp", "example.com:8448")
			if conn != nil {
				conn.Close()
			}
			if (err == nil) != (tt.want != nil) || !slices.Equal(dialled, tt.want) {
				t.Errorf("dialled %v, %v; want %v", dialled, err, tt.want)
			}
			if tt.none && resolver.asked != nil {
				t.Errorf("asked for %v", resolver.asked)
			}
		})
	}
}
