package keycheck_test

import (
	"context"
	"errors"
	"io"
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

// fragile panics whenever something is asked of it, after a second.
type fragile struct{}

func (fragile) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(time.Second)
	panic("asked")
}

func (fragile) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) { panic("looked up") }

// caught is what f panicked with where it was called.
func caught(f func()) any {
	err := panicgroup.Try(func() error { f(); return nil })
	if p, ok := errors.AsType[*panicgroup.Panic](err); ok {
		return p.Value
	}
	return nil
}

func TestPanicGoesOnWithAllWhoAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(fragile{})
		heard := make(chan any)
		for range 3 {
			go func() {
				heard <- caught(func() {
					c.Ask(t.Context(), questions("example.com", 20), func(q keycheck.Question, v invite.Validity) {
						t.Errorf("%s: %s", q.PublicKey, v)
					})
				})
			}()
		}
		for range 3 {
			if got := <-heard; got != "asked" {
				t.Errorf("heard %v", got)
			}
		}
	})
}

func TestPanicIsNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChecker(fragile{})
		for range 2 * 4 { // more than are asked at once
			if got := caught(func() { askOne(t.Context(), c, strangersKey) }); got != "asked" {
				t.Fatalf("heard %v", got)
			}
		}
		if v := c.Known(strangersKey); v != invite.Unchecked {
			t.Error(v)
		}
	})
}

func TestPanicIsHeardByWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if got := caught(func() { askOne(ctx, newChecker(fragile{}), strangersKey) }); got != "asked" {
			t.Errorf("heard %v", got)
		}
	})
}

func TestPanicWhileDiallingGoesOnWithTheRequest(t *testing.T) {
	o := keycheck.TransportOptions{Resolver: fragile{}}
	for name, way := range map[string]http.RoundTripper{
		"to strangers": keycheck.NewTransport(o),
		"for visitors": keycheck.Raising(&http.Transport{DialContext: keycheck.Dialer(o, true)}),
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/", io.NopCloser(strings.NewReader("x")))
			if err != nil {
				t.Fatal(err)
			}
			got := caught(func() {
				res, err := (&http.Client{Transport: way}).Do(req)
				if err == nil {
					_ = res.Body.Close()
				}
				t.Error("came back with", err)
			})
			if got != "looked up" {
				t.Errorf("heard %v", got)
			}
		})
	}
}
