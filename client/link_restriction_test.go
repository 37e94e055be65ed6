package client_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

const versionPath = "/_matrix/federation/v1/version"

// keyAccount returns Ada's account, which may send requests to the federation API.
func (n *testWorld) keyAccount() *client.Account {
	n.t.Helper()
	opt := n.options()
	opt.KeyTransport = n.World
	opt.Store = n.openStore(n.t.TempDir() + "/store.db")
	a, err := client.Resume(opt, n.signIn(n.ada).Session())
	n.must(err)
	n.must(a.Refresh(n.t.Context()))
	return a
}

func TestPlanSaysWhoCannotAcceptALink(t *testing.T) {
	software := func(name string) sandbox.Fault {
		return sandbox.Fault{Path: versionPath, Status: 200, Body: `{"server":{"name":"` + name + `","version":"1"}}`}
	}
	ten, twelve, local := sandbox.RoomOptions{RoomVersion: "10"}, sandbox.RoomOptions{RoomVersion: "12"}, sandbox.RoomOptions{RoomVersion: "10", Local: true}
	for name, tt := range map[string]struct {
		room  sandbox.RoomOptions
		fault sandbox.Fault
		want  client.LinkRestrictionKind
	}{
		"Synapse":                    {ten, sandbox.Fault{}, ""},
		"version 12":                 {twelve, sandbox.Fault{}, client.LinkRoomVersion},
		"not federated":              {local, sandbox.Fault{}, client.LinkLocalRoom},
		"Dendrite":                   {ten, software("Dendrite"), client.LinkFromDendrite},
		"Dendrite, not federated":    {local, software("Dendrite"), client.LinkLocalRoom},
		"Dendrite, version 12":       {twelve, software("Dendrite"), client.LinkFromDendrite},
		"tuwunel":                    {ten, software("tuwunel"), client.LinkUnsupported},
		"continuwuity":               {twelve, software("Continuwuity"), client.LinkUnsupported},
		"unknown":                    {ten, software("Hammer"), ""},
		"no name":                    {twelve, sandbox.Fault{Path: versionPath, Status: 200, Body: `[]`}, client.LinkRoomVersion},
		"no response":                {ten, sandbox.Fault{Path: versionPath, Lose: true}, ""},
		"no response, not federated": {local, sandbox.Fault{Path: versionPath, Status: 500}, client.LinkLocalRoom},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTestWorld(t)
			tt.room.Name = "Kernels"
			n.room = id.RoomID(n.CreateRoom(n.ada, tt.room))
			if tt.fault.Path != "" {
				n.Inject(tt.fault)
			}
			a := n.keyAccount()
			people := append(labels(2), client.Plan{UserID: id.UserID(n.grace)}.Invitee())
			for range 2 {
				plans, err := a.PlanAll(t.Context(), client.ByLink, []id.RoomID{n.room}, people, nil)
				n.must(err)
				for _, p := range plans[:2] {
					var got client.LinkRestrictionKind
					if len(p.Restrictions) > 0 {
						got = p.Restrictions[0].Kind
					}
					if got != tt.want || len(p.Restrictions) > 1 || got != "" && p.Restrictions[0].Server != "example.org" {
						t.Errorf("%+v, want %s", p.Restrictions, tt.want)
					}
					unsupported := new(client.LinkUnsupportedError)
					if refused := errors.As(p.Err(), &unsupported); refused != (tt.want == client.LinkUnsupported) || refused && client.Hint(p.Err()) == "" {
						t.Errorf("%v", p.Err())
					}
				}
				if p := plans[2]; p.Err() != nil || p.Outcome() != client.PlanUserID || p.Restrictions != nil {
					t.Errorf("a Matrix ID: %+v", p)
				}
				for _, g := range client.GroupPlans(recipients.List{}, plans[:2]) {
					if got := len(g.Restrictions) > 0; g.Outcome == client.PlanLink && got != (tt.want != "") {
						t.Errorf("%+v", g)
					}
				}
			}
			if asked := n.Count("GET", versionPath); asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

// An invite by e-mail and an account without a transport for the federation API ask no
// homeserver for its software.
func TestPlanAsksForSoftwareOnlyForLinks(t *testing.T) {
	n := newTestWorld(t)
	plan, err := n.keyAccount().Plan(t.Context(), n.room, n.invitee("grace@navy.example"))
	n.must(err)
	plans, err := n.account().PlanAll(t.Context(), client.ByLink, []id.RoomID{n.room}, labels(1), nil)
	n.must(err)
	if n.Count("GET", versionPath) != 0 || plan.Restrictions != nil || plans[0].Outcome() != client.PlanLink {
		t.Errorf("%+v\n%+v", plan, plans)
	}
}

// A queued link fails if the homeserver was replaced by one through which it cannot be
// accepted.
func TestQueuedLinkFailsIfItCannotBeAccepted(t *testing.T) {
	n := newTestWorld(t)
	a := n.keyAccount()
	plans := []client.Plan{{Room: client.Room{ID: n.room}, Label: "x", Way: client.ByLink}}
	_, err := a.Enqueue(t.Context(), plans)
	n.must(err)
	n.Inject(sandbox.Fault{Path: versionPath, Status: 200, Body: `{"server":{"name":"tuwunel"}}`})
	n.runOutbox(a)
	i := n.outbox(a).Items[0]
	if d := cmp.Diff("example.org runs tuwunel, through which links cannot be accepted", i.Reason); d != "" || i.State != client.ItemFailed {
		t.Errorf("%s: %s", i.State, d)
	}
}
