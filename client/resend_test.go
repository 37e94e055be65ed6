package client_test

import (
	"errors"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// publicKey is a valid public key of an invite.
const publicKey = "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"

func TestResendableUntilAccepted(t *testing.T) {
	user := &invite.Acceptance{UserID: "@grace:example.org"}
	for _, tt := range []struct {
		status   invite.Status
		accepted *invite.Acceptance
		want     bool
	}{
		{invite.Pending, nil, true},
		{invite.Malformed, nil, true},
		{invite.Revoked, nil, true},
		{invite.Revoked, user, false},
		{invite.Invited, user, false},
		{invite.Joined, user, false},
		{invite.Left, user, false},
		{invite.Banned, user, false},
	} {
		n := newTestWorld(t)
		err := n.account().Resendable(invite.Invite{RoomID: n.room, Status: tt.status, Acceptance: tt.accepted})
		var accepted *client.AcceptedError
		if got := err == nil; got != tt.want || !tt.want && !errors.As(err, &accepted) {
			t.Errorf("%s, accepted %v: %v", tt.status, tt.accepted != nil, err)
		}
	}
}

func TestRevocableByEveryUserWhoMayInvite(t *testing.T) {
	n := newTestWorld(t)
	quiet := id.RoomID(n.CreateRoom(n.grace, sandbox.RoomOptions{Name: "Quiet", Preset: "public_chat", Members: []string{n.ada}}))
	a := n.account()
	for _, status := range invite.Statuses() {
		i := invite.Invite{RoomID: n.room, Sender: "@ken:example.org", Status: status}
		if err := a.Revocable(invite.Invite{RoomID: n.room, Status: status, Revocation: &invite.Revocation{}}); !errors.Is(err, client.ErrAlreadyRevoked) {
			t.Errorf("%s and revoked: %v", status, err)
		}
		if status == invite.Revoked {
			continue // it always has a revocation
		}
		if err := a.Revocable(i); err != nil {
			t.Errorf("%s: %v", status, err)
		}
	}
	var power *client.PowerError
	i := invite.Invite{RoomID: quiet, Sender: id.UserID(n.ada), Status: invite.Pending}
	if err := a.Revocable(i); !errors.As(err, &power) || !power.Revoking || power.Have != 0 || power.Need != 50 {
		t.Errorf("%v", err)
	}
	if err := a.Resendable(i); !errors.As(err, &power) || power.Revoking {
		t.Errorf("%v", err)
	}
	i.RoomID = "!elsewhere:example.org"
	if err := a.Revocable(i); !errors.Is(err, client.ErrNotJoined) {
		t.Errorf("%v", err)
	}
}

func TestInviteWithEmptyTokenCanBeRevoked(t *testing.T) {
	n := newTestWorld(t)
	_, err := n.PlantState(string(n.room), n.ada, invite.TypeThirdPartyInvite, "", map[string]any{"display_name": "g", "public_key": publicKey})
	n.must(err)
	a := n.account()
	if got := n.status(a, ""); got != invite.Pending {
		t.Fatal(got)
	}
	n.must(a.Revoke(t.Context(), n.room, ""))
	if got := n.status(a, ""); got != invite.Revoked {
		t.Error(got)
	}
}

func TestPlanResendNamesOtherPendingInvites(t *testing.T) {
	n := newTestWorld(t)
	old, other := n.invite("grace@navy.example"), n.invite("grace@navy.example")
	a := n.account()
	i, err := a.Invite(n.room, old)
	n.must(err)
	plans, err := a.PlanResend(t.Context(), n.room, []client.Resend{{Invite: i, To: n.invitee("grace@navy.example")}}, nil)
	n.must(err)
	if p := plans[0]; p.Replaces != old || len(p.Similar) != 1 || p.Similar[0].Token != other {
		t.Errorf("%+v", p)
	}
}

func TestPlanResendAsksNothingForAnAcceptedInvite(t *testing.T) {
	n := newTestWorld(t)
	token := n.invite("grace@navy.example")
	n.must(n.Bind("grace@navy.example", n.grace))
	a := n.account()
	i, err := a.Invite(n.room, token)
	n.must(err)
	_, err = a.PlanResend(t.Context(), n.room, []client.Resend{{Invite: i, To: n.invitee("grace@navy.example")}}, nil)
	var accepted *client.AcceptedError
	if !errors.As(err, &accepted) || accepted.UserID != id.UserID(n.grace) {
		t.Errorf("%v", err)
	}
	if n.Count("POST", lookupPath) > 0 {
		t.Error("the address was looked up")
	}
}

// The room may still show the old invite for a while after it was revoked.
func TestReplacedInviteDoesNotStopTheNewOne(t *testing.T) {
	n := newTestWorld(t)
	old := n.invite("lin@kernel.example")
	a := n.accountWithStore()
	i, err := a.Invite(n.room, old)
	n.must(err)
	plans, err := a.PlanResend(t.Context(), n.room, []client.Resend{{Invite: i, To: n.invitee("lin@kernel.example")}}, nil)
	n.must(err)
	_, err = a.Enqueue(t.Context(), plans)
	n.must(err)
	n.runOutbox(a)
	if got := n.states(a); got["lin@kernel.example"] != client.ItemSent {
		t.Errorf("%v", got)
	}
}

func TestMayBeTo(t *testing.T) {
	n := newTestWorld(t)
	a := n.accountWithStore()
	n.queue(a, "grace@navy.example")
	n.runOutbox(a)
	n.must(a.Refresh(t.Context()))
	known, err := a.Invite(n.room, n.outbox(a).Items[0].Token)
	n.must(err)
	unknown := invite.Invite{RoomID: n.room, Token: "other", DisplayName: known.DisplayName}
	for address, want := range map[string][2]bool{ // by the address book, by the name
		"grace@navy.example":    {true, true},
		"gracious@navy.example": {false, true},
		"lin@kernel.example":    {false, false},
	} {
		to := threepid.ID{Medium: "email", Address: address}
		if got := [2]bool{a.MayBeTo(known, to), a.MayBeTo(unknown, to)}; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
