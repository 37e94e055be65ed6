package ui

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// A refusingTransport refuses requests to all hosts.
type refusingTransport struct{}

func (refusingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, &keycheck.RefusedError{Host: req.URL.Host, Private: true}
}

// A slow disk does not block the keys of the screen.
func TestSlowDiskDoesNotBlockKeys(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		key := map[string]any{"display_name": "g...@n...", "public_key": n.PublicKey(), "key_validity_url": "https://elsewhere.test/isvalid"}
		if _, err := n.PlantState(n.compilers, n.ada, invite.TypeThirdPartyInvite, "tok", key); err != nil {
			t.Fatal(err)
		}
		var did []string
		slow := func(what string) error {
			time.Sleep(10 * time.Second)
			did = append(did, what)
			return errors.New(what + ": the disk is full")
		}
		account := n.account(t)
		term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{
				Client: n.options(), Account: account,
				Trust:    func(string) error { return slow("trust") },
				End:      func(client.Session) error { return slow("forget") },
				Remember: func(context.Context, client.Session) (*client.Account, error) { return nil, slow("remember") },
			})
		})
		term.Wait(time.Second)
		term.Press("t", "y", "r")
		if !strings.Contains(term.Screen(), "MAY YOU INVITE") {
			t.Errorf("no key works:\n%s", term.Screen())
		}
		term.Wait(11 * time.Second)
		if !strings.Contains(term.Screen(), "! trust: the disk is full.") {
			t.Errorf("the error is not shown:\n%s", term.Screen())
		}
		n.SignOutEverywhere(n.ada, false)
		term.Wait(time.Second)
		term.Press("enter", "enter")
		term.Send("lovelace\r") // signs in again before the old session is dropped
		term.Wait(30 * time.Second)
		if want := []string{"trust", "forget", "remember"}; !slices.Equal(did, want) {
			t.Errorf("did %q, want %q", did, want)
		}
		if !strings.Contains(term.Screen(), "● live") {
			t.Errorf("not signed in:\n%s", term.Screen())
		}
	})
}

func TestRefusedHostShowsAHint(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		opt := n.options()
		opt.KeyTransport = refusingTransport{}
		account, err := client.Resume(opt, n.account(t).Session())
		if err != nil {
			t.Fatal(err)
		}
		term := termtest.Run(t, 120, 32, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Account: account})
		})
		term.Wait(time.Second)
		term.Golden("refused")
	})
}
