package cli

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// panickingNetwork is a network that panics for requests to one path.
type panickingNetwork struct {
	http.RoundTripper
	what string // the end of a path
}

func (c panickingNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, c.what) {
		panic(c.what)
	}
	return c.RoundTripper.RoundTrip(req)
}

func TestCommandPanicReachesCaller(t *testing.T) {
	for _, tt := range []struct {
		name, what string
		args       []string
	}{
		{"of what sends", "/invite", []string{"outbox", "run"}},
		{"of what sends for send", "/invite", []string{"send", "ops", "linus@example.com", "--wait"}},
		{"of what follows the rooms", "/sync", []string{"outbox", "run"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newTestAccount(t)
				v.LimitInvites(1.0/400, 1)
				v.send(exit.RateLimited, "grace@example.com", "ken@example.com")
				w := v.w
				w.Transport = panickingNetwork{w.Transport, tt.what}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				err := panicgroup.Try(func() error { Run(ctx, w, tt.args); return nil })
				if p, ok := errors.AsType[*panicgroup.Panic](err); !ok || p.Value != tt.what {
					t.Errorf("heard %v", err)
				}
				cancel()
				synctest.Wait()
				again := v.startCommand("outbox", "run") // the panic has released the outbox
				time.Sleep(time.Hour)
				if said := again.err.take(); !strings.Contains(said, "There are no queued invites.") {
					t.Error(said)
				}
			})
		})
	}
}
