package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// roomInvites are a room and its invites, the newest first.
type roomInvites struct {
	room    client.Room
	invites []invite.Invite
}

func (m *tracker) observe(stands ...roomInvites) string {
	var rooms []client.Room
	for _, s := range stands {
		rooms = append(rooms, s.room)
	}
	var out []string
	for _, c := range m.update(rooms, func(room id.RoomID) []invite.Invite {
		return stands[slices.IndexFunc(stands, func(s roomInvites) bool { return s.room.ID == room })].invites
	}) {
		out = append(out, strings.TrimSuffix(fmt.Sprintf("%s %s %s", c.changeKind, c.room.ID, c.invite.Token), " "))
	}
	return strings.Join(out, ", ")
}

func TestChangesBetweenTwoSyncs(t *testing.T) {
	room := client.Room{ID: "!r", Traced: true}
	at := func(s invite.Status, event string) invite.Invite {
		i := invite.Invite{Token: "t", Status: s, EventID: id.EventID(event)}
		if s == invite.Revoked {
			i.Revocation = &invite.Revocation{}
		}
		return i
	}
	revoked := func(i invite.Invite) invite.Invite {
		i.Revocation = &invite.Revocation{}
		return i
	}
	by := func(i invite.Invite, user id.UserID) invite.Invite {
		i.Acceptance = &invite.Acceptance{UserID: user}
		return i
	}
	pending := at(invite.Pending, "$1")
	for _, tt := range []struct {
		name        string
		before, now invite.Invite
		want        string
	}{
		{"nothing", pending, pending, ""},
		{"accepted", pending, by(at(invite.Invited, "$1"), "@g"), "accepted !r t"},
		{"joined", by(at(invite.Invited, "$1"), "@g"), by(at(invite.Joined, "$1"), "@g"), "joined !r t"},
		{"left", by(at(invite.Joined, "$1"), "@g"), by(at(invite.Left, "$1"), "@g"), "left !r t"},
		{"banned", by(at(invite.Left, "$1"), "@g"), by(at(invite.Banned, "$1"), "@g"), "banned !r t"},
		{"back", by(at(invite.Left, "$1"), "@g"), by(at(invite.Joined, "$1"), "@g"), "joined !r t"},
		{"thrown back", by(at(invite.Joined, "$1"), "@g"), by(at(invite.Invited, "$1"), "@g"), "accepted !r t"},
		{"accepted by another user", by(at(invite.Joined, "$1"), "@g"), by(at(invite.Joined, "$1"), "@h"), "joined !r t"},
		{"revoked", pending, at(invite.Revoked, "$2"), "revoked !r t"},
		{"revoked twice", at(invite.Revoked, "$2"), at(invite.Revoked, "$3"), ""},
		{"revoked and back", at(invite.Revoked, "$2"), at(invite.Pending, "$3"), "replaced !r t"},
		{"accepted and revoked", pending, revoked(by(at(invite.Invited, "$2"), "@g")), "accepted !r t, revoked !r t"},
		{"revoked after it was accepted", by(at(invite.Invited, "$1"), "@g"), revoked(by(at(invite.Invited, "$2"), "@g")), "revoked !r t"},
		{"joined after it was revoked", revoked(by(at(invite.Invited, "$2"), "@g")), revoked(by(at(invite.Joined, "$2"), "@g")), "joined !r t"},
		{"overwritten", pending, at(invite.Pending, "$2"), "replaced !r t"},
		{"spoilt", pending, at(invite.Malformed, "$2"), "replaced !r t"},
		{"accepted and overwritten", by(at(invite.Joined, "$1"), "@g"), by(at(invite.Joined, "$2"), "@g"), "replaced !r t"},
	} {
		var m tracker
		m.observe(roomInvites{room, []invite.Invite{tt.before}})
		if got := m.observe(roomInvites{room, []invite.Invite{tt.now}}); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestChangesFollowRooms(t *testing.T) {
	traced := func(room id.RoomID) client.Room { return client.Room{ID: room, Name: string(room), Traced: true} }
	untraced := func(room id.RoomID) client.Room { return client.Room{ID: room, Name: string(room)} }
	a := invite.Invite{Token: "a", Status: invite.Pending}
	b := invite.Invite{Token: "b", Status: invite.Pending}
	joined := invite.Invite{Token: "a", Status: invite.Joined, Acceptance: &invite.Acceptance{UserID: "@g"}}
	for _, tt := range []struct {
		name  string
		all   bool
		looks [][]roomInvites
		want  []string
	}{
		{
			"no flood at the start", false,
			[][]roomInvites{{{traced("!r"), []invite.Invite{a}}}, {{traced("!r"), []invite.Invite{b, a}}}},
			[]string{"", "new !r b"},
		},
		{
			"but with all", true,
			[][]roomInvites{{{traced("!r"), []invite.Invite{b, a}}}, {{traced("!r"), []invite.Invite{b, a}}}},
			[]string{"present !r a, present !r b", ""},
		},
		{
			"what only looked pending did not change", false,
			[][]roomInvites{{{untraced("!r"), []invite.Invite{a}}}, {{traced("!r"), []invite.Invite{joined}}}, {{traced("!r"), []invite.Invite{b, joined}}}},
			[]string{"", "", "new !r b"},
		},
		{
			"a gap waits for the trace", false,
			[][]roomInvites{{{traced("!r"), []invite.Invite{a}}}, {{untraced("!r"), []invite.Invite{b, a}}}, {{traced("!r"), []invite.Invite{b, joined}}}},
			[]string{"", "", "joined !r a, new !r b"},
		},
		{
			"new and accepted at once", false,
			[][]roomInvites{{{traced("!r"), nil}}, {{traced("!r"), []invite.Invite{joined}}}},
			[]string{"", "new !r a, joined !r a"},
		},
		{
			"a room one comes into", false,
			[][]roomInvites{{}, {{untraced("!r"), []invite.Invite{a}}}, {{traced("!r"), []invite.Invite{a}}}},
			[]string{"", "", "present !r a"},
		},
		{
			"rooms one leaves", false,
			[][]roomInvites{{{traced("!r"), []invite.Invite{a}}, {untraced("!q"), nil}}, {}},
			[]string{"", "room-left !q, room-left !r"},
		},
	} {
		m := tracker{all: tt.all}
		var got []string
		for _, stands := range tt.looks {
			got = append(got, m.observe(stands...))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}
