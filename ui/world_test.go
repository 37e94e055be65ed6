package ui

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// testWorld is a homeserver with Ada's rooms and their members.
type testWorld struct {
	*sandbox.World
	t                     *testing.T
	ada, grace, ken       string
	compilers, ops, plan9 string
	mailer                client.Mailer // of accounts; nil for none
}

func newTestWorld(t *testing.T) *testWorld {
	t.Helper()
	w := sandbox.New(sandbox.Options{Seed: 7, Now: time.Now})
	n := &testWorld{World: w, t: t}
	n.ada = w.AddUser("ada", "lovelace", "Ada")
	n.grace = w.AddUser("grace", "hopper", "Grace")
	n.ken = w.AddUser("ken", "thompson", "Ken")
	n.compilers = w.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Compilers", Alias: "compilers", Preset: "private_chat", Members: []string{n.grace}})
	n.ops = w.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Operations", Alias: "ops", Preset: "private_chat"})
	n.plan9 = w.CreateRoom(n.ken, sandbox.RoomOptions{Name: "Plan 9", Alias: "plan9", Preset: "public_chat", Members: []string{n.ada}})
	return n
}

// invite sends an invite as Ada.
func (n *testWorld) invite(t *testing.T, room, address string) (token string) {
	t.Helper()
	token, err := n.InviteByEmail(room, n.ada, address)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// options returns the options for one program. Each call opens a new store.
func (n *testWorld) options() client.Options {
	n.t.Helper()
	s, err := store.OpenMemory(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { s.Close() })
	return client.Options{Transport: n.World, KeyTransport: n.World, Now: time.Now, DeviceName: "test", Store: s, Mailer: n.mailer}
}

// account signs in as Ada.
func (n *testWorld) account(t *testing.T) *client.Account {
	t.Helper()
	return n.accountWith(t, n.options())
}

func (n *testWorld) accountWith(t *testing.T, opt client.Options) *client.Account {
	t.Helper()
	hs, err := discovery.Find(t.Context(), opt.Transport, n.ada)
	if err != nil {
		t.Fatal(err)
	}
	a, err := login.WithPassword(t.Context(), opt, hs, n.ada, "lovelace")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// start runs the program without an account.
func (n *testWorld) start(t *testing.T, width, height int) *termtest.Terminal {
	t.Helper()
	opt := n.options()
	return termtest.Run(t, width, height, func(ctx context.Context) tea.Model {
		return New(ctx, shell.Options{Location: time.UTC, Client: opt})
	})
}

// startAsAda runs the program with Ada signed in.
func (n *testWorld) startAsAda(t *testing.T, width, height int) *termtest.Terminal {
	t.Helper()
	account := n.account(t)
	term := termtest.Run(t, width, height, func(ctx context.Context) tea.Model {
		return New(ctx, shell.Options{Location: time.UTC, Client: n.options(), Account: account})
	})
	term.Wait(time.Second) // until the keys are checked
	return term
}
