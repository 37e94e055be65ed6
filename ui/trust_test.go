package ui

import (
	"context"
	"net/http"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

// A guard refuses every host.
type guard struct{}

func (guard) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, &keycheck.RefusedError{Host: req.URL.Host, Private: true}
}

func TestRefusedHostIsSaidWithWhatHelps(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.invite(t, n.compilers, "lin@kernel.example")
		opt := n.options()
		opt.KeyTransport = guard{}
		account, err := client.Resume(opt, n.account(t).Session())
		if err != nil {
			t.Fatal(err)
		}
		term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
			return New(ctx, Options{Client: opt, Account: account})
		})
		term.Wait(time.Second)
		term.Golden("refused")
	})
}
