package invite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
)

// sentAt returns an event of the invite "tok" with a time in seconds. It replaced
// another one, unless replaces is empty.
func sentAt(t *testing.T, ev, sender, content string, seconds int64, replaces string) invite.Event {
	t.Helper()
	raw := fmt.Sprintf(`{"event_id":%q,"type":%q,"state_key":"tok","sender":%q,"origin_server_ts":%d,"content":%s,"unsigned":{`,
		ev, invite.TypeThirdPartyInvite, sender, seconds*1000, content)
	if replaces != "" {
		raw += fmt.Sprintf(`"replaces_state":%q`, replaces)
	}
	parsed, err := invite.ParseEvent([]byte(raw + "}}"))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestFirstSentAtIsTheTimeOfTheFirstEvent(t *testing.T) {
	const content, empty = `{"public_key":"` + stdKey + `"}`, `{}`
	first := sentAt(t, "$1", "@ada:hs.test", content, 10, "")
	second := sentAt(t, "$2", "@ada:hs.test", content, 20, "$1")
	third := sentAt(t, "$3", "@ken:hs.test", content, 30, "$2")
	revoked := sentAt(t, "$4", "@ken:hs.test", empty, 40, "$3")
	for _, tc := range []struct {
		name    string
		current invite.Event
		history []invite.Event
		want    int64 // 0: not known
	}{
		{"alone", first, nil, 10},
		{"overwritten by the same sender", second, []invite.Event{first}, 10},
		{"overwritten, and the first is not known", second, nil, 0},
		{"overwritten by two", third, []invite.Event{first, second}, 10},
		{"the middle is not known", third, []invite.Event{first}, 0},
		{"revoked", revoked, []invite.Event{third, second, first}, 10},
		{"revoked, and nothing else is known", revoked, nil, 0},
		{"a revocation that claims to be the first event", sentAt(t, "$5", "@ken:hs.test", empty, 50, ""), nil, 0},
		{"redacted", func() invite.Event {
			ev := sentAt(t, "$6", "@ada:hs.test", empty, 60, "")
			ev.Redactor = "@ken:hs.test"
			return ev
		}(), nil, 60},
	} {
		got := invite.Fold(room, []invite.Event{tc.current}, tc.history)[0].FirstSentAt
		if tc.want == 0 && !got.IsZero() || tc.want != 0 && !got.Equal(time.Unix(tc.want, 0)) {
			t.Errorf("%s: %v, want %d s", tc.name, got, tc.want)
		}
	}
}

// Several users may accept the same link.
func TestUsersWhoAcceptedAnInviteAreCounted(t *testing.T) {
	member := func(user, content string, seconds int64, unsigned string) invite.Event {
		ev, err := invite.ParseEvent(fmt.Appendf(nil, `{"event_id":"$%s-%d","type":"m.room.member","state_key":%q,"sender":"@ada:hs.test","origin_server_ts":%d,"content":%s%s}`,
			user, seconds, user, seconds*1000, content, unsigned))
		if err != nil {
			t.Fatal(err)
		}
		return ev
	}
	const grace, lin, rob = "@grace:hs.test", "@lin:hs.test", "@rob:hs.test"
	left := member(grace, `{"membership":"leave"}`, 30, "")
	accepted := member(grace, acceptance(grace, "tok"), 20, "")
	again := member(grace, acceptance(grace, "tok"), 25, "")
	joined := member(lin, acceptance(lin, "tok"), 40, "")
	unknown := member(rob, `{"membership":"join"}`, 50, `,"unsigned":{"replaces_state":"$x","prev_content":`+acceptance(rob, "tok")+`}`)

	got := invite.Fold(room, []invite.Event{pending(t), left, joined}, []invite.Event{accepted, again})[0].Acceptance
	if got.UserID != lin || got.Users != 2 || !got.First.Equal(time.Unix(20, 0)) {
		t.Errorf("%+v", got)
	}
	got = invite.Fold(room, []invite.Event{pending(t), left, joined, unknown}, []invite.Event{accepted})[0].Acceptance
	if got.UserID != rob || got.Users != 3 || !got.First.IsZero() {
		t.Errorf("with a user whose time is not known: %+v", got)
	}
}
