package client_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// outcomes describes the outcome of each plan: room, invitee, and what is sent.
func outcomes(plans []client.Plan) []string {
	var all []string
	for _, p := range plans {
		what := "mail"
		switch err := p.Err(); {
		case err != nil:
			what = err.Error()
		case p.Queued:
			what = "queued"
		case p.SameAs != recipients.Invitee{}:
			what = "same as " + p.SameAs.String()
		case p.UserID != "":
			what = "invite " + string(p.UserID)
		}
		all = append(all, p.Room.Name+": "+p.Invitee().String()+": "+what)
	}
	return all
}

// planAll plans invites for a list of people in some rooms.
func (n *testWorld) planAll(a *client.Account, rooms []id.RoomID, list string) []client.Plan {
	n.t.Helper()
	var people []recipients.Invitee
	for _, r := range recipients.Parse(list).Recipients {
		people = append(people, r.Invitee)
	}
	plans, err := a.PlanAll(n.t.Context(), client.ByIdentityServer, rooms, people, nil)
	n.must(err)
	return plans
}

func TestMatrixIDsNeedNoIdentityServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.SetIdentityServerDown(true)
		a := n.accountWithStore()
		items := n.queue(a, "@grace:example.org", "@Ken!:bell.example")
		if items[0].Invitee().String() != "@grace:example.org" || items[0].Address.Address != "" || items[0].Sealed {
			t.Errorf("%+v", items[0])
		}
		n.runOutbox(a)
		for _, i := range n.outbox(a).Items {
			if i.State != client.ItemResolved || i.UserID != i.Invitee().UserID {
				t.Errorf("%+v", i)
			}
		}
		for _, r := range n.Requests() {
			if strings.Contains(r.URL.Path, "/identity/") || strings.Contains(r.URL.Path, "/openid/") {
				t.Errorf("%s %s", r.Method, r.URL.Path)
			}
		}
	})
}

func TestPlansForSeveralRooms(t *testing.T) {
	n := newTestWorld(t)
	ops := id.RoomID(n.CreateRoom(n.ada, sandbox.RoomOptions{Name: "Ops", Members: []string{n.grace}}))
	board := id.RoomID(n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Board", Preset: "public_chat", Members: []string{n.ada}}))
	n.must(n.Bind("grace@navy.example", n.grace))
	a := n.accountWithStore()
	got := outcomes(n.planAll(a, []id.RoomID{n.room, board, ops}, "lin@kernel.example, grace@navy.example, @ken:bell.example"))
	want := []string{
		"Compilers: lin@kernel.example: mail", "Compilers: grace@navy.example: invite @grace:example.org", "Compilers: @ken:bell.example: invite @ken:bell.example",
		"Board: lin@kernel.example: your power level in Board is 0, and inviting needs 50",
		"Board: grace@navy.example: your power level in Board is 0, and inviting needs 50",
		"Board: @ken:bell.example: your power level in Board is 0, and inviting needs 50",
		"Ops: lin@kernel.example: mail", "Ops: grace@navy.example: grace@navy.example is @grace:example.org, who is already in Ops", "Ops: @ken:bell.example: invite @ken:bell.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if lookups := n.Count("POST", lookupPath); lookups != 1 {
		t.Errorf("%d lookups", lookups)
	}
	_, err := a.PlanAll(t.Context(), client.ByIdentityServer, []id.RoomID{board}, []recipients.Invitee{n.invitee("lin@kernel.example")}, nil)
	if _, ok := errors.AsType[*client.PowerError](err); !ok {
		t.Errorf("the only room: %v", err)
	}
}

func TestOneUserIsInvitedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		n.must(n.Bind("grace@navy.example", n.grace))
		n.must(n.Bind("hopper@navy.example", n.grace))
		a := n.accountWithStore()
		rooms := []id.RoomID{n.room}
		got := outcomes(n.planAll(a, rooms, "grace@navy.example, @grace:example.org, hopper@navy.example"))
		want := []string{
			"Compilers: grace@navy.example: same as @grace:example.org", "Compilers: @grace:example.org: invite @grace:example.org",
			"Compilers: hopper@navy.example: same as @grace:example.org",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, way := range [][2]string{{"@grace:example.org", "grace@navy.example"}, {"grace@navy.example", "@grace:example.org"}} {
			items := n.queue(a, way[0])
			got := outcomes(n.planAll(a, rooms, way[1]))
			if diff := cmp.Diff([]string{"Compilers: " + way[1] + ": queued"}, got); diff != "" {
				t.Error(diff)
			}
			n.must(a.Cancel(t.Context(), items[0].Number))
		}
	})
}

// The membership shows whether an invite to a Matrix ID arrived.
func TestLostResponsesOfInvitesToMatrixIDs(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    sandbox.Fault
		requests int
		state    client.ItemState
	}{
		"carried out, and the connection broke": {sandbox.Fault{Times: 1, Lose: true}, 1, client.ItemResolved},
		"a proxy gave up":                       {sandbox.Fault{Times: 1, Status: 504}, 2, client.ItemResolved},
		"a proxy gives up again and again":      {sandbox.Fault{Status: 504}, 3, client.ItemUncertain},
		"refused":                               {sandbox.Fault{Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"no"}`}, 1, client.ItemFailed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newTestWorld(t)
				a := n.accountWithStore()
				tc.fault.Method, tc.fault.Path = "POST", invitePath
				n.Inject(tc.fault)
				n.queue(a, "@grace:example.org")
				n.runOutbox(a)
				i := n.outbox(a).Items[0]
				if i.State != tc.state || n.Count("POST", invitePath) != tc.requests {
					t.Errorf("%+v, %d requests", i, n.Count("POST", invitePath))
				}
			})
		})
	}
}

func TestUncertainMatrixIDIsNotInvitedAgainIfItArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		mend := n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Status: 504})
		items := n.queue(a, "@grace:example.org")
		n.runOutbox(a)
		mend()
		n.must(n.Invite(string(n.room), n.ada, n.grace)) // the request was only slow
		n.must(a.Retry(t.Context(), items[0].Number))
		n.runOutbox(a)
		if i := n.outbox(a).Items[0]; i.State != client.ItemResolved || n.Count("POST", invitePath) != 3 {
			t.Errorf("%+v", i)
		}
	})
}

func TestStoredMatrixIDsAreEncrypted(t *testing.T) {
	n := newTestWorld(t)
	path, session := filepath.Join(t.TempDir(), "store.db"), n.signIn(n.ada).Session()
	a := n.start(session, path)
	n.must(a.Refresh(t.Context()))
	n.queue(a, "@katherine:nasa.example")
	files, err := filepath.Glob(path + "*")
	n.must(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		n.must(err)
		if bytes.Contains(data, []byte("katherine")) {
			t.Errorf("%s tells", file)
		}
	}
	if i := n.outbox(n.start(session, path)).Items[0]; i.Invitee().UserID != "@katherine:nasa.example" {
		t.Errorf("%+v", i)
	}
	session.DataKey = n.signIn(n.ada).Session().DataKey // another Matrix ID
	if i := n.outbox(n.start(session, path)).Items[0]; !i.Sealed || i.Invitee() != (recipients.Invitee{}) {
		t.Errorf("%+v", i)
	}
}

// Invites by e-mail and invites to Matrix IDs have separate limits.
func TestMatrixIDsWaitForTheirOwnLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.LimitUserInvites(sandbox.StockUserInvitesPerSecond, sandbox.StockUserInviteBurst, sandbox.StockRecipientPerSecond, sandbox.StockRecipientBurst)
		n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
		list := []string{"one@navy.example", "two@navy.example"}
		for range 20 {
			list = append(list, "@"+strings.Repeat("u", len(list))+":example.org")
		}
		n.queue(a, list...)
		begun, took := time.Now(), time.Duration(0)
		r := a.Runner("test")
		defer r.Close()
		for n.outbox(a).Count(client.ItemQueued, client.ItemSending) > 0 {
			r.Next(t.Context())
			if o := n.outbox(a); took == 0 && o.Count(client.ItemResolved) == 20 {
				took = time.Since(begun)
			}
		}
		if took < 33*time.Second || took > 40*time.Second {
			t.Errorf("the Matrix IDs took %s", took)
		}
		if all := time.Since(begun); all < 400*time.Second || all > 420*time.Second {
			t.Errorf("all took %s", all)
		}
	})
}
