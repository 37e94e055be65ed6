package client_test

import (
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// invitePath is where a homeserver takes invites, and lookupPath where an
// identity server takes lookups.
const (
	invitePath = "/_matrix/client/v3/rooms/*/invite"
	lookupPath = "/_matrix/identity/v2/lookup"
)

// town is a small world: Ada's account, her room, and people in it and around.
type town struct {
	*sandbox.World
	t          testing.TB
	ada, grace string
	room       id.RoomID
}

func newTown(tb testing.TB) *town {
	tb.Helper()
	return populate(tb, sandbox.New(sandbox.Options{Seed: 1, Now: time.Now}))
}

// populate lets people live in a world.
func populate(tb testing.TB, w *sandbox.World) *town {
	tb.Helper()
	n := &town{World: w, t: tb}
	n.ada = w.AddUser("ada", password, "Ada")
	n.grace = w.AddUser("grace", password, "Grace")
	n.room = id.RoomID(w.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Compilers", Alias: "compilers", Preset: "private_chat"}))
	return n
}

func (n *town) options() client.Options {
	return client.Options{Transport: n.World, Now: time.Now, DeviceName: "test"}
}

// password is everybody's.
const password = "lovelace"

// signIn signs somebody in, without asking the homeserver for anything more.
func (n *town) signIn(user string) *client.Account {
	n.t.Helper()
	hs, err := discovery.Find(n.t.Context(), n.options().Transport, user)
	n.must(err)
	a, err := client.SignIn(n.t.Context(), n.options(), hs, user, password)
	n.must(err)
	return a
}

// account is Ada's, up to date.
func (n *town) account() *client.Account {
	n.t.Helper()
	a := n.signIn(n.ada)
	n.must(a.Refresh(n.t.Context()))
	return a
}

func (n *town) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// invite sends an invite in Ada's name, past the program.
func (n *town) invite(address string) (token string) {
	n.t.Helper()
	token, err := n.InviteByEmail(string(n.room), n.ada, address)
	n.must(err)
	return token
}

// send plans and sends in one go.
func (n *town) send(a *client.Account, address string) (client.Sent, error) {
	n.t.Helper()
	plan, err := a.Plan(n.t.Context(), n.room, n.who(address))
	if err != nil {
		return client.Sent{}, err
	}
	return a.Send(n.t.Context(), plan)
}

func (n *town) who(typed string) recipients.Invitee {
	n.t.Helper()
	l := recipients.Parse(typed)
	if len(l.Recipients) != 1 {
		n.t.Fatalf("%q: %+v", typed, l)
	}
	return l.Recipients[0].Invitee
}

// status is what the account makes of an invite now.
func (n *town) status(a *client.Account, token string) invite.Status {
	n.t.Helper()
	n.must(a.Refresh(n.t.Context()))
	i, err := a.Invite(n.room, token)
	n.must(err)
	return i.Status
}
