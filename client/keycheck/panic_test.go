package keycheck_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// panicking is a transport and a resolver that panics.
type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(time.Second)
	panic("asked")
}

func (panicking) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	panic("looked up")
}

func (panicking) LookupSRV(context.Context, string, string, string) (string, []*net.SRV, error) {
	panic("resolver")
}

// recovered returns the value that f panics with, or nil.
func recovered(f func()) any {
	err := panicgroup.Try(func() error { f(); return nil })
	if p, ok := errors.AsType[*panicgroup.Panic](err); ok {
		return p.Value
	}
	return nil
}

func TestPanicReachesAllCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(panicking{})
		values := make(chan any)
		for range 3 {
			go func() {
				values <- recovered(func() {
					c.Ask(t.Context(), questions("example.com", 20), func(q keycheck.Question, v invite.Validity) {
						t.Errorf("%s: %s", q.PublicKey, v)
					})
				})
			}()
		}
		for range 3 {
			if got := <-values; got != "asked" {
				t.Errorf("panic value %v", got)
			}
		}
	})
}

func TestPanicIsNotCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(panicking{})
		for range 2 * 4 { // more than may be in flight for a host
			if got := recovered(func() { askOne(t.Context(), c, testQuestion) }); got != "asked" {
				t.Fatalf("panic value %v", got)
			}
		}
		if v := c.Known(testQuestion); v != invite.Unchecked {
			t.Error(v)
		}
	})
}

func TestPanicReachesCallerWhoseContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if got := recovered(func() { askOne(ctx, newChecker(panicking{}), testQuestion) }); got != "asked" {
			t.Errorf("panic value %v", got)
		}
	})
}

func TestPanicInDialerReachesTheCaller(t *testing.T) {
	o := keycheck.TransportOptions{Resolver: panicking{}}
	for name, transport := range map[string]http.RoundTripper{
		"Transport": keycheck.NewTransport(o),
		"Dialer":    keycheck.RaisePanics(&http.Transport{DialContext: keycheck.Dialer(o, true)}),
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/", io.NopCloser(strings.NewReader("x")))
			if err != nil {
				t.Fatal(err)
			}
			got := recovered(func() {
				res, err := (&http.Client{Transport: transport}).Do(req)
				if err == nil {
					_ = res.Body.Close()
				}
				t.Error("returned", err)
			})
			if got != "looked up" {
				t.Errorf("panic value %v", got)
			}
		})
	}
}
