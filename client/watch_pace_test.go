package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client"
)

// A transport that answers syncs itself.
type ownSyncs struct {
	http.RoundTripper

	body func(n int) string
	n    int
}

func (o *ownSyncs) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/sync") {
		return o.RoundTripper.RoundTrip(req)
	}
	o.n++
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: readCloser{strings.NewReader(o.body(o.n))}, Request: req}, nil
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestSyncsThatAreNotHeldCauseNoBusyLoop(t *testing.T) {
	for name, tc := range map[string]struct {
		body func(n int) string
		most int // syncs in ten minutes
	}{
		"the token repeats":               {func(int) string { return `{"next_batch":"s1"}` }, 40},
		"the token changes":               {func(n int) string { return fmt.Sprintf(`{"next_batch":"s%d"}`, n) }, 40},
		"the token repeats, with changes": {func(int) string { return `{"next_batch":"s1","rooms":{"join":{"!r:h":{}}}}` }, 40},
		"there are always changes":        {func(n int) string { return fmt.Sprintf(`{"next_batch":"s%d","rooms":{"join":{"!r:h":{}}}}`, n) }, 1230},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				s := n.signIn(n.ada).Session()
				opt := n.options()
				own := &ownSyncs{n.World, tc.body, 0}
				opt.Transport = own
				a, err := client.Resume(opt, s)
				n.must(err)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				for w := a.Watch(); ; {
					if c := w.Next(ctx); c.Final {
						break
					}
				}
				if own.n > tc.most || own.n < 10 {
					t.Errorf("%d syncs in ten minutes", own.n)
				}
			})
		})
	}
}

// The outbox makes polls give way after each invite. That is no reason for a pause.
func TestPollThatGaveWayCausesNoPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.account()
		w := a.Watch()
		w.Next(t.Context())
		changes := make(chan client.Change, 100)
		go func() {
			for {
				c := w.Next(t.Context())
				changes <- c
				if c.Final {
					return
				}
			}
		}()
		for range 20 {
			synctest.Wait()
			n.must(a.Refresh(t.Context()))
		}
		synctest.Wait()
		begun := time.Now()
		n.invite("grace@navy.example")
		if c := <-changes; c.Err != nil || time.Since(begun) > time.Second {
			t.Errorf("%+v after %s", c, time.Since(begun))
		}
		n.SignOutEverywhere(n.ada, false)
	})
}
