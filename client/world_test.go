package client_test

import (
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// invitePath is the endpoint of the homeserver to invite, and lookupPath is the
// endpoint of the identity server to look up addresses.
const (
	invitePath = "/_matrix/client/v3/rooms/*/invite"
	lookupPath = "/_matrix/identity/v2/lookup"
)

// A testWorld is a sandbox with Ada's account, her room, and another user, Grace.
type testWorld struct {
	*sandbox.World
	t          testing.TB
	ada, grace string
	room       id.RoomID
	mailer     client.Mailer // of new accounts; nil for none
}

func newTestWorld(tb testing.TB) *testWorld {
	tb.Helper()
	return newTestWorldIn(tb, sandbox.New(sandbox.Options{Seed: 1, Now: time.Now}))
}

// newTestWorldIn adds the users and the room of a test to a sandbox.
func newTestWorldIn(tb testing.TB, w *sandbox.World) *testWorld {
	tb.Helper()
	n := &testWorld{World: w, t: tb}
	n.ada = w.AddUser("ada", password, "Ada")
	n.grace = w.AddUser("grace", password, "Grace")
	n.room = id.RoomID(w.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Compilers", Alias: "compilers", Preset: "private_chat"}))
	return n
}

func (n *testWorld) options() client.Options {
	return client.Options{Transport: n.World, Now: time.Now, DeviceName: "test", Mailer: n.mailer, RevokeAccepted: true}
}

// password is the password of all users.
const password = "lovelace"

// signIn signs a user in. It sends no other requests to the homeserver.
func (n *testWorld) signIn(user string) *client.Account {
	n.t.Helper()
	hs, err := discovery.Find(n.t.Context(), n.options().Transport, user)
	n.must(err)
	a, err := login.WithPassword(n.t.Context(), n.options(), hs, user, password)
	n.must(err)
	return a
}

// account returns Ada's account after a sync.
func (n *testWorld) account() *client.Account {
	n.t.Helper()
	a := n.signIn(n.ada)
	n.must(a.Refresh(n.t.Context()))
	return a
}

func (n *testWorld) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// invite sends an invite from Ada without the code under test.
func (n *testWorld) invite(address string) (token string) {
	n.t.Helper()
	token, err := n.InviteByEmail(string(n.room), n.ada, address)
	n.must(err)
	return token
}

// send plans and sends an invite.
func (n *testWorld) send(a *client.Account, address string) (client.Sent, error) {
	n.t.Helper()
	plan, err := a.Plan(n.t.Context(), n.room, n.invitee(address))
	if err != nil {
		return client.Sent{}, err
	}
	return a.Send(n.t.Context(), plan)
}

func (n *testWorld) invitee(typed string) recipients.Invitee {
	n.t.Helper()
	l := recipients.Parse(typed)
	if len(l.Recipients) != 1 {
		n.t.Fatalf("%q: %+v", typed, l)
	}
	return l.Recipients[0].Invitee
}

// status returns the status of an invite after a sync of the account.
func (n *testWorld) status(a *client.Account, token string) invite.Status {
	n.t.Helper()
	n.must(a.Refresh(n.t.Context()))
	i, err := a.Invite(n.room, token)
	n.must(err)
	return i.Status
}
