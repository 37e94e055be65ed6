package cli

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/client/keycheck"
)

// counted is a network that counts requests.
type counted struct {
	http.RoundTripper
	n atomic.Int64
}

func (c *counted) RoundTrip(req *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.RoundTripper.RoundTrip(req)
}

func TestScreenAsksAboutKeysUnlessToldNotTo(t *testing.T) {
	for check, asks := range map[string]bool{"": true, "true": true, "false": false} {
		synctest.Test(t, func(t *testing.T) {
			v := newTestAccount(t)
			v.invite("grace@navy.example")
			network := &counted{RoundTripper: v.World}
			in, keys := io.Pipe()
			defer keys.Close()
			w := v.w
			w.In, w.InTTY, w.OutTTY = in, true, true
			w.KeyTransport = func(keycheck.TransportOptions) http.RoundTripper { return network }
			w.Env = append(w.Env, "TERM=xterm-256color", "MXINVITE_INVITES_CHECK_KEYS="+check)
			ctx, stop := context.WithCancel(t.Context())
			go func() { v.ended <- Run(ctx, w, nil) }()
			time.Sleep(time.Minute)
			synctest.Wait()
			stop()
			<-v.ended
			time.Sleep(time.Minute) // Bubble Tea does not stop its timers
			if got := network.n.Load() > 0; got != asks {
				t.Errorf("with check_keys %q: asked %d times", check, network.n.Load())
			}
		})
	}
}
