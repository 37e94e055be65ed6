package client_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// planFor returns a plan with each outcome.
func planFor(room client.Room) map[client.PlanOutcome]client.Plan {
	address := threepid.ID{Medium: threepid.Email, Address: "grace@navy.example"}
	similar := []invite.Invite{{DisplayName: "gra...@nav...", Sender: "@ada:example.org"}}
	closed := room
	closed.ID, closed.InvitePower = "!closed:example.org", room.Power+1
	old := room
	old.ID, old.Replaced = "!old:example.org", true
	user := recipients.Invitee{UserID: "@grace:example.org"}
	return map[client.PlanOutcome]client.Plan{
		client.PlanMail:        {Room: room, Address: address, Server: "id.example.org"},
		client.PlanLink:        {Room: room, Address: address, Way: client.ByLink},
		client.PlanMailLink:    {Room: room, Address: address, Way: client.ByMail},
		client.PlanUserID:      {Room: room, UserID: user.UserID},
		client.PlanOnMatrix:    {Room: room, Address: address, UserID: user.UserID},
		client.PlanPending:     {Room: room, Address: address, Similar: similar, Server: "id.example.org"},
		client.PlanQueued:      {Room: room, Address: address, Similar: similar, Queued: true},
		client.PlanJoined:      {Room: room, Address: address, UserID: user.UserID, Membership: "join", Queued: true},
		client.PlanInvited:     {Room: room, UserID: user.UserID, Membership: "invite", SameAs: user},
		client.PlanBanned:      {Room: room, UserID: user.UserID, Membership: "ban"},
		client.PlanNoPower:     {Room: closed, Address: address, Queued: true},
		client.PlanUnsupported: {Room: room, Address: address, Way: client.ByLink, Restrictions: []client.LinkRestriction{{Kind: client.LinkUnsupported}}},
		client.PlanReplaced:    {Room: old, Address: address, Similar: similar},
		client.PlanSameUser:    {Room: room, Address: address, UserID: user.UserID, SameAs: user},
	}
}

func TestOutcomeOfAPlan(t *testing.T) {
	for want, plan := range planFor(client.Room{ID: "!ops:example.org"}) {
		if got := plan.Outcome(); got != want {
			t.Errorf("%s, not %s: %+v", got, want, plan)
		}
		if refused := plan.Err() != nil; refused && want.Sends(true) {
			t.Errorf("%s is sent, and refused", want)
		}
	}
}

// Each person is in exactly one group, and the groups are in a fixed order.
func TestEveryOutcomeHasAGroup(t *testing.T) {
	list := recipients.List{
		Problems: []recipients.Problem{{Line: 3, Text: "nobody", Err: errors.New("not an address")}},
		Repeats:  []recipients.Repeat{{Line: 4, First: 1}},
		LeftOut:  []recipients.LeftOut{{Line: 5, Text: "boss@x.org", Column: "Manager"}},
	}
	var plans []client.Plan
	for _, plan := range planFor(client.Room{ID: "!ops:example.org"}) {
		plans = append(plans, plan)
	}
	var got []client.PlanOutcome
	for _, g := range client.GroupPlans(list, plans) {
		got = append(got, g.Outcome)
		if len(g.Entries) != 1 {
			t.Errorf("%s has %d entries", g.Outcome, len(g.Entries))
		}
	}
	if d := cmp.Diff(client.PlanOutcomes(), got); d != "" {
		t.Error(d)
	}
}

func TestPendingInviteIsSentAgainOnlyIfItIsAskedFor(t *testing.T) {
	plans := planFor(client.Room{ID: "!ops:example.org"})
	pending, fresh := plans[client.PlanPending], plans[client.PlanMail]
	for _, tt := range []struct {
		plans []client.Plan
		asks  bool
	}{
		{[]client.Plan{pending}, true},
		{[]client.Plan{pending, pending}, false},
		{[]client.Plan{pending, fresh}, false},
		{[]client.Plan{fresh}, false},
	} {
		if got := client.AsksAgain(tt.plans); got != tt.asks {
			t.Errorf("%d plans: %v", len(tt.plans), got)
		}
	}
	if send := client.ToSend([]client.Plan{pending, fresh}, false); len(send) != 1 || len(send[0].Similar) > 0 {
		t.Errorf("sent without asking: %+v", send)
	}
	if send := client.ToSend([]client.Plan{pending, fresh}, true); len(send) != 2 {
		t.Errorf("asked for: %d", len(send))
	}
}
