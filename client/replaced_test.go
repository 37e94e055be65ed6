package client_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// replace creates a room and a tombstone in the old one that names it.
func (n *testWorld) replace(old id.RoomID, name string) (replacement id.RoomID) {
	n.t.Helper()
	replacement = id.RoomID(n.CreateRoom(n.ada, sandbox.RoomOptions{Name: name, Preset: "private_chat"}))
	n.entomb(old, map[string]any{"body": "This room was upgraded", "replacement_room": replacement})
	return replacement
}

func (n *testWorld) entomb(room id.RoomID, content any) {
	n.t.Helper()
	_, err := n.SendState(string(room), n.ada, invite.TypeTombstone, "", content)
	n.must(err)
}

func TestReplacedRoomIsMarkedAndItsPendingInvitesWarn(t *testing.T) {
	n := newTestWorld(t)
	pending := n.invite("grace@navy.example")
	a := n.account()
	if r, err := a.Room(n.room); err != nil || r.Replaced {
		t.Fatalf("%+v, %v", r, err)
	}
	next := n.replace(n.room, "Compilers 2")
	n.must(a.Refresh(t.Context()))
	r, err := a.Room(n.room)
	n.must(err)
	if by, joined := a.Successor(r); !r.Replaced || by.ID != next || by.Name != "Compilers 2" || !joined {
		t.Errorf("%+v is replaced by %+v, joined %v", r, by, joined)
	}
	i, err := a.Invite(n.room, pending)
	n.must(err)
	if !slices.Contains(i.Warnings, invite.RoomReplaced) || !i.NeedsLook(invite.Unknown, i.Warnings) {
		t.Errorf("warnings %v", i.Warnings)
	}
}

func TestSuccessorIsTheLastJoinedRoomOfAChain(t *testing.T) {
	n := newTestWorld(t)
	second := n.replace(n.room, "Compilers 2")
	third := n.replace(second, "Compilers 3")
	elsewhere := id.RoomID("!elsewhere")
	n.entomb(third, map[string]any{"replacement_room": elsewhere})
	a := n.account()
	first, err := a.Room(n.room)
	n.must(err)
	if by, joined := a.Successor(first); by.ID != third || !joined {
		t.Errorf("%+v, joined %v", by, joined)
	}
	last, err := a.Room(third)
	n.must(err)
	if by, joined := a.Successor(last); by.ID != elsewhere || by.Name != string(elsewhere) || joined {
		t.Errorf("%+v, joined %v", by, joined)
	}
	var missing *client.NoSuccessorError
	if _, err := a.SuccessorToInvite(last); !errors.As(err, &missing) || missing.By != elsewhere {
		t.Error(err)
	}
	n.entomb(third, map[string]any{"replacement_room": n.room})
	n.must(a.Refresh(t.Context()))
	if by, joined := a.Successor(first); by.ID != "" || joined {
		t.Errorf("rooms that replace each other lead to %+v", by)
	}
}

func TestNothingIsSentToAReplacedRoomWithoutConfirmation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.queue(a, "grace@navy.example") // before the room is replaced
		n.replace(n.room, "Compilers 2")
		n.must(a.Refresh(t.Context()))
		n.runOutbox(a)
		items := n.outbox(a).Items
		if i := items[0]; i.State != client.ItemFailed || i.Reason != "Compilers was replaced by Compilers 2" || i.Advice.Kind != client.HintReplaced {
			t.Errorf("%+v", i)
		}
		if mails := len(n.Mails("grace@navy.example")); mails != 0 {
			t.Errorf("%d mails", mails)
		}

		plans, err := a.PlanAll(t.Context(), client.ByIdentityServer, []id.RoomID{n.room}, []recipients.Invitee{n.invitee("lin@kernel.example")}, nil)
		n.must(err)
		var replaced *client.ReplacedError
		if plans[0].Outcome() != client.PlanReplaced || !errors.As(plans[0].Err(), &replaced) || replaced.By.Name != "Compilers 2" {
			t.Errorf("%s: %v", plans[0].Outcome(), plans[0].Err())
		}

		n.must(a.Retry(t.Context(), items[0].Number)) // the user has read the reason
		plans[0].ToReplaced = true
		if _, err := a.Enqueue(t.Context(), plans); err != nil || plans[0].Outcome() != client.PlanMail {
			t.Errorf("%s: %v", plans[0].Outcome(), err)
		}
		n.runOutbox(a)
		for _, address := range []string{"grace@navy.example", "lin@kernel.example"} {
			if mails := len(n.Mails(address)); mails != 1 {
				t.Errorf("%s: %d mails", address, mails)
			}
		}
	})
}

func TestLinksAreMovedAsLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.queueLinks(a, recipients.Invitee{Label: "Grace"}, n.invitee("lin@kernel.example"))
		n.queue(a, "ken@bell.example")
		n.runOutbox(a)
		next := n.replace(n.room, "Compilers 2")
		n.must(a.Refresh(t.Context()))
		var old []client.Resend
		for _, i := range a.Invites(n.room) {
			if err := a.Movable(i); err != nil {
				t.Errorf("%s: %v", i.DisplayName, err)
			}
			old = append(old, client.Resend{Invite: i, To: a.InviteeOf(i)})
		}
		old = append(old, client.Resend{To: n.invitee("new@person.example")}) // invited for the first time
		plans, err := a.PlanMove(t.Context(), next, old, nil)
		n.must(err)
		got := map[string]client.Way{}
		for _, p := range plans {
			if p.Room.ID != next {
				t.Errorf("%+v", p.Room)
			}
			got[p.Invitee().String()] = p.Way
		}
		want := map[string]client.Way{"Grace": client.ByLink, "lin@kernel.example": client.ByLink, "ken@bell.example": client.ByIdentityServer, "new@person.example": client.ByIdentityServer}
		if !maps.Equal(got, want) {
			t.Errorf("%v", got)
		}
	})
}

func TestOnlyPendingInvitesWithAKnownAddressAreMovable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newTestWorld(t)
		a := n.accountWithStore()
		n.queue(a, "grace@navy.example", "ken@bell.example")
		n.runOutbox(a)
		foreign := n.invite("lin@kernel.example")
		n.must(a.Refresh(t.Context()))
		sent, revoked := n.Mails("grace@navy.example")[0].Token, n.Mails("ken@bell.example")[0].Token
		n.must(a.Revoke(t.Context(), n.room, revoked))
		n.must(a.Refresh(t.Context()))
		for token, want := range map[string]error{sent: nil, foreign: client.ErrAddressUnknown, revoked: client.ErrNotPending} {
			i, err := a.Invite(n.room, token)
			n.must(err)
			if got := a.Movable(i); !errors.Is(got, want) {
				t.Errorf("%s: %v, want %v", i.DisplayName, got, want)
			}
		}
	})
}
