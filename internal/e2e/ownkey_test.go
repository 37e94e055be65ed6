package e2e

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// These scenarios test links that our client issues without an identity server, and
// accepts by the federation API of the sender's homeserver.

// planLinks plans one invite by link for each label.
func (o *outbox) planLinks(labels ...string) ([]client.Plan, error) {
	o.t.Helper()
	people := make([]recipients.Invitee, len(labels))
	for n, label := range labels {
		people[n].Label = label
	}
	return o.PlanAll(o.t.Context(), client.ByLink, []id.RoomID{id.RoomID(o.room.RoomID)}, people, nil)
}

// sendLink sends an invite by link and returns the link, as an invitee reads it from
// its text.
func (o *outbox) sendLink(label string) link.Link {
	o.t.Helper()
	plans, err := o.planLinks(label)
	if err != nil {
		o.t.Fatal(err)
	}
	o.queue(plans)
	o.run(nil)
	items := o.items().Items
	sent := items[len(items)-1]
	check(o.t, o.w, "sent", sent.State, string(client.ItemSent))
	refresh(o.t, o.w, o.Account)
	l, err := o.Link(sent.Room, sent.Token)
	if err != nil {
		o.t.Fatal(err)
	}
	if l, err = link.Parse(l.Format(link.DefaultBase)); err != nil {
		o.t.Fatal(err)
	}
	return l
}

// checkJoined checks that a person has joined by a link, and that the client of the
// inviter has verified it.
func (o *outbox) checkJoined(l link.Link, p *person) {
	o.t.Helper()
	o.room.awaitMembership(p.ID, "join")
	checkStatus(o.t, o.w, o.Account, o.room, l.Token, string(invite.Joined))
	i, err := o.Invite(l.RoomID, l.Token)
	if err != nil || i.Acceptance == nil || string(i.Acceptance.UserID) != p.ID || i.Acceptance.Proof != invite.ProofVerified {
		o.t.Errorf("%s has joined: %v, %+v", p.ID, err, i.Acceptance)
	}
}

// openLink accepts an invite by its link with our client.
func openLink(tb testing.TB, a *client.Account, l link.Link) (client.Accepted, error) {
	tb.Helper()
	return accept(tb, a, l.Format(link.DefaultBase))
}

func TestOwnKeyLinkNeedsNoIdentityServer(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		w.SetIdentityServerDown(t, true)
		t.Cleanup(func() { w.SetIdentityServerDown(t, false) })
		for _, version := range []string{"10", "12"} {
			room := newPerson(t, w, "ada").createRoom(object{"room_version": version})
			o := newOutbox(t, w, room)
			l := o.sendLink("for the team")
			event := names{room.ID: "@ada"}.in(pick(room.invites()[l.Token], "sender", "content"))
			check(t, w, "event in version "+version, event, `{"sender": "@ada", "content": {
				"display_name": "for the team", "public_key": "key", "public_keys": [{"public_key": "key"}]}}`)
			check(t, w, "status in version "+version, statusOf(t, w, o.Account, room, l.Token), `pending`)

			grace := newPerson(t, w, "grace")
			got, err := openLink(t, grace.visitor(), l)
			if err != nil {
				t.Fatalf("version %s: %v", version, err)
			}
			check(t, w, "invited in version "+version, got.Homeserver == w.ServerName(), `true`)
			o.checkJoined(l, grace)
		}
	})
}

// unreachable is a network in which no server can be reached.
type unreachable struct{}

func (unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}

// If the invitee cannot reach the sender's homeserver, the join request has the proof.
func TestOwnKeyLinkIsAcceptedByTheJoin(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		for _, version := range []string{"10", "12"} {
			room := newPerson(t, w, "ada").createRoom(object{"room_version": version})
			o := newOutbox(t, w, room)
			l := o.sendLink("link 1")
			grace := newPerson(t, w, "grace")
			got, err := openLink(t, grace.visitorOver(unreachable{}), l)
			if err != nil {
				t.Fatalf("version %s: %v", version, err)
			}
			check(t, w, "invited in version "+version, got.Homeserver, ``)
			o.checkJoined(l, grace)
		}
	})
}

// A link can be used by several users, until it is revoked.
func TestOwnKeyLinkCanBeUsedUntilItIsRevoked(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		o := newOutbox(t, w, room)
		l := o.sendLink("link 1")
		first, second, late := newPerson(t, w, "grace"), newPerson(t, w, "lin"), newPerson(t, w, "rob")
		for _, p := range []*person{first, second} {
			if _, err := openLink(t, p.visitor(), l); err != nil {
				t.Fatalf("%s: %v", p.ID, err)
			}
			room.awaitMembership(p.ID, "join")
		}
		o.checkJoined(l, first) // the first acceptance decides

		if err := o.Revoke(t.Context(), l.RoomID, l.Token); err != nil {
			t.Fatal(err)
		}
		_, err := openLink(t, late.visitor(), l)
		checkNotInvited(t, w, "revoked", err)
		check(t, w, "member event", room.member(late.ID), `null`)
	})
}

// The program of the sender revokes a link when it is accepted. The invitee may be any
// user who has the link, and the invite says who it was.
func TestOwnKeyLinkWorksOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		o := newOutbox(t, w, room)
		l := o.sendLink("for Grace")
		ken, grace := newPerson(t, w, "ken"), newPerson(t, w, "grace")
		if _, err := openLink(t, ken.visitor(), l); err != nil {
			t.Fatal(err)
		}
		o.checkJoined(l, ken)
		if err := o.RevokeAccepted(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(t, w, "event", room.invites()[l.Token]["content"], `{}`)
		_, err := openLink(t, grace.visitor(), l)
		checkNotInvited(t, w, "used twice", err)
		check(t, w, "member event", room.member(grace.ID), `null`)
		check(t, w, "after the revocation", statusOf(t, w, o.Account, room, l.Token), `joined`)
		check(t, w, "after the revocation, in a new session", statusOf(t, w, room.account(), room, l.Token), `joined`)
		i, err := o.Invite(l.RoomID, l.Token)
		check(t, w, "revoked", err == nil && i.Revocation != nil && string(i.Acceptance.UserID) == ken.ID, `true`)
	})
}

// Links lead into encrypted rooms, and into restricted rooms without a membership of
// another room.
func TestOwnKeyLinkToOtherKindsOfRooms(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada := newPerson(t, w, "ada")
		space := ada.createRoom()
		for name, event := range map[string]object{
			"encrypted": {"type": "m.room.encryption", "state_key": "", "content": object{"algorithm": "m.megolm.v1.aes-sha2"}},
			"restricted": {"type": "m.room.join_rules", "state_key": "", "content": object{
				"join_rule": "restricted", "allow": []any{object{"type": "m.room_membership", "room_id": space.RoomID}},
			}},
		} {
			room := ada.createRoom(object{"room_version": "10", "initial_state": []any{event}})
			o := newOutbox(t, w, room)
			l := o.sendLink("link 1")
			grace := newPerson(t, w, "grace")
			if _, err := openLink(t, grace.visitor(), l); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			o.checkJoined(l, grace)
		}
	})
}

// checkNotInvited checks that an invite was refused, and that the error says which
// reasons there may be. Synapse's refusal by the sender's homeserver is certain, so
// nothing is said about that server.
func checkNotInvited(tb testing.TB, w world, fact string, err error) {
	tb.Helper()
	check(tb, w, fact, refusedFor(err), string(client.RefusedNotInvited))
	if err == nil {
		return
	}
	check(tb, w, fact+": the reasons", strings.HasSuffix(err.Error(), "it was revoked or replaced, or was for another room"), `true`)
	check(tb, w, fact+": advice", client.Hint(err) != "", `true`)
	var other *client.NotInvitedError
	check(tb, w, fact+": and about the sender's homeserver", errors.As(err, &other), `false`)
}

func TestOwnKeyLinksThatAreNotValid(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		room := newPerson(t, w, "ada").createRoom()
		o := newOutbox(t, w, room)
		l, other := o.sendLink("link 1"), o.sendLink("link 2")

		otherKey := l
		if err := otherKey.SetPrivateKey(other.PrivateKey()); err != nil {
			t.Fatal(err)
		}
		_, err := openLink(t, newPerson(t, w, "grace").visitor(), otherKey)
		checkNotInvited(t, w, "another key", err)

		otherToken := l
		otherToken.Token = "unknown"
		_, err = openLink(t, newPerson(t, w, "grace").visitor(), otherToken)
		checkNotInvited(t, w, "another token", err)

		otherSender := l
		otherSender.Sender = id.UserID(newPerson(t, w, "rob").ID)
		_, err = openLink(t, newPerson(t, w, "grace").visitor(), otherSender)
		checkNotInvited(t, w, "another sender", err)

		banned := newPerson(t, w, "grace")
		room.must(http.MethodPost, room.path("/ban"), object{"user_id": banned.ID})
		_, err = openLink(t, banned.visitor(), l)
		check(t, w, "banned", refusedFor(err), string(client.RefusedBanned))
		check(t, w, "membership of the banned", content(room.member(banned.ID))["membership"], `ban`)
	})
}

func TestOwnKeyLinkIsNotSentWithoutPower(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, rob := newPerson(t, w, "ada"), newPerson(t, w, "rob")
		room := ada.createRoom(object{"power_level_content_override": object{"invite": 50}})
		o := newOutbox(t, w, room.inviteAndJoin(rob))
		_, err := o.planLinks("link 1")
		var power *client.PowerError
		if !errors.As(err, &power) || power.Have != 0 || power.Need != 50 {
			t.Errorf("%v", err)
		}
		check(t, w, "requests", len(o.responses), `0`)
		check(t, w, "invites", len(room.invites()), `0`)
	})
}
