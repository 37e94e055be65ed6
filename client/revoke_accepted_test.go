package client_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// sendLink sends an invite by link and returns the link.
func (n *testWorld) sendLink(a *client.Account) link.Link {
	n.t.Helper()
	items := n.queueLinks(a, labels(1)...)
	n.runOutbox(a)
	for _, i := range n.outbox(a).Items {
		if i.Number == items[0].Number {
			l, err := a.Link(n.room, i.Token)
			n.must(err)
			return l
		}
	}
	n.t.Fatal("the link was not sent")
	return link.Link{}
}

// acceptAs accepts a link as another user.
func (n *testWorld) acceptAs(user string, l link.Link) error {
	n.t.Helper()
	opt := n.options()
	opt.KeyTransport = n.World
	a, err := client.Resume(opt, n.signIn(user).Session())
	n.must(err)
	i := a.Preview(l)
	_, err = a.Accept(n.t.Context(), i, client.Consent{Host: i.Asked()})
	return err
}

// revocations counts the requests that revoke an invite.
func (n *testWorld) revocations() int {
	count := 0
	for _, r := range n.Requests() {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, invite.TypeThirdPartyInvite) && string(r.Body) == "{}" {
			count++
		}
	}
	return count
}

func TestAcceptedLinkIsRevoked(t *testing.T) {
	n := newTestWorld(t)
	a := n.accountWithStore()
	l := n.sendLink(a)
	ken := n.AddUser("ken", password, "Ken")
	n.must(a.Refresh(t.Context()))
	n.must(a.RevokeAccepted(t.Context()))
	if n.revocations() != 0 {
		t.Error("a pending link was revoked")
	}
	n.must(n.acceptAs(n.grace, l))
	n.must(a.Refresh(t.Context()))
	for range 3 { // the room shows the revocation after the next sync
		n.must(a.RevokeAccepted(t.Context()))
	}
	n.must(a.Refresh(t.Context()))
	n.must(a.RevokeAccepted(t.Context()))
	if n.revocations() != 1 {
		t.Errorf("%d revocations", n.revocations())
	}
	i, err := a.Invite(n.room, l.Token)
	n.must(err)
	if i.Status != invite.Joined || i.Revocation == nil || string(i.Acceptance.UserID) != n.grace || len(i.Warnings) != 0 {
		t.Errorf("%+v", i)
	}
	if verdict, _ := i.Assess(a.Facts()); verdict != invite.Honoured {
		t.Errorf("verdict %s", verdict)
	}
	if refused := new(client.RefusedError); !errors.As(n.acceptAs(ken, l), &refused) {
		t.Error("the link was used twice")
	}
}

func TestAcceptedLinkIsNotRevoked(t *testing.T) {
	for name, change := range map[string]func(*client.Options){
		"setting":  func(opt *client.Options) { opt.RevokeAccepted = false },
		"no store": func(opt *client.Options) { opt.Store = nil },
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			a, session, path := n.storedSession()
			n.must(n.acceptAs(n.grace, n.sendLink(a)))
			opt := n.options()
			opt.Store = n.openStore(path)
			change(&opt)
			other, err := client.Resume(opt, session)
			n.must(err)
			n.must(other.Refresh(t.Context()))
			n.must(other.RevokeAccepted(t.Context()))
			if n.revocations() != 0 {
				t.Error("revoked")
			}
		})
	}
}

func (n *testWorld) openStore(path string) *store.Store {
	n.t.Helper()
	s, err := store.Open(n.t.Context(), path)
	n.must(err)
	n.t.Cleanup(func() { s.Close() })
	return s
}

// Invites of other users and of identity servers, and links that another user has
// overwritten, are not revoked.
func TestOtherAcceptedInvitesAreNotRevoked(t *testing.T) {
	n := newTestWorld(t)
	a := n.accountWithStore()
	n.must(a.Refresh(t.Context()))
	lin, rob := n.AddUser("lin", password, "Lin"), n.AddUser("rob", password, "Rob")
	n.must(n.acceptAs(n.grace, n.ownKeyLink())) // its key is not in the address book
	n.invite("lin@kernel.example")
	n.must(n.AcceptLink(n.Mails("lin@kernel.example")[0], lin))
	n.must(errors.Join(n.Invite(string(n.room), n.ada, rob), n.Join(string(n.room), rob)))
	l := n.sendLink(a)
	ken := n.AddUser("ken", password, "Ken")
	n.must(n.acceptAs(ken, l))
	_, content := n.StateEvent(string(n.room), invite.TypeThirdPartyInvite, l.Token)
	n.SendState(string(n.room), n.ada, "m.room.power_levels", "", map[string]any{"users": map[string]int{n.ada: 100, rob: 100}})
	_, err := n.SendState(string(n.room), rob, invite.TypeThirdPartyInvite, l.Token, content)
	n.must(err)
	n.must(a.Refresh(t.Context()))
	n.must(a.RevokeAccepted(t.Context()))
	for _, i := range a.Invites(n.room) {
		if i.Acceptance == nil {
			t.Errorf("%s is not accepted", i.DisplayName)
		}
	}
	if len(a.Invites(n.room)) != 3 || n.revocations() != 0 {
		t.Errorf("%d of %d invites are revoked", n.revocations(), len(a.Invites(n.room)))
	}
}

// Of several programs with one store, one revokes.
func TestTwoProgramsRevokeAnAcceptedLinkOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		first, second := n.twoPrograms()
		var links []link.Link
		for range 3 {
			links = append(links, n.sendLink(first))
		}
		for i, l := range links { // one after the other, in the same moment, and again
			n.must(n.acceptAs(n.AddUser("user"+string(rune('a'+i)), password, "User"), l))
			n.must(first.Refresh(t.Context()))
			n.must(second.Refresh(t.Context())) // it has not read the address book since the links were sent
			n.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Delay: time.Second, Times: 1})
			var both sync.WaitGroup
			both.Go(func() { n.must(first.RevokeAccepted(t.Context())) })
			if i > 0 {
				both.Wait()
			}
			both.Go(func() { n.must(second.RevokeAccepted(t.Context())) })
			both.Wait()
			if n.revocations() != i+1 {
				t.Errorf("%d revocations of %d links", n.revocations(), i+1)
			}
		}
	})
}

// What is accepted while a call runs is revoked by that call.
func TestAcceptedLinksAreRevokedByOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		one, two := n.sendLink(a), n.sendLink(a)
		n.must(n.acceptAs(n.grace, one))
		n.must(a.Refresh(t.Context()))
		n.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Delay: time.Second, Times: 1})
		var running sync.WaitGroup
		running.Go(func() { n.must(a.RevokeAccepted(t.Context())) })
		synctest.Wait()
		n.must(n.acceptAs(n.AddUser("ken", password, "Ken"), two))
		n.must(a.Refresh(t.Context()))
		begun := time.Now()
		n.must(a.RevokeAccepted(t.Context()))
		if time.Since(begun) != 0 {
			t.Error("the second call waited")
		}
		running.Wait()
		if n.revocations() != 2 {
			t.Errorf("%d revocations", n.revocations())
		}
	})
}

// A revocation waits for the homeserver's rate limit, and for a homeserver that cannot be
// reached.
func TestRevocationOfAnAcceptedLinkWaits(t *testing.T) {
	for name, tt := range map[string]struct {
		fault sandbox.Fault
		wait  time.Duration
	}{
		"rate limit":  {sandbox.Fault{Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":7000}`, Times: 1}, 7 * time.Second},
		"absurd":      {sandbox.Fault{Status: 429, Body: `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":700000000}`, Times: 1}, time.Hour},
		"unreachable": {sandbox.Fault{Refuse: true, Times: 3}, 7 * time.Second},
		"lost":        {sandbox.Fault{Lose: true, Times: 1}, time.Second},
		"error":       {sandbox.Fault{Status: 502, Times: 2}, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				a := n.accountWithStore()
				l := n.sendLink(a)
				n.must(n.acceptAs(n.grace, l))
				n.must(a.Refresh(t.Context()))
				tt.fault.Method, tt.fault.Path = "PUT", statePath
				n.Inject(tt.fault)
				begun := time.Now()
				n.must(a.RevokeAccepted(t.Context()))
				if took := time.Since(begun); took < tt.wait || took > tt.wait+tt.wait/2 {
					t.Errorf("took %s", took)
				}
				n.must(a.Refresh(t.Context()))
				if i, _ := a.Invite(n.room, l.Token); i.Revocation == nil {
					t.Errorf("%+v", i)
				}
			})
		})
	}
}

// A refusal is reported once, and the request is only repeated after the power levels
// have changed.
func TestRefusedRevocationOfAnAcceptedLinkIsReportedOnce(t *testing.T) {
	setPower := func(n *testWorld, ada int) {
		n.t.Helper()
		_, err := n.SendState(string(n.room), n.grace, "m.room.power_levels", "", map[string]any{"invite": 50, "state_default": 50, "users": map[string]int{n.ada: ada}})
		n.must(err)
	}
	for name, tt := range map[string]struct {
		refuse func(*testWorld) (end func())
		count  int // of requests
	}{
		"power level": {func(n *testWorld) func() {
			setPower(n, 10)
			return func() {}
		}, 0},
		"homeserver": {func(n *testWorld) func() {
			return n.Inject(sandbox.Fault{Method: "PUT", Path: statePath, Status: 403, Body: `{"errcode":"M_FORBIDDEN"}`})
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			n.room = id.RoomID(n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Kernels", Preset: "private_chat", Members: []string{n.ada}}))
			setPower(n, 50)
			ken := n.AddUser("ken", password, "Ken")
			a := n.accountWithStore()
			l := n.sendLink(a)
			n.must(n.acceptAs(ken, l))
			before := n.Count("PUT", statePath)
			end := tt.refuse(n)
			n.must(a.Refresh(t.Context()))
			err := a.RevokeAccepted(t.Context())
			if err == nil || !strings.Contains(err.Error(), "a link to Kernels was used by "+ken+" and still works") || client.Hint(err) == "" {
				t.Errorf("%v\n%s", err, client.Hint(err))
			}
			for range 3 {
				n.must(a.Refresh(t.Context()))
				n.must(a.RevokeAccepted(t.Context()))
			}
			if got := n.Count("PUT", statePath) - before; got != tt.count {
				t.Errorf("%d requests", got)
			}
			setPower(n, 60)
			end()
			n.must(a.Refresh(t.Context()))
			n.must(a.RevokeAccepted(t.Context()))
			if n.status(a, l.Token) != invite.Joined || n.revocations() != tt.count+1 {
				t.Errorf("%s, %d revocations", n.status(a, l.Token), n.revocations())
			}
		})
	}
}

// A program that does not store the rooms, such as mxinvite watch, revokes as well.
func TestProgramWithoutStoredRoomsRevokesAcceptedLinks(t *testing.T) {
	n := newTestWorld(t)
	a, session, path := n.storedSession()
	l := n.sendLink(a)
	n.must(n.acceptAs(n.grace, l))
	opt := n.options()
	opt.Store, opt.UnstoredRooms = n.openStore(path), true
	watching, err := client.Resume(opt, session)
	n.must(err)
	n.must(watching.Restore(t.Context()))
	if len(watching.Rooms()) != 0 {
		t.Error("the rooms were restored")
	}
	n.must(watching.Refresh(t.Context()))
	n.must(watching.RevokeAccepted(t.Context()))
	if n.revocations() != 1 || n.status(watching, l.Token) != invite.Joined {
		t.Errorf("%d revocations", n.revocations())
	}
	again := n.start(session, path)
	if got, err := again.Invite(n.room, l.Token); err == nil && got.Status != invite.Pending {
		t.Errorf("the rooms were stored: %+v", got)
	}
}
